"""Python's garbage collector stays out of the way while the program is loading, and of what was loaded for ever.

To look through it again and again would lengthen the start by a tenth, and later hold up everybody for 100 ms at a time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# So many objects more, and the youngest are looked through; five times that, and the young; a thousand times that, and
# all. A turn makes thousands and leaves hardly any ring of them behind. 50,000 take some milliseconds: nobody notices.
SELDOM = (10_000, 5, 1_000)

_loading: set[str] = set()


def begin_loading(part: str) -> None:
    """Nothing is collected until every part that is loading has ended it."""
    _loading.add(part)
    gc.disable()


def end_loading(part: str) -> None:
    """What is there now stays for as long as the program runs: the little garbage among it is not worth a search."""
    if part not in _loading:
        return
    _loading.remove(part)
    settle()
    if not _loading:
        gc.enable()


def settle() -> None:
    """What is there now is never looked through again, and what comes after it seldom."""
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextmanager
def loading(part: str) -> Iterator[None]:
    """From the one to the other, whatever becomes of it."""
    begin_loading(part)
    try:
        yield
    finally:
        end_loading(part)
