"""Python's garbage collector stays out of the way while the program is loading, and of what was loaded for ever.

To look through it again and again would lengthen the start by a tenth, and later hold up everybody for 100 ms at a time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects more before the young are looked through; a turn makes thousands, and leaves hardly any ring of them behind.
SELDOM = (10_000, 50, 100)

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
