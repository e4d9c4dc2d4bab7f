"""One server a data folder: who serves it holds a lock, which the system lets go however the process ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.store.errors import StoreUnavailable

FILE_NAME = "server.lock"
# A command that asks who holds the lock has it for an instant, in seconds.
_LOOKED_AT = (0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who serves a data folder: the process, its machine, since when."""

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


class ServerLock:
    """Held from `take` until `release` or the end of the process."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def take(cls, folder: Path, now: datetime) -> ServerLock:
        """StoreUnavailable, with the holder's name, if another server has the folder."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            _lock(file)
        except OSError:
            os.close(file)
            raise StoreUnavailable(
                f"Another server uses the data folder {folder}: {_read(folder) or 'it does not say who'}. "
                "Stop that one first, or set BRASLE_DATA to another folder."
            ) from None
        holder = Holder(os.getpid(), socket.gethostname(), now.isoformat(timespec="seconds"))
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(asdict(holder)).encode(), 0)
        except OSError as error:
            os.close(file)
            raise _unusable(folder, error) from error
        return cls(file)

    def release(self) -> None:
        """Let another server have the folder. Nothing happens a second time."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def holder_of(folder: Path) -> Holder | None:
    """The server that has this data folder now; None if there is none."""
    try:
        file = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(folder) or Holder(0, "an unknown machine", "an unknown time")
    finally:
        os.close(file)
    return None


def _unusable(folder: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The data folder {folder} cannot be used: {error.strerror}. Check that it is a folder, who may write in it, "
        "and that the disk has room."
    )


def _lock(file: int) -> None:
    for wait in _LOOKED_AT:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(wait)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _read(folder: Path) -> Holder | None:
    try:
        return Holder(**json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
