"""`brasle-prescreen amendment new|check|seal FOLDER`: an amendment of the protocol begun, what it changes, and its seal,
without which it counts for no real family.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brasle_prescreen.amendment import FILE, MAY_CHANGE, SEAL

if TYPE_CHECKING:
    from bot.settings import Settings
    from brasle_prescreen.amendment_changes import Change
    from brasle_prescreen.question import Questions
    from brasle_prescreen.versions import Protocols


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "amendment",
        help="begin an amendment of the protocol, see what it changes, seal it",
        description="An amendment is a folder with amendment.toml and the trial files that change, below the folder of "
        "BRASLE_AMENDMENTS. 'new' makes one with copies to be changed; 'check' says what it changes and changes nothing; "
        "'seal' says the same and writes the hash of each file beside them. Exit status: 0 in order, 1 not sealed, "
        "2 refused.",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    new = steps.add_parser("new", help="make a folder with copies of the newest version's files, to be changed")
    new.add_argument("folder", type=Path)
    new.add_argument("files", nargs="+", choices=MAY_CHANGE, metavar="FILE", help=", ".join(MAY_CHANGE))
    for name, purpose in (
        ("check", "say what it changes"),
        ("seal", "say the same, and seal its files as they are now"),
    ):
        steps.add_parser(name, help=purpose).add_argument("folder", type=Path)


def run(args: argparse.Namespace) -> int:
    from bot.doctor import load_settings
    from brasle_prescreen.amendment_seal import seal_problems, seal_text

    settings = load_settings()
    if isinstance(settings, str):
        print(settings, file=sys.stderr)
        return 2
    if args.step == "new":
        return _begin(settings.protocols(), args.folder, args.files)
    protocols = _with(settings, args.folder)
    before, version = protocols.versions[-2:]
    print("\n".join(lines(protocols)), flush=True)
    if args.step == "seal":
        _write(args.folder / SEAL, seal_text(before, version))
        print(f"Sealed. Its data are {version.protocol.sha256[:12]}: the protocol page and each lead show that, too.")
    wrong = [one for one in seal_problems(protocols) if one.startswith(f"amendment {args.folder.resolve().name}: ")]
    for one in wrong:
        print(f"Not sealed as it stands: {one}", file=sys.stderr)
    return 1 if wrong else 0


def _begin(protocols: Protocols, folder: Path, files: Sequence[str]) -> int:
    """A folder that 'check' refuses until somebody has filled in what only the site knows."""
    places = protocols.places(protocols.versions[-1])
    try:
        folder.mkdir(parents=True)
        for name in files:
            shutil.copyfile(places[name], folder / name)
        (folder / FILE).write_text(_TO_FILL_IN, encoding="utf-8")
    except OSError as error:
        print(f"{folder}: {error.strerror}. Name a folder that is not there yet.", file=sys.stderr)
        return 2
    print(f"{folder}: fill in {FILE}, change the copies, then 'brasle-prescreen amendment check {folder}'.")
    return 0


_TO_FILL_IN = """\
# An amendment of the protocol. Beside this file stand the trial files that change, whole; what did not change in them must stay.

# As the site numbers it, such as "1".
number = ""

# The first day in Hangzhou on which interviews begin by it, such as 2027-03-01, without quotes.
# counts_from =

# Who approved it: committee, number, day.
approval = ""

# What the site said, as the coordinators shall read it on the protocol page, in English and in Chinese.
said = ""
said_zh = ""
"""


def _with(settings: Settings, folder: Path) -> Protocols:
    """The versions up to this one: the amendments of the setting that count before it lie below it."""
    from brasle_prescreen.amendment import folders, read_amendment
    from brasle_prescreen.versions import SHIPPED, amended, load_protocols

    new = read_amendment(folder.resolve())
    places = [SHIPPED, *([] if settings.amendments is None else [settings.amendments])]
    others = [read_amendment(one) for one in folders(places) if one.resolve() != new.folder]
    protocols = load_protocols(shipped=False)
    for one in sorted((one for one in others if one.counts_from <= new.counts_from), key=lambda one: one.counts_from):
        protocols = amended(protocols, one)
    return amended(protocols, new)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def lines(protocols: Protocols) -> Iterator[str]:
    """The newest version, for a terminal."""
    from bot.flows.turn import SITE_ZONE

    before, version = protocols.versions[-2:]
    amendment = version.amendment
    assert amendment is not None
    yield f"Amendment {amendment.number} counts from {amendment.counts_from} on; it changes {before.number}."
    yield f"Approval: {amendment.approval}"
    yield f"The site said: {amendment.said}"
    yield f"  {amendment.said_zh}"
    for change in version.changes:
        yield from _told(change)
    touched = tuple(dict.fromkeys(id for change in version.changes for id in change.criteria))
    yield f"{len(version.changes)} differences; criteria touched: {', '.join(touched) or 'none'}."
    said_anew = frozenset(id for change in version.changes if change.kind != "window" for id in change.criteria)
    texts = list(_texts(version.questions, said_anew))
    if texts:
        yield "Families read these texts about them, whatever the version. Look whether each is still true:"
        yield from texts
    if amendment.counts_from <= datetime.now(UTC).astimezone(SITE_ZONE).date():
        yield "It counts already: interviews begun since then stay on their version until somebody runs 'rescreen --apply'."


def _told(change: Change) -> Iterator[str]:
    about = f" ({', '.join(change.criteria)})" if change.criteria else ""
    yield f"{change.kind.replace('_', ' ')}{about}: {change.file} {change.where}"
    for sign, said, zh in (("-", change.before, change.before_zh), ("+", change.after, change.after_zh)):
        if said:
            yield f"  {sign} {said}"
        if zh:
            yield f"  {sign} {zh}"


def _texts(questions: Questions, touched: frozenset[str]) -> Iterator[str]:
    """Texts for families that belong to touched criteria and name a number."""
    from bot.flows.cards import words
    from bot.wording import ENGLISH, Wording

    wording = Wording.load()
    groups = (("", questions.card), ("medicine.1.", questions.medicine.card), ("vaccine.1.", questions.vaccine.card))
    about = [
        f"{words(f'{group}{card.id}', card)}." for group, cards in groups for card in cards if touched & set(card.why)
    ]
    for key in wording.all_keys():
        source = wording.source(key, ENGLISH) or ""
        if not key.startswith(tuple(about)) or "|" in key or key.endswith(".hint"):
            continue
        if any(letter.isdigit() for letter in source):
            yield f"  {key}: {' '.join(source.split())}"
