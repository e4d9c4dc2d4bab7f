"""Reads the daily dose of an oral steroid as prednisone equivalent: what is taken now, not what was or will be."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from brasle_prescreen.glucocorticoids import DailyDose, Glucocorticoids
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.dose_amounts import PerDay, milligrams, per_day, tablets
from brasle_prescreen.reading.dose_unread import has_unread_number
from brasle_prescreen.reading.medicine_place import NAME_MASK, Place
from brasle_prescreen.reading.medicines_said import find_names
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import is_only, matcher, rewrite, says

LONGEST = 500
# An unnamed steroid may be prednisone or a quarter stronger: only far from the limit of 20 mg does that not matter.
UNNAMED_SAFE_BELOW, UNNAMED_SAFE_ABOVE = Decimal(15), Decimal(25)
LIMIT = Decimal(20)
# No steroid is swallowed in less than a quarter of a milligram of prednisone: the unit was a slip.
SMALLEST = Decimal("0.25")
# The smallest vial of methylprednisolone.
VIAL_MG = Decimal(40)
CLAUSE_END = re.compile(r"[,;!?\n\u3002]|\.(?!\d)")
CJK = re.compile("[\u3400-\u9fff]")
STRENGTH = re.compile(r"(\d+(?:\.\d+)?) mg (?:tab|cap)")


class Dose(NamedTuple):
    """`least` to `most` mg a day of the medicine `entry` (None: an unnamed steroid); the same as prednisone.

    `tablet_mg` and `tablets_per_day` are there if the dose was said in tablets; `every_days` is 2 for every other day.
    """

    entry: str | None
    least: Decimal
    most: Decimal
    prednisone_least: Decimal
    prednisone_most: Decimal
    tablet_mg: Decimal | None = None
    tablets_per_day: Decimal | None = None
    every_days: int = 1


NOTHING = Dose(None, Decimal(0), Decimal(0), Decimal(0), Decimal(0))


def read_steroid_dose(text: str, lexicon: Lexicon) -> Reading[Dose]:
    """The current daily dose; stopped or none is 0.

    Tablets without a strength, mg/kg without a weight, an unnamed steroid near 20 mg, a range across 20 mg, a taper that
    has to be counted, anything not swallowed: ask back.
    """
    return _read(text, None, lexicon)


def read_dose_of(text: str, entry: str | None, lexicon: Lexicon) -> Reading[Dose]:
    """The dose of a medicine that is already known. Another medicine named in the text: ask back."""
    return _read(text, entry, lexicon)


def _read(text: str, entry: str | None, lexicon: Lexicon) -> Reading[Dose]:
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = rewrite(tight(plain(text)), "dose.rewrite")
    parts = matcher("correction").split(said)
    if len(parts) > 1 and re.search(r"\d", parts[-1]):
        said = parts[-1]
    said = matcher("dose.nothing_else").sub(" ", said)
    typed = said
    names = find_names(said, lexicon)
    table = _table()
    steroids = [place for place in names if any(id in table.steroids for id in place.entries)]
    if len({place.entries for place in steroids}) > 1:
        said, names, steroids = _since_the_change(said, names, steroids)
    kinds = {place.entries for place in steroids}
    said = _only_steroids(said, names, steroids)
    named = _entry(entry, kinds)
    if isinstance(named, str) and named.startswith("?"):
        return ask_back(named[1:], text)
    current = _current(said)
    has_amount = bool(milligrams(current) or tablets(current))
    if _is_stopped(said, current, has_amount=has_amount):
        return found(NOTHING._replace(entry=named), text)
    if says(current, "dose.not_by_mouth"):
        return ask_back("not_by_mouth", text)
    if says(said, "dose.day_to_day"):
        return ask_back("unclear_schedule", text)
    if says(said, "dose.taper") and not _says_what_now(said):
        return ask_back("taper", text)
    if not has_amount and says(said, "dose.unknown", "unsure"):
        return state(Outcome.UNSURE, text) if entry else ask_back("unknown_amount", text)
    if says(current, "dose.unknown", "asks"):
        return ask_back("unknown_amount", text)
    other_names = [place for place in names if place not in steroids]
    if not steroids and entry is None and other_names:
        return ask_back("other_medicine", text)
    bare_is_mg = named is not None and CJK.search(typed) is None
    amount = per_day(current, _strengths(named, lexicon), bare_is_mg=bare_is_mg)
    if isinstance(amount, str):
        return ask_back(amount, text)
    if has_unread_number(current):
        return ask_back("two_amounts", text)
    if amount.most >= VIAL_MG and says(typed, "dose.maybe_a_drip") and not says(typed, "dose.swallowed"):
        return ask_back("not_by_mouth", text)
    return _judged(amount, named, says(current, "hedge"), text, steroid_asked=entry is None)


def _entry(entry: str | None, kinds: set[tuple[str, ...]]) -> str | None:
    """The one medicine meant; "?code" to ask back. The drip and the tablets of methylprednisolone are one medicine here."""
    if entry is not None:
        return entry
    table = _table()
    by_steroid = {table.steroids[id].name: id for entries in kinds for id in entries if id in table.steroids}
    if len(by_steroid) > 1:
        equal = {table.steroids[id].factor for id in by_steroid.values()}
        return next(iter(by_steroid.values())) if len(equal) == 1 else "?two_medicines"
    return next(iter(by_steroid.values()), None)


def _since_the_change(said: str, names: list[Place], steroids: list[Place]) -> tuple[str, list[Place], list[Place]]:
    """Of two steroids, one may have taken the other's place: then only what comes after the change counts."""
    changes = [match.end() for match in matcher("dose.present", "dose.changed_to").finditer(said)]
    start = max((change for change in changes if any(place.start >= change for place in steroids)), default=0)
    if not start:
        return said, names, steroids

    def later(places: list[Place]) -> list[Place]:
        return [
            place._replace(start=place.start - start, end=place.end - start) for place in places if place.start >= start
        ]

    return said[start:], later(names), later(steroids)


