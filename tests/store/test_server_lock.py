"""One server a data folder: the second is refused by name, and nobody stays locked out by a dead one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.errors import StoreUnavailable
from bot.store.server_lock import ServerLock, holder_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOLD = (
    "import sys; from pathlib import Path; from datetime import datetime, UTC; from bot.store.server_lock import ServerLock\n"
    "lock = ServerLock.take(Path(sys.argv[1]), datetime.now(UTC)); print('held', flush=True); sys.stdin.read()"
)


def test_the_second_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    first = ServerLock.take(tmp_path, NOW)
    with pytest.raises(StoreUnavailable, match=rf"process {os.getpid()} on .*2026-11-22T08:00:00"):
        ServerLock.take(tmp_path, NOW)
    first.release()
    first.release()
    ServerLock.take(tmp_path, NOW).release()


def test_nobody_holds_a_folder_that_was_never_served_or_was_let_go(tmp_path: Path) -> None:
    assert holder_of(tmp_path / "nowhere") is None
    assert holder_of(tmp_path) is None
    ServerLock.take(tmp_path, NOW).release()
    assert holder_of(tmp_path) is None


def test_a_killed_server_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        holder = holder_of(tmp_path)
        assert holder is not None
        assert holder.pid == other.pid
        other.send_signal(signal.SIGKILL)
        other.wait(10)
    assert holder_of(tmp_path) is None


def test_a_file_that_cannot_be_read_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "server.lock").write_text("not what we wrote")
    lock = ServerLock.take(tmp_path, NOW)
    assert holder_of(tmp_path) is not None
    lock.release()
