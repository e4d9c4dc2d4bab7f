"""Reads which medicines a family names: each as typed, what it may mean, and whether it was taken.

Nothing is taken silently: a name that is only nearly known, or easily confused with another, is marked doubtful.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.medicine_clauses import Use
from brasle_prescreen.reading.medicine_index import index_of
from brasle_prescreen.reading.medicine_over import is_over
from brasle_prescreen.reading.medicine_place import CJK, How, Place, mask
from brasle_prescreen.reading.medicine_scope import uses_of
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Reading, ask_back, found
from brasle_prescreen.reading.words import any_of, load, matcher, says

LONGEST = 1000
MOST = 40

Tense = Literal["ever", "now"]


class Mention(NamedTuple):
    """One medicine in a message.

    `said`: as understood letter by letter; `entry`: the lexicon's id, None if unknown or one of several `candidates`;
    `how` it was found; `negated`: not taken (never, refused, planned, somebody else's; with tense "now" also stopped);
    `unclear`: the words can be read both ways; `doubtful`: ask back, even though there is an entry; `route`: if the name tells.
    """

    said: str
    entry: str | None
    candidates: tuple[str, ...]
    how: How
    negated: bool = False
    unclear: bool = False
    doubtful: bool = False
    route: str | None = None


def read_medicines(text: str, lexicon: Lexicon, tense: Tense = "ever") -> tuple[Mention, ...]:
    """Every medicine named, in order; classes ("steroids") and supplements are not among them."""
    said = prepared(text)
    return mentions_of(said, find_names(said, lexicon), lexicon, tense)


def mentions_of(said: str, names: list[Place], lexicon: Lexicon, tense: Tense) -> tuple[Mention, ...]:
    """The names that stand at these places of a prepared text, each with what is said of its use."""
    if not names:
        return ()
    places = sorted([*names, *_classes(said, names)])
    corrected = _last_correction(said, names)
    mentions = []
    for index, (place, use) in enumerate(zip(places, uses_of(said, places), strict=True)):
        if not place.entries:
            continue
        negated = use is Use.NOT_TAKEN or (tense == "now" and is_over(said, places, index))
        unclear = use is Use.UNCLEAR or (not negated and place.end <= corrected)
        mentions.append(_mention(said, place, lexicon, negated=negated, unclear=unclear))
    return tuple(mentions[:MOST])


def _last_correction(said: str, names: list[Place]) -> int:
    """Where "no, I mean" stands before a name: which of the names before it still hold, nobody can tell. 0: nowhere."""
    last = max(place.start for place in names)
    return max((match.start() for match in matcher("correction").finditer(mask(said, names), 0, last)), default=0)


def read_medicine_list(text: str, lexicon: Lexicon, tense: Tense = "ever") -> Reading[tuple[Mention, ...]]:
    """The whole list, if the message gives it: `()` for "none at all"; ask back if a part of it stays unknown."""
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = prepared(text)
    names = find_names(said, lexicon)
    mentions = mentions_of(said, names, lexicon, tense)
    taken = [mention for mention in mentions if not mention.negated]
    rest = mask(said, names)
    if not mentions and (says(said, "medicines.only_but") or index_of(lexicon).hides_a_name(rest)):
        return ask_back("only_a_class" if says(said, "medicines.class") else "unnamed", text)
    if not mentions:
        if tense == "now" and says(said, "medicines.none_now"):
            return found((), text)
        if says(said, "medicines.none"):
            return found((), text) if not says(rest, "medicines.unnamed") else ask_back("unnamed", text)
        return ask_back("only_a_class" if says(said, "medicines.class") else "no_name", text)
    if any(mention.unclear for mention in mentions):
        return ask_back("unclear_scope", text)
    if says(rest, "medicines.unnamed", "medicines.looks_like") or index_of(lexicon).hides_a_name(rest):
        return ask_back("unnamed", text)
    if says(rest, "medicines.maybe", "asks"):
        return ask_back("hedged", text)
    if any(mention.route == "topical" for mention in taken):
        return ask_back("not_swallowed", text)
    if any(mention.entry is None or _is_as_near_another(mention, lexicon) for mention in taken):
        return ask_back("which_of_several", text)
    if not taken:
        return ask_back("only_negated", text)
    return found(tuple(taken), text)


def prepared(text: str) -> str:
    """What was typed, made plain, with the spaces that part a Chinese list."""
    return _keep_lists(plain(text[: LONGEST + 1]))


def _keep_lists(said: str) -> str:
    """Spaces between two Chinese names are a list; elsewhere they separate nothing."""
    return re.sub(r"(?<=[\u3400-\u9fff)]) +(?=[\u3400-\u9fff])", "\u3001", said)


def find_names(said: str, lexicon: Lexicon) -> list[Place]:
    """Where medicines are named in text that was made plain already."""
    index = index_of(lexicon)
    exact = index.exact(said)
    masked = mask(said, exact)
    if not _something_left(masked):
        return exact
    return sorted([*exact, *index.nearly(masked)])


def _classes(said: str, names: list[Place]) -> list[Place]:
    """Words for groups of medicines take a "not" to themselves, as names do."""
    masked = mask(said, names)
    return [Place(*match.span(), (), "exact") for match in matcher("medicines.class").finditer(masked)]


def _something_left(masked: str) -> bool:
    """Whether anything but everyday words stands beside the names: only then are names guessed at by sound."""
    rest = _everyday().sub(" ", masked)
    return re.search(r"[\u3400-\u9fff]{2,}|[a-z]{4,}", rest) is not None


@cache
def _everyday() -> re.Pattern[str]:
    return re.compile(any_of("medicines.everyday", "medicines.filler", "medicines.common_words"))


def _mention(said: str, place: Place, lexicon: Lexicon, *, negated: bool, unclear: bool) -> Mention:
    verbatim = said[place.start : place.end]
    alone = place.entries[0] if len(place.entries) == 1 else None
    exact = place.how in ("exact", "stripped")
    lookalikes = tuple(
        one.id
        for group in lexicon.confusable
        if any(_is_like(member.name, verbatim, exact=exact) for member in group)
        for one in group
        if one.id and any(member.id in place.entries for member in group)
    )
    candidates = tuple(dict.fromkeys((*place.entries, *lookalikes)))
    return Mention(
        verbatim,
        alone,
        candidates,
        place.how,
        negated=negated,
        unclear=unclear,
        doubtful=not exact or alone is None or len(candidates) > 1,
        route=place.route,
    )


def _is_as_near_another(mention: Mention, lexicon: Lexicon) -> bool:
    """Not a known name, and written no less like another of its confusable group: never decided here."""
    if mention.how not in ("sound", "spelling") or CJK.search(mention.said) is None:
        return False
    from rapidfuzz.distance import OSA

    for group in lexicon.confusable:
        alike = [one for one in group if _is_like(one.name, mention.said, exact=False)]
        far = [(OSA.distance(tight(plain(one.name)), mention.said), one.id != mention.entry) for one in alike]
        nearest = min((distance for distance, _ in far), default=0)
        if {is_other for distance, is_other in far if distance == nearest} == {True, False}:
            return True
    return False


def _is_like(listed: str, said: str, *, exact: bool) -> bool:
    """Whether what was typed is this name of a confusable group, or is as near to it as a slip of the finger."""
    name = tight(plain(listed))
    if exact:
        return name == said
    from rapidfuzz.distance import OSA

    return bool(OSA.distance(name, said) <= len(name) // 2)


# ------------------------------------------------------------------ international names


def international_name(mention: Mention, lexicon: Lexicon) -> str | None:
    """The lower-case English name of what was taken; None for a class, a procedure or a supplement."""
    if mention.entry is None:
        return None
    data = load("medicine_names.toml")
    medicine = lexicon.entry(mention.entry)
    if mention.entry in data["supplements"]["entries"] or mention.entry in data["not_a_medicine"]["entries"]:
        return None
    if medicine.marks & {"group", "unnamed", "vaccine", "car_t"}:
        return None
    by_name = _by_name().get(mention.said)
    return by_name or data["inn"].get(mention.entry) or medicine.inn.partition(" (")[0].lower()


def is_supplement(name: str) -> bool:
    """Whether a name that the lexicon does not know is a vitamin, a mineral or the like. `name`: made plain."""
    return _supplement().fullmatch(name.strip()) is not None


@cache
def _supplement() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{name})" for name in load("medicine_names.toml")["supplements"]["names"]))


@cache
def _by_name() -> dict[str, str]:
    return {tight(plain(name)): inn for name, inn in load("medicine_names.toml")["inn_by_name"].items()}


__all__ = ["Mention", "international_name", "is_supplement", "matcher", "read_medicine_list", "read_medicines"]