def _only_steroids(said: str, names: list[Place], steroids: list[Place]) -> str:
    """Names become underscores; other medicines go, with their own amounts."""
    for place in sorted(names, reverse=True):
        if place in steroids:
            said = said[: place.start] + NAME_MASK * (place.end - place.start) + said[place.end :]
            continue
        following = min((other.start for other in steroids if other.start >= place.end), default=len(said))
        sign = CLAUSE_END.search(said, place.end)
        end = min(following, sign.start() if sign else len(said))
        start = place.start
        if not (milligrams(said[place.end : end]) or tablets(said[place.end : end])):
            before = re.search(r"[\d.]+ ?[a-z\u4e00-\u9fff]{1,3} ?(?:of )?$", said[:start])
            start = before.start() if before else start
        said = said[:start] + " " * (end - start) + said[end:]
    return said


def _current(said: str) -> str:
    """What is said of now: without plans, without what was before; strengths of tablets stay."""
    clauses = [clause for clause in _split(said) if not says(clause, "dose.future") or says(clause, "dose.present")]
    kept = ",".join(clauses)
    marker = None
    for match in matcher("dose.now").finditer(kept):
        if milligrams(kept[match.end() :]) or tablets(kept[match.end() :]):
            marker = match
    if marker is not None:
        before = kept[: marker.start()]
        if milligrams(before) or tablets(before):
            return _frame(before) + kept[marker.end() :]
        return kept
    with_amounts = [clause for clause in clauses if milligrams(clause) or tablets(clause)]
    past = [clause for clause in with_amounts if says(clause, "dose.past")]
    if past and len(past) < len(with_amounts):
        kept = ",".join(clause for clause in clauses if clause not in past)
    return kept


def _frame(before: str) -> str:
    """Of what stands before "down to": the name, and how often; not the amounts that no longer hold."""
    return NAME_MASK if NAME_MASK in before else ""


def _split(said: str) -> list[str]:
    return [clause for clause in CLAUSE_END.split(said) if clause.strip()]


def _is_stopped(said: str, current: str, *, has_amount: bool) -> bool:
    rest = matcher("dose.not_stopped").sub(" ", said)
    if is_only(rest, "dose.none_alone"):
        return True
    stops = [match.start() for match in matcher("dose.stopped").finditer(rest)]
    if not stops:
        return False
    amounts = [amount.start for amount in (*milligrams(rest), *tablets(rest))]
    if not amounts:
        return not says(rest, "asks", "dose.not_by_mouth", "dose.future")
    return max(stops) > max(amounts) and not says(rest[max(stops) :], "dose.now")


def _says_what_now(said: str) -> bool:
    """A taper with "now" and an amount after it needs no counting."""
    return any(
        milligrams(said[match.end() :]) or tablets(said[match.end() :]) for match in matcher("dose.now").finditer(said)
    ) and not says(_current(said), "dose.taper")


def _strengths(entry: str | None, lexicon: Lexicon) -> frozenset[Decimal]:
    if entry is None or entry not in lexicon:
        return frozenset()
    medicine = lexicon.swallowed(lexicon.entry(entry))
    return frozenset(Decimal(match[1]) for one in medicine.strengths if (match := STRENGTH.match(one)))


def _judged(amount: PerDay, entry: str | None, hedged: bool, text: str, *, steroid_asked: bool) -> Reading[Dose]:
    table = _table()
    known = entry if entry in table.steroids else None
    if known is None and steroid_asked and amount.most >= UNNAMED_SAFE_BELOW and amount.least <= UNNAMED_SAFE_ABOVE:
        return ask_back("unnamed_near_limit", text)
    if known is not None:
        if table.is_slip(known, DailyDose(amount.least, amount.most)):
            return ask_back("implausible", text)
        equal = table.equivalent(known, DailyDose(amount.least, amount.most))
        least, most = equal.least / table.scale, equal.most / table.scale
        if 0 < most < SMALLEST:
            return ask_back("implausible", text)
    else:
        least, most = amount.least, amount.most
        if most > table.refuse_above_mg:
            return ask_back("implausible", text)
    if steroid_asked and least != most and least <= LIMIT <= most:
        return ask_back("range_across_limit", text)
    tablets_a_day = amount.least / amount.tablet_mg if amount.tablet_mg and amount.least == amount.most else None
    return found(
        Dose(
            entry,
            amount.least,
            amount.most,
            least,
            most,
            amount.tablet_mg if tablets_a_day is not None else None,
            tablets_a_day,
            amount.days,
        ),
        text,
        why="" if known else "unnamed",
        hedged=hedged,
    )


def _table() -> Glucocorticoids:
    from brasle_prescreen.protocol import load_protocol

    return load_protocol().glucocorticoids
