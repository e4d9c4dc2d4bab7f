"""Bytes flipped in the trial's files, in the texts and the manifest of approved ones, and changes of the trail: all are found."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bot.__main__ import main
from bot.store.audit import Head
from bot.store.store import Store
from bot.wording import Wording, WordingError
from bot.wording_pairs import APPROVED, read_pairs
from brasle_prescreen.data_manifest import FILE, PACKAGE, differences, hashes
from tests.faults.campaigns.outcome import Outcome
from tests.house.test_tampering import flipped
from tests.store.conftest import Clock
from tests.store.test_audit import a_busy_day, guards_of, open_up, put_guards_back, restore, tamper
from tests.wording.conftest import put_in_line, some_of

LONG, SHORT = 500, 40
LOCALES_SHORT = 12  # each reads the texts anew


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("bytes flipped and entries changed")
    chance = random.Random(20261122)
    began = time.monotonic()
    _trial_files(outcome, chance, folder / "package", LONG if long else SHORT)
    _texts(outcome, chance, folder / "texts", LONG if long else SHORT, LONG if long else LOCALES_SHORT)
    await _trail(outcome, chance, folder / "trail", LONG if long else SHORT)
    outcome.figures["found"] = outcome.count - outcome.lost
    outcome.check(outcome.lost == 0, "every change is found, or nothing of it is served")
    outcome.worst = time.monotonic() - began
    return outcome


def _trial_files(outcome: Outcome, chance: random.Random, package: Path, times: int) -> None:
    for name in (*hashes(), FILE):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / name, package / name)
    for turn in range(times):
        name = [*hashes(), FILE][turn % (len(hashes()) + 1)]
        with _flipped(package / name, chance):
            outcome.count += 1
            outcome.lost += not differences(package)
    outcome.figures["of the trial's files"] = times


def _texts(outcome: Outcome, chance: random.Random, folder: Path, manifest: int, files: int) -> None:
    """For real families: a damaged manifest stops the start, and an edited text is served in its approved form."""
    folder.mkdir()
    locales = some_of(put_in_line(folder / "all"), folder / "some")
    with contextlib.redirect_stdout(io.StringIO()):
        given = main(["locales", "approve", "--folder", str(locales), "--number", "2026-1", "--date", "2026-11-22"])
    outcome.check(given == 0, "the texts can be approved")
    whole = _served(locales)
    outcome.check(len(whole) > 50, f"so many texts are served: {len(whole)}")
    for _ in range(manifest):
        with _flipped(locales / APPROVED, chance):
            outcome.count += 1
            try:
                read_pairs(locales / APPROVED)
            except WordingError:
                continue
            outcome.lost += 1
    places = sorted(path for path in locales.iterdir() if path.suffix in (".po", ".pot"))
    for turn in range(files):
        with _flipped(places[turn % len(places)], chance):
            outcome.count += 1
            with contextlib.suppress(WordingError):
                outcome.lost += _served(locales) != whole
    outcome.figures["of the manifest of approved texts"] = manifest
    outcome.figures["of the texts"] = files


def _served(locales: Path) -> dict[tuple[str, str], str | None]:
    """What families read; the texts of the team need no approval."""
    wording = Wording.load(locales, families=True)
    keys = read_pairs(locales / APPROVED)
    return {(key, code): wording.source(key, code) for key in keys for code, _ in wording.languages()}


async def _trail(outcome: Outcome, chance: random.Random, folder: Path, times: int) -> None:
    clock = Clock()
    store = Store.open(folder / "whole", clock=clock)
    await a_busy_day(store, clock)
    last = (await store.trail.head() or Head(0, "")).seq
    await store.close()
    guards = guards_of(folder / "whole")
    aside = Path(shutil.copytree(folder / "whole", folder / "aside"))
    trial = Store.open(aside, clock=clock, beside_server=True)
    try:
        for _ in range(times):
            sql = open_up(aside)
            tamper(sql, chance, last)
            put_guards_back(sql, guards)
            outcome.count += 1
            outcome.lost += (await trial.trail.check()).is_whole
            put_guards_back(restore(aside, folder / "whole" / "brasle.sqlite3"), guards)
        outcome.check((await trial.trail.check()).is_whole, "what was put back is whole")
    finally:
        trial.close_now()
    outcome.figures["of the trail"] = times


@contextlib.contextmanager
def _flipped(path: Path, chance: random.Random) -> Iterator[None]:
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, chance))
    try:
        yield
    finally:
        path.write_bytes(whole)
