"""A piece of work in a process of its own that dies, as if the power went, just before its nth step.

Every statement of SQLite and every call that changes a file is a step.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import pytest

DIED = 9
_FILE_CALLS = ("open", "write", "fsync", "link", "replace", "rename", "unlink", "mkdir", "rmdir")


def dies_at(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child until just before step number `step`; False if it ended before it came so far."""
    child = os.fork()
    if not child:
        try:
            _count_down(step)
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, DIED), "the work failed"
    return status == DIED


def _count_down(step: int) -> None:
    left = step

    def one_more() -> None:
        nonlocal left
        if left == 0:
            os._exit(DIED)
        left -= 1

    class Counted(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            one_more()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            one_more()
            return super().executemany(*args)

        def backup(self, *args: Any, **more: Any) -> None:
            one_more()
            super().backup(*args, **more)

    patched = pytest.MonkeyPatch()
    connect = sqlite3.connect
    patched.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, **(more | {"factory": Counted})))
    for name in _FILE_CALLS:
        patched.setattr(os, name, _stepping(getattr(os, name), one_more))


def _stepping(call: Callable[..., Any], one_more: Callable[[], None]) -> Callable[..., Any]:
    def counted(*args: Any, **more: Any) -> Any:
        one_more()
        return call(*args, **more)

    return counted
