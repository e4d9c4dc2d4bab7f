"""The operator's own list of leaked passwords (`BRASLE_LEAKED_PASSWORDS`), beside the one that the program brings along.

A line is a password, or its SHA-1 in hexadecimal digits with or without ":count" behind it, as Have I Been Pwned gives them.
"""

from __future__ import annotations

import asyncio
from hashlib import sha1
from pathlib import Path


async def is_leaked(password: str, file: Path | None) -> bool:
    """Whether the list has it; False without a list. OSError if the file cannot be read."""
    return file is not None and await asyncio.to_thread(_stands_in, file, password)


def _stands_in(file: Path, password: str) -> bool:
    """Read from the disk each time: somebody chooses a password once a year, and a list may be larger than the memory."""
    typed = password.encode("utf-8", "surrogatepass")
    hashed = sha1(typed, usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        return any(
            line.rstrip(b"\r\n") == typed
            or (line[: len(hashed)].upper() == hashed and line[len(hashed) :][:1] in (b"", b":", b"\r", b"\n"))
            for line in lines
        )
