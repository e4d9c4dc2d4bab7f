"""A running server takes corrected texts: asked by `locales reload` or by SIGHUP, checked first, refused with reasons."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bot.log import logger
from bot.waiting import rung
from bot.wording import FOLDER, Wording
from bot.wording_error import WordingError
from bot.wording_live import LiveWording, vanished
from bot.wording_load import remember
from bot.wording_pairs import SERVED

# In the data folder: who asks writes the one, the server the other.
ASKED = "texts_asked"
TOLD = "texts_told.json"
LOOK_EVERY_SECONDS = 1.0
# Reasons beyond these are found by `locales check`.
MOST_REASONS = 30

PROGRAM = Path(__file__).resolve().parent.parent

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`taken`: the corrected texts are served from now on. `lines` tell what changed, or why not."""

    taken: bool
    lines: tuple[str, ...]


class Reloader:
    """`load` reads the files anew; `after` is awaited when other texts are served (what shows them elsewhere)."""

    def __init__(
        self,
        live: LiveWording,
        load: Callable[[], Wording],
        *,
        data: Path,
        folder: Path | None = None,
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._live = live
        self._load = load
        self._data = data
        self._folder = folder or FOLDER
        self._after = after
        self._hung_up = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        with contextlib.suppress(NotImplementedError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hung_up.set)
        self._remember()
        asked = self._data / ASKED
        while True:
            await rung(self._hung_up, LOOK_EVERY_SECONDS)
            who = _taken_up(asked)
            if who is None and not self._hung_up.is_set():
                continue
            self._hung_up.clear()
            self._tell(who or "", await self.reload())

    async def reload(self) -> Outcome:
        """Check the files and serve them; the texts stay as they are if anything stands against it."""
        try:
            outcome = await self._reload()
        except WordingError as error:
            outcome = Outcome(False, (str(error),))
        for line in () if outcome.taken else outcome.lines[:MOST_REASONS]:
            _log.error("Corrected texts are not taken.", cause=WordingError(line))
        if outcome.taken:
            _log.warning("Corrected texts are served.", count=len(outcome.lines))
        return outcome

    async def _reload(self) -> Outcome:
        before = await asyncio.to_thread(_print_of, self._folder)
        new = await asyncio.to_thread(self._load)
        against = [*new.state.faults, *vanished(self._live, new)]
        against += [sentence for key, sentence in await self._verdict() if _reads_differently(key, self._live, new)]
        if new.state.unapproved:
            against += [f"{key}: has no approval." for key in new.state.unapproved]
        if before != await asyncio.to_thread(_print_of, self._folder):
            against = ["The files were changed while they were being looked at: ask again."]
        if against:
            return Outcome(False, tuple(dict.fromkeys(against)))
        changed = _changed(self._live, new)
        self._live.put(new)
        self._remember()
        if self._after is not None and changed:
            await self._after()
        return Outcome(True, tuple(changed))

    async def _verdict(self) -> list[tuple[str, str]]:
        """The checks, in a process of their own; WordingError if they do not come to their end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.wording_verdict", str(self._folder)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=PROGRAM,
        )
        try:
            said, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode:
            raise WordingError("The checks do not come to their end: 'brasle-prescreen locales check' tells why.")
        return [(key, sentence) for key, sentence in map(json.loads, said.decode("utf-8").splitlines())]

    def _remember(self) -> None:
        """A disk that is full must not stop the conversation: the texts beside the program are there still."""
        try:
            remember(self._live, self._data / SERVED)
        except OSError as error:
            _log.error("What is served could not be noted.", kind=type(error).__name__)

    def _tell(self, who: str, outcome: Outcome) -> None:
        told = {"asked": who, "taken": outcome.taken, "lines": outcome.lines}
        draft = self._data / f".{TOLD}.{os.getpid()}"
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            draft.replace(self._data / TOLD)


def _taken_up(asked: Path) -> str | None:
    """Who asks, if somebody does; the request is taken away, so that it is answered once."""
    if not asked.exists():
        return None
    try:
        who = asked.read_text(encoding="utf-8")
        asked.unlink()
    except (OSError, ValueError):
        return None
    return who


def _print_of(folder: Path) -> str:
    """A fingerprint of all files of the folder."""
    whole = sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            whole.update(f"{path.name}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def _reads_differently(key: str, old: Wording, new: Wording) -> bool:
    """What is served already is no reason to refuse a correction elsewhere; it is for `locales check` to say."""
    return any(new.source(key, code) != old.source(key, code) for code, _ in new.languages())


def _changed(old: Wording, new: Wording) -> list[str]:
    """One line for each language and text that reads differently from now on."""
    before, after = dict(old.languages()), dict(new.languages())
    lines = [f"{code} is offered from now on." for code in after if code not in before]
    for key in new.all_keys():
        where = [code for code in after if code in before and new.source(key, code) != old.source(key, code)]
        if where:
            lines.append(f"{key}: {', '.join(where)}")
    waiting = len(new.state.held)
    return [*lines, f"{waiting} texts keep their last wording for now."] if waiting else lines
