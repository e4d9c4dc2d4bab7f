"""Puts the served texts together: the files as they stand, what is remembered of them, and what was approved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.log import logger
from bot.wording import State, Wording
from bot.wording_choice import SELF, Choice, choose
from bot.wording_error import WordingError
from bot.wording_file import MASTER
from bot.wording_pairs import APPROVED, COMPLETE, Pair, Pairs, read_pairs, write_pairs
from bot.wording_sources import read_sources
from bot.wording_template import Template, parse

_log = logger(__name__)


def load(folder: Path, *, strict: bool, memory: Path | None, families: bool) -> Wording:
    """See `Wording.load`."""
    remembered = read_pairs(folder / COMPLETE) | _own(memory)
    approved = read_pairs(folder / APPROVED) if families else None
    sources = read_sources(folder, remembered)
    choice = choose(sources, remembered, approved)
    _refuse_what_nothing_replaces(sources.faults, choice, known=bool(remembered or approved))
    state = State(
        held=tuple(choice.held.items()),
        faults=tuple(sources.faults.values()),
        drafts=tuple(sources.drafts.items()),
        unapproved=choice.unapproved,
        families=families,
    )
    return Wording(_templates(choice.pairs), strict=strict, state=state)


def remember(wording: Wording, path: Path) -> bool:
    """Keep what this server serves, so that a later slip in a file leaves it in place. False if nothing is new."""
    offered = {code for code, _ in wording.languages()}
    pairs = {}
    for key in wording.all_keys():
        texts = {code: wording.source(key, code) for code in offered}
        pairs[key] = Pair({code: text for code, text in texts.items() if text is not None})
    return write_pairs(path, pairs)


def _own(memory: Path | None) -> Pairs:
    """What the server itself remembers. A damaged file is done without: `complete.json` holds nearly the same."""
    if memory is None:
        return {}
    try:
        return read_pairs(memory)
    except WordingError as error:
        _log.error("The memory of served texts cannot be read and is done without.", cause=error)
        return {}


def _refuse_what_nothing_replaces(faults: Mapping[str, str], choice: Choice, known: bool) -> None:
    """WordingError for the first fault that a family would see, because no earlier wording is `known`."""
    for name, fault in faults.items():
        of_a_file = name == MASTER or name.endswith(".po")
        if not known or not (of_a_file or name in choice.pairs or name.removesuffix(SELF) in choice.pairs):
            raise WordingError(fault)


def _templates(pairs: Pairs) -> Mapping[str, Mapping[str, Template]]:
    texts: dict[str, dict[str, Template]] = {"en": {}}
    for key, pair in pairs.items():
        for language, text in pair.texts.items():
            texts.setdefault(language, {})[key] = parse(text)
    return texts
