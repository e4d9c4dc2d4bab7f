"""No core file: a crashed process would write its memory, with families' answers and the keys, to the disk."""

from __future__ import annotations

import contextlib


def no_core_files() -> None:
    """Forbid them for this process, where the system knows the limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
