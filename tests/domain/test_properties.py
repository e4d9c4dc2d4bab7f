"""What must hold for every family: not knowing never turns anybody away, and nothing depends on order or on mood."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from brasle_prescreen import AnswerError, Screening, Tier, Verdict, assess, load_protocol, screen
from tests.domain.answer_strategies import dates, families, values
from tests.domain.schemas import check_input, check_output

PROTOCOL = load_protocol()
PRIVATE_REASON = {"none", "private_item", "not_answered", "medicine_to_explain"}
# More of them to hunt: BRASLE_EXAMPLES=5000 pytest tests/domain/test_properties.py
EXAMPLES = int(os.environ.get("BRASLE_EXAMPLES", "60"))
thorough = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
Path = tuple[str | int, ...]


def screened(answers: dict[str, Any], on: date) -> Screening:
    try:
        return screen(PROTOCOL, answers, on)
    except AnswerError:
        assume(False)
        raise


def failed(screening: Screening) -> set[str]:
    return {finding.id for finding in screening.findings if finding.verdict is Verdict.FAIL}


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every place where an answer may be replaced by "unsure"."""
    if isinstance(value, dict):
        if value.keys() in ({"earliest", "latest"}, {"min", "max"}):
            return
        for key, inner in value.items():
            if key != "drug":
                yield (*here, key)
                yield from paths(inner, (*here, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, dict):
                yield from paths(inner, (*here, number))


def put(answers: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(answers)
    here: Any = changed
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return changed


def get(answers: Any, path: Path) -> Any:
    for step in path:
        answers = answers[step]
    return answers


@thorough
@given(families(), st.data())
def test_unsure_never_creates_a_failure(family: tuple[dict[str, Any], date], data: st.DataObject) -> None:
    answers, on = family
    before = failed(screened(answers, on))
    every = list(paths(answers))
    assume(every)
    for path in data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=12)):
        after = failed(screen(PROTOCOL, put(answers, path, "unsure"), on))
        assert after <= before, (path, after - before)


@thorough
@given(families(), st.data())
def test_a_wider_date_never_turns_pass_and_fail_into_each_other(
    family: tuple[dict[str, Any], date], data: st.DataObject
) -> None:
    answers, on = family
    before = {one.id: one.verdict for one in screened(answers, on).findings}
    shape = {path for path in paths(answers) if _interval(get(answers, path), on) is not None}
    assume(shape)
    path = data.draw(st.sampled_from(sorted(shape, key=str)))
    interval = _interval(get(answers, path), on)
    assert interval is not None
    earlier, later = data.draw(st.tuples(st.integers(0, 100), st.integers(0, 100)))
    wider = {
        "earliest": (interval[0] - timedelta(days=earlier)).isoformat(),
        "latest": min(on, interval[1] + timedelta(days=later)).isoformat(),
    }
    after = {one.id: one.verdict for one in screened(put(answers, path, wider), on).findings}
    for id, verdict in before.items():
        assert {verdict, after[id]} != {Verdict.PASS, Verdict.FAIL}, (id, path, wider)


def _interval(value: Any, on: date) -> tuple[date, date] | None:
    if isinstance(value, dict) and value.keys() == {"earliest", "latest"}:
        return date.fromisoformat(value["earliest"]), date.fromisoformat(value["latest"])
    if not isinstance(value, str) or not value[:4].isdigit():
        return None
    if len(value) == 10:
        return date.fromisoformat(value), date.fromisoformat(value)
    first = date.fromisoformat(f"{value}-01" if len(value) == 7 else f"{value}-01-01")
    days = 27 if len(value) == 7 else 364
    return first, min(on, first + timedelta(days=days))


@thorough
@given(families(), st.data())
def test_no_laboratory_value_turns_anybody_away(family: tuple[dict[str, Any], date], data: st.DataObject) -> None:
    answers, on = family
    before = screened(answers, on)
    labs = data.draw(values(PROTOCOL.answers.shapes["labs"], on))
    after = screened(answers | {"labs": labs}, on)
    assert failed(after) == failed(before)
    if before.tier in (Tier.LIKELY, Tier.NEEDS_REVIEW):
        assert after.tier in (Tier.LIKELY, Tier.NEEDS_REVIEW)


