"""Typed lists of medicines and vaccines: which are named, what else the words say, and what is asked back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flows.turn import Surroundings
from bot.flows.understanding import LONGEST_READ
from brasle_prescreen.medicines import Lexicon, normalise
from brasle_prescreen.question import Card
from brasle_prescreen.reading.reading import Outcome


@dataclass(frozen=True, slots=True)
class Mention:
    """A medicine named in a message: as typed, its entry if there is one, and what else it may be.

    `doubtful`: not spelled like a known name, or of a group whose names are easily confused: always asked back.
    `group`: only a word for a group of medicines was typed ("steroids"), not the name of one.
    """

    said: str
    entry: str | None
    doubtful: bool
    candidates: tuple[str, ...]
    route: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What was named in a message. `says_more`: other words stand beside the names; the message is then kept whole."""

    names: tuple[Mention, ...]
    says_more: bool


def mentioned(said: str, asked: Card, around: Surroundings) -> Mentioned | None:
    """The medicines (or vaccines) named in a message, without negated and planned ones; None if none was read.

    A group of which none is named ("steroids") and a name that nobody knows, in a list of known ones, are asked back.
    """
    from brasle_prescreen.reading.medicines_beside import Beside, is_of, read_beside
    from brasle_prescreen.reading.medicines_said import read_medicines
    from brasle_prescreen.reading.vaccines_said import read_vaccines

    if len(said) > LONGEST_READ:
        return None
    lexicon = around.protocol.medicines
    beside = read_beside(said, lexicon) if asked.kind == "medicines" else Beside(more=True)
    mentions = []
    read = read_vaccines(said, lexicon) if asked.kind == "vaccines" else read_medicines(said, lexicon, tense="ever")
    for one in read:
        if one.negated and one.said not in beside.of_no_use:
            continue
        if one.entry is not None and lexicon.entry(one.entry).is_vaccine != (asked.kind == "vaccines"):
            continue
        candidates = tuple(dict.fromkeys(id for id in (one.entry, *one.candidates) if id and id in lexicon))
        known = one.entry is not None and one.how in ("exact", "stripped") and not _is_lookalike(one.said, lexicon)
        doubtful = one.unclear or one.negated or (one.doubtful and not known)
        if doubtful and one.entry is not None:
            candidates = _most_alike(one.said, one.entry, candidates, lexicon)
        mentions.append(Mention(_as_typed(one.said, said), one.entry, doubtful, candidates, one.route))
    named = {one.entry for one in mentions}
    mentions += [Mention(_as_typed(name, said), id, True, (id,)) for name, id in beside.hidden if id not in named]
    for group in beside.groups:
        candidates = tuple(pick for pick in asked.picks if is_of(lexicon.entry(pick), group.group))
        mentions.append(Mention(_as_typed(group.said, said), None, True, candidates, group=group.group))
    mentions += [Mention(_as_typed(name, said), None, True, ()) for name in beside.names]
    return Mentioned(tuple(mentions), beside.more) if mentions else None


def _most_alike(said: str, entry: str, candidates: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """For a name that is spelled right but easily confused: itself first, then those whose name it may be taken for."""
    groups = [group for group in lexicon.confusable if any(normalise(one.name) == normalise(said) for one in group)]
    if not groups:
        return candidates
    others = [one.id for group in groups for one in group if one.id is not None and one.id in lexicon]
    return tuple(dict.fromkeys((entry, *others)))


def _as_typed(name: str, said: str) -> str:
    """The name with the letters as they were typed: reading folds capitals."""
    at = said.casefold().find(name.casefold()) if len(said.casefold()) == len(said) else -1
    return said[at : at + len(name)] if at >= 0 and len(name.casefold()) == len(name) else name


def _is_lookalike(said: str, lexicon: Lexicon) -> bool:
    """Whether the very name that was typed is one of those that are easily confused."""
    name = normalise(said)
    return any(normalise(one.name) == name for group in lexicon.confusable for one in group)


def list_answer(said: str, asked: Card, around: Surroundings) -> str | None:
    """What words without a name say at a list: `none` at all, `unsure`, that is `all`; None if nothing of these."""
    from brasle_prescreen.reading.choice import read_choice
    from brasle_prescreen.reading.medicines_said import read_medicine_list

    if len(said) > LONGEST_READ:
        return None
    read = read_choice(said, asked.id, ("none", "all"))
    if read.outcome is Outcome.UNSURE:
        return "unsure"
    if read.outcome is Outcome.VALUE and read.value:
        return read.value[0]
    if asked.kind == "medicines":
        listed = read_medicine_list(said, around.protocol.medicines)
        return "none" if listed.outcome is Outcome.VALUE and not listed.value else None
    return None
