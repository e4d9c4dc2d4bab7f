"""Reads when something last happened: an interval of days, never, still going on, not sure, or ask back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.reading.moment import Moment, find_moments
from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import any_of, is_only, matcher, rewrite, says

# A date is asked for; a longer story is for a person.
LONGEST = 400
CLAUSE_END = re.compile(r"[,。;!?\n]|(?<!\d)\.(?!\d)")


def read_when(text: str, on: date) -> Reading[PartialDate]:
    """When it last happened, as of `on`.

    VALUE holds the first and the last possible day, never after `on`. A hedge ("about", "I think") makes it wider.
    """
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = rewrite(tight(plain(text)), "time.rewrite")
    said = _without_other_events(after_correction(said, on), on)
    found_moments = [_unless_relative(said, moment) for moment in find_moments(said, on)]
    moments = [moment for moment in found_moments if not _is_denied(said, moment)]
    usable = [moment for moment in moments if moment.days is not None and not _is_planned(said, moment, moments)]
    never = _says_never(_without(said, moments))
    ongoing = says(said, "time.ongoing") and not says(said, "asks")
    if usable:
        return _from_dates(text, said, usable, moments, on, never=never, ongoing=ongoing)
    return _without_date(text, said, moments, never=never, ongoing=ongoing)


def _without_other_events(said: str, on: date) -> str:
    """Diagnosed last year, still taking it: a clause that dates something else is no answer, if another clause is there."""
    if not says(said, "time.other_event"):
        return said
    ends = [0, *(match.end() for match in CLAUSE_END.finditer(said)), len(said)]
    clauses = [said[start:end] for start, end in pairwise(ends)]
    kept = [
        clause
        for clause in clauses
        if not says(clause, "time.other_event") or says(clause, "time.of_the_medicine") or not find_moments(clause, on)
    ]
    rest = "".join(kept)
    return rest if re.search(r"[^\W_]", rest) else said


def after_correction(said: str, on: date) -> str:
    """What stands after "no, wait", if that holds an answer of its own."""
    parts = matcher("correction").split(said)
    if len(parts) > 1 and find_moments(parts[-1], on):
        return str(parts[-1])
    return said


def _from_dates(
    text: str, said: str, usable: list[Moment], moments: list[Moment], on: date, *, never: bool, ongoing: bool
) -> Reading[PartialDate]:
    if never:
        return ask_back("date_and_never", text)
    if says(said, "time.cancelled"):
        return ask_back("cancelled", text)
    ends = [moment for moment in usable if _marked(said, moment, "time.end")]
    starts = [moment for moment in usable if moment not in ends and _marked(said, moment, "time.start")]
    if len(usable) == len(starts):
        return state(Outcome.ONGOING, text) if ongoing else ask_back("only_the_start", text)
    rest = [moment for moment in usable if moment not in starts]
    if len(ends) == 1 and len(rest) > 1 and not _joined(said, rest):
        rest = ends
    whole = rest[0].days
    assert whole is not None
    if len(rest) > 1:
        joined = _joined(said, rest)
        if not joined:
            return ask_back("two_dates", text)
        whole = PartialDate(
            min(moment.days.earliest for moment in rest if moment.days),
            max(moment.days.latest for moment in rest if moment.days),
        )
    if any(moment.problem in ("impossible", "ambiguous", "vague") for moment in moments):
        return ask_back("unclear_date", text)
    if says(said, "time.repeating") and not ends:
        return ask_back("repeating", text)
    if ongoing and not ends and rest[0].is_count:
        return ask_back("date_and_ongoing", text)
    return _widened(text, said, rest[0], whole, on)


def _widened(text: str, said: str, moment: Moment, whole: PartialDate, on: date) -> Reading[PartialDate]:
    """A date that the family was not certain of reaches further to both sides, though never into the future."""
    hedged = says(said, "time.hedge")
    around = _around().match(said, moment.end) is not None
    width = (whole.latest - whole.earliest).days
    if moment.is_count and hedged and not says(said[moment.start : moment.end], "time.hedge"):
        # "About" within "about three months ago" has widened it already; "three months ago, I am not sure" has not.
        slack = timedelta(days=max(1, width // 4))
        return found(PartialDate(whole.earliest - slack, min(whole.latest + slack, on)), text, hedged=True)
    if moment.is_count or not (hedged or around):
        return found(whole, text, hedged=hedged)
    slack = timedelta(days=31 if width > 92 else (15 if around else 7) if width > 0 else 3)
    return found(PartialDate(whole.earliest - slack, min(whole.latest + slack, on)), text, hedged=True)


def _without_date(text: str, said: str, moments: list[Moment], *, never: bool, ongoing: bool) -> Reading[PartialDate]:
    problems = [moment.problem for moment in moments]
    bad = [problem for problem in problems if problem in ("impossible", "ambiguous", "vague")]
    if bad:
        return ask_back(bad[0] + "_date", text)
    if says(said, "unsure") and not says(said, "puts_off"):
        return state(Outcome.UNSURE, text)
    if never and not (says(said, "asks") or says(said, "time.vague")):
        return state(Outcome.UNSURE if says(said, "time.hedge") else Outcome.NEVER, text)
    if ongoing:
        return state(Outcome.ONGOING, text)
    if "future" in problems:
        return ask_back("future", text)
    if "duration" in problems:
        return ask_back("only_a_duration", text)
    return ask_back("no_date", text)


def _without(said: str, moments: list[Moment]) -> str:
    for moment in moments:
        said = said[: moment.start] + "_" * (moment.end - moment.start) + said[moment.end :]
    return said


def _says_never(said: str) -> bool:
    if says(said, "time.ongoing") and not is_only(said, "time.never_alone"):
        said = matcher("time.ongoing").sub(" ", said)
    return says(said, "time.never") or any(
        is_only(clause, "time.never_alone") for clause in CLAUSE_END.split(said) if clause.strip()
    )


def _unless_relative(said: str, moment: Moment) -> Moment:
    """Before March, after the tenth: not those days, and nobody can tell which others."""
    if moment.is_count or moment.days is None:
        return moment
    if _relative_to().search(said[: moment.start]) or matcher("time.beside").match(said, moment.end):
        return moment._replace(days=None, problem="vague")
    return moment


def _is_denied(said: str, moment: Moment) -> bool:
    """Not in July: July is not meant."""
    return _denial().search(said[: moment.start]) is not None


def _is_planned(said: str, moment: Moment, moments: list[Moment]) -> bool:
    """To be given this evening: a plan, though its day is today's."""
    plans = [other for other in moments if other.problem == "future"]
    between = [said[min(moment.end, plan.end) : max(moment.start, plan.start)] for plan in plans]
    return any(not CLAUSE_END.search(gap) for gap in between) and not _marked(said, moment, "time.end")


def _marked(said: str, moment: Moment, path: str) -> bool:
    """Whether the clause around this date, up to the next date, says "last" or "first", "stopped" or "started"."""
    before = CLAUSE_END.split(said[: moment.start])[-1]
    after = CLAUSE_END.split(said[moment.end :])[0]
    before_word = says(before, path)
    if path == "time.end":
        return before_word or says(after, path)
    return before_word or says(after[:8], path)


def _joined(said: str, moments: list[Moment]) -> bool:
    """June or July; between June and July; from the 20th to the 22nd."""
    between = [said[a.end : b.start].strip() for a, b in pairwise(moments)]
    return all(not gap or _joint().fullmatch(gap) for gap in between)


@cache
def _relative_to() -> re.Pattern[str]:
    return re.compile(rf"{any_of('time.relative_to')} ?(?:the )?$")


@cache
def _denial() -> re.Pattern[str]:
    return re.compile(rf"{any_of('time.not')}\s*(?:{any_of('time.month_lead')}\s*)?$")


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"[ ,]*(?:{any_of('time.or', 'time.to')})[ ,]*")


@cache
def _around() -> re.Pattern[str]:
    return re.compile(rf"\s*{any_of('time.around')}")