@thorough
@given(families(), st.sampled_from(["none", "history", "current", "prefer_doctor", "unsure", None]))
def test_mood_turns_nobody_away_and_is_no_reason(family: tuple[dict[str, Any], date], mood: str | None) -> None:
    answers, on = family
    screening = screened(answers | {"mood": mood}, on)
    without = screened({key: value for key, value in answers.items() if key != "mood"}, on)
    assert failed(screening) == failed(without)
    assert screening.finding("E21").reason in PRIVATE_REASON
    if not failed(screening):
        assert screening.tier in (Tier.LIKELY, Tier.NEEDS_REVIEW)


@thorough
@given(families(), st.randoms(use_true_random=False))
def test_order_changes_nothing(family: tuple[dict[str, Any], date], random: Any) -> None:
    answers, on = family
    before = assess({"as_of": on.isoformat(), "answers": answers})
    assert assess({"as_of": on.isoformat(), "answers": _shuffled(answers, random)}) == before or "error" in before


def _shuffled(value: Any, random: Any) -> Any:
    if isinstance(value, dict):
        items = [(key, _shuffled(inner, random)) for key, inner in value.items()]
        random.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        items = [_shuffled(inner, random) for inner in value]
        random.shuffle(items)
        return items
    return value


@thorough
@given(families())
def test_the_output_is_what_the_contract_says(family: tuple[dict[str, Any], date]) -> None:
    answers, on = family
    request = {"id": "x", "as_of": on.isoformat(), "answers": answers}
    before = copy.deepcopy(request)
    output = assess(request)
    assert request == before
    check_output(output)
    if "error" in output:
        return
    check_input(_plain(request))
    assert output["score"] == sum(output["score_parts"].values())
    undated = False
    for one in output["criteria"]:
        verdicts = {part["verdict"] for part in one["parts"]}
        if one["verdict"] == "pass":
            assert one["kind"] is None
            assert one["clears_on"] is None
            assert "fail" not in verdicts
        if one["verdict"] == "fail":
            assert one["kind"] in ("permanent", "temporary_dated", "temporary_undated")
            assert (one["clears_on"] is not None) is (one["kind"] == "temporary_dated")
            undated = undated or one["kind"] != "temporary_dated"
        if one["verdict"] == "unknown":
            assert one["kind"] in ("site", None)
            assert "fail" not in verdicts
    assert output["earliest_date"] is None or (output["tier"] == "not_now" and not undated)
    for finding in screen(PROTOCOL, answers, on).findings:
        assert finding.verdict is not Verdict.FAIL or finding.evidence


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if type(value).__name__ == "Decimal" else value


@thorough
@given(families(), st.data())
def test_four_ways_not_to_know_are_one(family: tuple[dict[str, Any], date], data: st.DataObject) -> None:
    """Except for the way of giving a medicine: left out, it is as the lexicon says."""
    answers, on = family
    screened(answers, on)
    every = [path for path in paths(answers) if path[-1] != "route"]
    assume(every)
    path = data.draw(st.sampled_from(every))
    outputs = []
    for word in ("unsure", "skipped", None):
        outputs.append(assess({"as_of": on.isoformat(), "answers": put(answers, path, word)}))
    left_out = copy.deepcopy(answers)
    del get(left_out, path[:-1])[path[-1]]
    outputs.append(assess({"as_of": on.isoformat(), "answers": left_out}))
    assert all(output == outputs[0] for output in outputs)


@thorough
@given(families(), st.data())
def test_the_span_shown_to_a_family_holds_the_earliest_date(
    family: tuple[dict[str, Any], date], data: st.DataObject
) -> None:
    answers, on = family
    vaccine = {"vaccine": "MMR", "date": data.draw(dates(on))}
    screening = screened(answers | {"vaccines": [vaccine]}, on)
    shown = screening.shown_window()
    if screening.earliest_date is None:
        assert shown is None
        return
    assert shown is not None
    wide = any(one.failed and one.clears_on and one.clears_on.has_width for one in screening.findings)
    assert shown.earliest <= shown.latest == screening.earliest_date
    assert shown.earliest == shown.latest or wide
