"""structlog without rich, which it would load, if it is there, to paint tracebacks: no traceback reaches our log, and a
start would cost 0.1 s and 8 MB more.
"""

from __future__ import annotations

import sys

__all__ = ["structlog"]

_loaded = "rich" in sys.modules
if not _loaded:
    sys.modules["rich"] = None  # type: ignore[assignment]  # as if it were not installed
try:
    import structlog
finally:
    if not _loaded:
        del sys.modules["rich"]
