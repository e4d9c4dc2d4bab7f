"""A file that a command makes: new, closed to everybody else, and in the trail before anything stands in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.store.audit_entry import Did


async def write_new(path: Path, content: bytes, store: Any, by: str, *did: Did) -> int:
    """Write the file and print its name; 1 with one sentence if there is one already or it cannot be made."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        print(f"{path}: {error.strerror}.", file=sys.stderr)
        return 1
    with os.fdopen(handle, "wb") as file:
        await store.trail.record(by, *did)
        file.write(content)
    print(path)
    return 0
