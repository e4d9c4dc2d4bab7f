"""The day that a dated failure tells is true: looked at again on that day it fails no more, and the day before it does
not pass yet.
"""

from __future__ import annotations

import os
import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from brasle_prescreen import AnswerError, Finding, Kind, Verdict, load_protocol, screen
from brasle_prescreen.partial_date import born_at_age
from tests.domain.answer_strategies import families

PROTOCOL = load_protocol()
# More of them to hunt: BRASLE_EXAMPLES=5000 pytest tests/domain/test_the_day_it_clears.py
EXAMPLES = int(os.environ.get("BRASLE_EXAMPLES", "60"))
ONE_DAY = timedelta(days=1)


def spelled_out(value: Any, on: date) -> Any:
    """The same answers as told on that day: a running month or year still ends there when it is looked at later."""
    if isinstance(value, dict):
        return {key: spelled_out(inner, on) for key, inner in value.items()}
    if isinstance(value, list):
        return [spelled_out(inner, on) for inner in value]
    if not isinstance(value, str) or not (match := re.fullmatch(r"(\d{4})(?:-(\d\d))?", value)):
        return value
    year, month = int(match[1]), int(match[2] or 0)
    last = date(year, month or 12, monthrange(year, month or 12)[1])
    return {"earliest": date(year, month or 1, 1).isoformat(), "latest": min(last, on).isoformat()}


def with_birth(answers: dict[str, Any], on: date) -> dict[str, Any]:
    """An age alone, as days of birth; an age beside a birth date would not be true for long."""
    years = answers.get("age_years")
    if not isinstance(years, int):
        return answers
    assume(not isinstance(answers.get("birth_date"), str | dict))
    earliest, latest = born_at_age(years, on)
    birth = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    return {key: value for key, value in answers.items() if key != "age_years"} | {"birth_date": birth}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(families())
def test_on_that_day_it_fails_no_more_and_not_a_day_earlier(family: tuple[dict[str, Any], date]) -> None:
    told, on = family
    answers = with_birth(spelled_out(told, on), on)
    try:
        findings = screen(PROTOCOL, answers, on).findings
    except AnswerError:
        assume(False)
        raise

    def later(id: str, day: date) -> Finding:
        return next(one for one in screen(PROTOCOL, answers, day).findings if one.id == id)

    for finding in findings:
        if finding.kind is not Kind.TEMPORARY_DATED:
            continue
        assert finding.clears_on is not None
        earliest, latest = finding.clears_on
        assert on < earliest <= latest
        then = later(finding.id, latest)
        assert then.verdict is not Verdict.FAIL, finding
        # Neither is it the undecided day of the same window: what is still open then is something else.
        assert then.clears_on is None or then.clears_on.latest > latest, (finding, then)
        for day in (earliest - ONE_DAY, latest - ONE_DAY):
            assert later(finding.id, day).verdict is not Verdict.PASS, (finding, day)
