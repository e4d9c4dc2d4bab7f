"""Which wording of each text is served: always one that says the same in every language.

An edit that is not whole yet, or not approved, leaves the last whole or approved wording in place, in all languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.wording_file import may_use
from bot.wording_pairs import Pair, Pairs
from bot.wording_sources import OF_THE_TEAM, Sources
from bot.wording_template import TemplateError, parse

SELF = "|self"


@dataclass(slots=True)
class Choice:
    """`pairs`: what is served. `held`: keys whose present wording waits, and why. `unapproved`: texts for families that
    the manifest lacks altogether, so that a server for real families cannot show them.
    """

    pairs: Pairs = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    unapproved: tuple[str, ...] = ()


def choose(sources: Sources, remembered: Pairs, approved: Pairs | None) -> Choice:
    """`approved` is the manifest of a server for real families; None where invented data are asked for."""
    choice = Choice()
    running = _running(sources, remembered)
    missing = []
    for key in _keys(sources, remembered, approved):
        if approved is None or key.startswith(OF_THE_TEAM):
            _choose_complete(choice, sources, key, remembered.get(key), running)
        elif not _choose_approved(choice, sources, key, approved.get(key)):
            missing.append(key)
    choice.unapproved = tuple(key for key in missing if not _has_plain_form(key, choice.pairs))
    return choice


def _keys(sources: Sources, remembered: Pairs, approved: Pairs | None) -> Iterator[str]:
    """In the master's order; then what only memory knows, because the program may still show it."""
    yield from sources.master
    yield from (key for key in remembered if key not in sources.master and approved is None)
    yield from (key for key in approved or {} if key not in sources.master)


def _running(sources: Sources, remembered: Pairs) -> frozenset[str]:
    """Languages that families have been offered and whose file is still there."""
    had = {language for key, pair in remembered.items() if not key.startswith(OF_THE_TEAM) for language in pair.texts}
    return frozenset(had & {*sources.languages, "en"})


def _choose_complete(choice: Choice, sources: Sources, key: str, had: Pair | None, running: frozenset[str]) -> None:
    now = sources.now.get(key, {})
    needed = running & set(had.texts) if had is not None else _asked_of_new_texts(key, running)
    lacking = sorted({"en", *needed} - set(now))
    if not lacking:
        choice.pairs[key] = Pair(now)
        return
    choice.held[key] = sources.faults.get(key) or f"waits for {', '.join(lacking)}"
    if had is not None and _fits(sources, key, had):
        kept = {language: text for language, text in had.texts.items() if language in ("en", *sources.languages)}
        if now.get("en") == had.texts["en"]:
            kept = {**now, **kept}
        choice.pairs[key] = Pair(kept)
    elif now and not _has_plain_form(key, sources.now):
        choice.pairs[key] = Pair(now)


def _asked_of_new_texts(key: str, running: frozenset[str]) -> frozenset[str]:
    """The coordinators' pages show English where their language has a gap; families never see two languages."""
    return frozenset() if key.startswith(OF_THE_TEAM) else running


def _choose_approved(choice: Choice, sources: Sources, key: str, had: Pair | None) -> bool:
    now = sources.now.get(key, {})
    if had is None:
        choice.held[key] = "has no approval"
        return False
    shown = {language: text for language, text in had.texts.items() if language in ("en", *sources.languages)}
    if any(now.get(language) != text for language, text in shown.items()):
        choice.held[key] = sources.faults.get(key) or f"was changed after its approval {had.number} of {had.date}"
    if not _fits(sources, key, had):
        choice.held[key] = "the approved wording has a placeholder that the program no longer fills"
        return False
    choice.pairs[key] = Pair(shown, had.number, had.date)
    return True


def _has_plain_form(key: str, known: Mapping[str, object]) -> bool:
    """A wording for adults may wait: until it is whole, the plain one is shown."""
    return key.endswith(SELF) and key.removesuffix(SELF) in known


def _fits(sources: Sources, key: str, pair: Pair) -> bool:
    """Whether the program still fills every placeholder of a remembered wording."""
    master = sources.master.get(key)
    if master is None:
        return True
    try:
        names = {name for text in pair.texts.values() if "{" in text for name in parse(text).names}
    except TemplateError:
        return False
    return not names or names <= may_use(master)
