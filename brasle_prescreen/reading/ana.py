"""Reads an ANA result: a titre such as 1:320, or what the report prints without one."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import any_of, matcher, says

LONGEST = 500
LOWEST, HIGHEST = 20, 100_000

Printed = Literal["positive", "weakly_positive", "negative"]


class Ana(NamedTuple):
    """`titer` is the reciprocal: 1:320 is 320. `result` is as printed; with a titre it may be absent."""

    titer: int | None
    result: Printed | None


class Titer(NamedTuple):
    start: int
    end: int
    value: int


def read_ana(text: str) -> Reading[Ana]:
    """A titre, or positive or negative without one. A bare number could be another unit: ask back."""
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = _about_ana(tight(plain(text)))
    parts = matcher("correction").split(said)
    said = parts[-1] if len(parts) > 1 and re.search(r"\d|[+]", parts[-1]) else said
    titers = _titers(said)
    if len({titer.value for titer in titers}) > 1:
        titers = _latest(said, titers)
    printed = _printed(_of_now(said))
    if titers:
        return _from_titers(said, titers, printed, text)
    if says(said, "ana.both_results") or (says(_of_now(said), "ana.positive") and says(_of_now(said), "ana.negative")):
        return ask_back("both", text)
    if printed and says(said, "hedge", "ana.hedge"):
        return ask_back("hedged", text)
    if printed:
        return found(Ana(None, printed), text)
    if says(said, "unsure", "ana.not_known"):
        return ask_back("put_off", text) if says(said, "puts_off", "asks") else state(Outcome.UNSURE, text)
    return ask_back("bare_number" if re.search(r"\d", said) else "no_result", text)


def _from_titers(said: str, titers: list[Titer], printed: Printed | None, text: str) -> Reading[Ana]:
    values = {titer.value for titer in titers}
    if len(values) > 1 or any(_range_end().match(said, titer.end) for titer in titers):
        return ask_back("two_values", text)
    value = values.pop()
    if not LOWEST <= value <= HIGHEST:
        return ask_back("implausible", text)
    if _is_below(said, titers[0]):
        # "Below 1:80" is how a laboratory prints a negative result.
        return found(Ana(None, "negative"), text)
    return found(Ana(value, printed if printed != "negative" else None), text, hedged=says(said, "hedge"))


def _of_now(said: str) -> str:
    """Positive before, negative now: only what is said of now."""
    clauses = [clause for clause in re.split(r"[,;\n\u3002]", said) if _printed(clause)]
    now = [clause for clause in clauses if says(clause, "ana.now") and not says(clause, "ana.earlier")]
    return now[0] if len(clauses) > 1 and len(now) == 1 else said


def _about_ana(said: str) -> str:
    """Only what is said of the ANA: dsDNA and the others on the same slip are other questions."""
    if not says(said, "ana.other_antibody"):
        return said
    clauses = [clause for clause in re.split(r"[,;\n\u3002]|(?<!\d)\.(?!\d)", said) if clause.strip()]
    kept = [clause for clause in clauses if not says(clause, "ana.other_antibody") or says(clause, "ana.name")]
    return ",".join(_before_other(clause) for clause in kept)


def _before_other(clause: str) -> str:
    other, own = matcher("ana.other_antibody").search(clause), matcher("ana.name").search(clause)
    if other is None or own is None:
        return clause
    return clause[: other.start()] if own.start() < other.start() else clause[own.start() :]


@cache
def _titer_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\d.])1 ?(?::|/|{any_of('ana.to')}) ?(?P<a>\d{{1,6}})(?!\d|\.\d)"
        rf"|(?<![\d.:/])(?P<b>\d{{2,6}}) ?{any_of('ana.fold')}"
    )


def _titers(said: str) -> list[Titer]:
    return [Titer(*match.span(), int(match["a"] or match["b"])) for match in _titer_pattern().finditer(said)]


@cache
def _range_end() -> re.Pattern[str]:
    """From 1:80 to 160: the second number is a titre, too."""
    return re.compile(rf"\s*(?:[-~]|{any_of('ana.range')})\s*\d{{2,6}}(?![\d:])")


def _latest(said: str, titers: list[Titer]) -> list[Titer]:
    """Of several, the one said to be the latest; by words of time before it."""
    now = [titer for titer in titers if _time_before(said, titers, titer) == "ana.now"]
    if now:
        return now
    rest = [titer for titer in titers if _time_before(said, titers, titer) != "ana.earlier"]
    return rest or titers


def _time_before(said: str, titers: list[Titer], titer: Titer) -> str | None:
    start = max((other.end for other in titers if other.end <= titer.start), default=0)
    before = said[start : titer.start]
    heard = {path: [m.end() for m in matcher(path).finditer(before)] for path in ("ana.now", "ana.earlier")}
    ends = {path: max(found_ends) for path, found_ends in heard.items() if found_ends}
    return max(ends, key=lambda path: ends[path]) if ends else None


def _is_below(said: str, titer: Titer) -> bool:
    return re.search(rf"(?:<|{any_of('ana.below')})\s*$", said[: titer.start]) is not None


def _printed(said: str) -> Printed | None:
    """Positive, weakly positive or negative; "not negative" is no result that a report prints."""
    if says(said, "ana.denied_negative", "ana.denied_positive"):
        return None
    if says(said, "ana.weak"):
        return "weakly_positive"
    if says(said, "ana.positive"):
        return "positive"
    return "negative" if says(said, "ana.negative") else None
