"""Text in, text out: one object or NDJSON, and every kind of text that is neither."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brasle_prescreen import assess, assess_lines
from tests.domain.cases import HERE
from tests.domain.schemas import allows, check_output

REFUSED = [json.loads(line) for line in (HERE / "refused.jsonl").read_text(encoding="utf-8").splitlines()]
TODAY = '{"as_of": "2026-11-22", "answers": '
GOOD = {"id": "a", "as_of": "2026-11-22", "answers": {"diagnosis": "sle"}}


def run(text: str | bytes) -> list[dict[str, Any]]:
    """The outputs, each checked against the contract."""
    lines = (text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text).splitlines(keepends=True)
    outputs = []
    for assessed in assess_lines(lines):
        assert "\n" not in assessed.line
        assessed.line.encode("utf-8")
        output = json.loads(assessed.line)
        check_output(output)
        assert ("error" in output) is not assessed.good
        outputs.append(output)
    return outputs


def error_key(text: str | bytes) -> str:
    (output,) = run(text)
    key: str = output["error"]["key"]
    return key


def test_one_object_pretty_printed() -> None:
    (output,) = run(json.dumps(GOOD, indent=2))
    assert output["id"] == "a"
    assert output["tier"] == "needs_review"


def test_one_object_a_line_in_order() -> None:
    lines = [json.dumps(GOOD | {"id": number}) for number in range(5)]
    outputs = run("\n\n  \n" + "\n \n".join(lines) + "\n\n")
    assert [output["id"] for output in outputs] == [0, 1, 2, 3, 4]


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    text = "\ufeff" + "\r\n".join(json.dumps(GOOD | {"id": number}) for number in range(3)) + "\r\n"
    assert [output["id"] for output in run(text)] == [0, 1, 2]


def test_a_bad_line_takes_its_place_and_the_run_goes_on() -> None:
    outputs = run(json.dumps(GOOD) + "\nnot json\n[1]\n" + json.dumps(GOOD | {"id": "b"}))
    assert [output.get("error", {}).get("key") for output in outputs] == [None, "", "", None]


def test_a_bad_first_line_too() -> None:
    outputs = run("oops\n" + json.dumps(GOOD))
    assert ["error" in output for output in outputs] == [True, False]


def test_a_bad_first_line_that_begins_like_an_object() -> None:
    outputs = run('{"id": 1, "as_of"}\n' + json.dumps(GOOD))
    assert ["error" in output for output in outputs] == [True, False]


def test_a_broken_pretty_printed_object_is_one_error() -> None:
    assert error_key(json.dumps(GOOD, indent=2)[:-3]) == ""


def test_nothing_gives_nothing() -> None:
    assert run("") == []
    assert run("\n  \n") == []


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "3",
        '"text"',
        "[]",
        "{",
        "{}}",
        '{"as_of": NaN}',
        '{"as_of": Infinity}',
        "\x00",
        b"\xff\xfe{}",
        b"\x80",
        "[" * 100_000,
        '{"a":' * 100_000,
        "x" * 10_000_000,
        "{'as_of': 1}",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_text_that_is_no_object(text: str | bytes) -> None:
    assert error_key(text) == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{}", "as_of"),
        ('{"as_of": "2026-11-22"}', "answers"),
        (TODAY + "[]}", "answers"),
        (TODAY + "null}", "answers"),
        ('{"as_of": "2026-02-30", "answers": {}}', "as_of"),
        ('{"as_of": "2026-1-3", "answers": {}}', "as_of"),
        ('{"as_of": "20261122", "answers": {}}', "as_of"),
        ('{"as_of": "0000-01-01", "answers": {}}', "as_of"),
        ('{"as_of": 20261122, "answers": {}}', "as_of"),
        ('{"as_of": "２０２６-11-22", "answers": {}}', "as_of"),
        (TODAY + '{}, "extra": 1}', "extra"),
        ('{"id": true, "as_of": "2026-11-22", "answers": {}}', "id"),
        ('{"id": 1.5, "as_of": "2026-11-22", "answers": {}}', "id"),
        ('{"id": {}, "as_of": "2026-11-22", "answers": {}}', "id"),
        ('{"as_of": "2026-11-22", "as_of": "2026-11-23", "answers": {}}', "as_of"),
        (TODAY + '{"hiv": "negative", "hiv": "positive"}}', "hiv"),
        (TODAY + '{"mas": {"ended": "2026", "ended": "2025"}}}', "mas.ended"),
        (
            TODAY + '{"birth_date": {"earliest": "2020-01-01", "latest": "2020-01-02", "latest": "2020-01-03"}}}',
            "birth_date.latest",
        ),
        (TODAY + '{"age_years": ' + "9" * 5000 + "}}", "age_years"),
        (TODAY + '{"sledai": {"score": 1e400}}}', "sledai.score"),
        (TODAY + '{"labs": {"igg": {"value": 1e999999999}}}}', "labs.igg.value"),
        (TODAY + '{"\\ud800": 1}}', "\ud800"),
    ],
)
def test_requests_that_cannot_be_taken(text: str, key: str) -> None:
    assert error_key(text) == key


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["key"])
def test_answers_that_cannot_be_taken(case: dict[str, Any]) -> None:
    """As of 22 November 2026."""
    request = {"as_of": "2026-11-22", "answers": case["answers"]}
    assert assess(request)["error"]["key"] == case["key"]
    assert error_key(json.dumps(request)) == case["key"]


def test_lone_surrogates_and_nul_come_back_readable() -> None:
    (output,) = run(
        '{"id": "\\ud83d \\u0000 \\u202e", "as_of": "2026-11-22", "answers": {"treatments": [{"drug": "\\ud800\\u0000"}]}}'
    )
    assert output["id"] == "\ud83d \x00 \u202e"


def test_numbers_are_exact() -> None:
    text = '{"as_of": "2026-11-22", "answers": {"labs": {"hemoglobin": {"value": 79.99999999999999999999999, "unit": "g/L"}}}}'
    (output,) = run(text)
    assert output["criteria"][6]["concern"] is True


def test_floats_and_decimals_of_python_are_the_same_number() -> None:
    def concern(value: Any) -> bool:
        answers = {"labs": {"lymphocytes": {"value": value, "unit": "10^9/L"}}}
        found: bool = assess({"as_of": "2026-11-22", "answers": answers})["criteria"][6]["concern"]
        return found

    assert [concern(value) for value in (0.5, Decimal("0.5"), 0.1 + 0.2, 0.49999999999999994)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("request_", [None, 3, [], "x", {1: 2}, {"as_of": "2026-11-22", "answers": {3: 4}}])
def test_no_request_raises(request_: Any) -> None:
    assert "error" in assess(request_)


@pytest.mark.parametrize("as_of", ["0001-01-01", "0001-12-31", "9999-12-31", "2024-02-29"])
def test_days_at_the_ends_of_the_calendar(as_of: str) -> None:
    answers = dict.fromkeys(["cns_event", "dialysis", "mas"])
    answers |= {
        "age_years": 30,
        "mas": {"status": "confirmed", "ended": as_of},
        "treatments": [{"drug": "MMF", "current": True, "dose_stable_since": as_of, "last_dose": as_of}],
        "antibodies": {"ana": {"titer": 80, "date": as_of}},
    }
    output = assess({"as_of": as_of, "answers": answers})
    check_output(output)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["unsure", "none", "ongoing", "2026-11", "2026-11-02"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["earliest", "latest", "date", "value", "kind"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
EXAMPLES = [json.loads(line) for line in (HERE / "examples.jsonl").read_text(encoding="utf-8").splitlines()]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(EXAMPLES), st.data())
def test_anything_at_any_place_is_taken_or_explained(example: dict[str, Any], data: st.DataObject) -> None:
    """What the contract's schema refuses is refused, whatever stands there."""
    request = json.loads(json.dumps({key: example[key] for key in ("id", "as_of", "answers")}))
    place = data.draw(st.sampled_from([request, request["answers"], *_objects(request["answers"])]))
    place[data.draw(st.sampled_from([*place, "new"]))] = data.draw(JSON)
    output = assess(request)
    assert ("error" in output) or allows(json.loads(json.dumps(request)))


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in _objects(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in _objects(inner)]
    return []
