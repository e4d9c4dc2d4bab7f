"""The assessment contract: one request object in, one assessment (or one error object) out; and the same
over JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from brasle_prescreen.answer_reader import RepeatedKey, day_of
from brasle_prescreen.criterion import Finding
from brasle_prescreen.facts import AnswerError
from brasle_prescreen.judgement import PartJudgement
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.protocol import Protocol, load_protocol
from brasle_prescreen.screening import Screening, screen

if TYPE_CHECKING:
    from brasle_prescreen.versions import Protocols

_KEYS = ("id", "as_of", "answers")
NOT_AN_OBJECT = "not a JSON object"


def assess(request: Mapping[str, Any], protocol: Protocol | Protocols | None = None) -> dict[str, Any]:
    """Assess `{"id": ..., "as_of": "YYYY-MM-DD", "answers": {...}}`.

    By `protocol`, or by the version of `Protocols` that is in force on that day; without it, by the shipped trial.
    Returns the assessment, or `{"id": ..., "error": {"key": ..., "message": ...}}` for answers that cannot
    be taken. The request is not changed. Raises nothing for any request; ProtocolError if the trial's data
    hold a mistake.
    """
    trial = load_protocol() if protocol is None else protocol
    given_id = None
    try:
        if isinstance(request, RepeatedKey):
            raise AnswerError(request.key, "the same key twice", "repeated_key")
        if not isinstance(request, Mapping):
            raise AnswerError("", NOT_AN_OBJECT)
        given_id = _id(request.get("id"))
        for key in request:
            if key not in _KEYS:
                raise AnswerError(str(key), "unknown key", "unknown_key")
        on = _as_of(request.get("as_of"))
        answers = request.get("answers")
        if not isinstance(answers, Mapping):
            raise AnswerError("answers", "missing" if "answers" not in request else "must be an object")
        return as_output(given_id, screen(_in_force(trial, on), answers, on))
    except AnswerError as error:
        return as_error(given_id, error.key, error.message)


def _in_force(trial: Protocol | Protocols, on: date) -> Protocol:
    return trial if isinstance(trial, Protocol) else trial.on(on).protocol


def as_error(id: str | int | None, key: str, message: str) -> dict[str, Any]:
    return {"id": id, "error": {"key": key, "message": message}}


def _id(given: Any) -> str | int | None:
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if (
        isinstance(given, Decimal)
        and given.is_finite()
        and abs(given.adjusted()) < 40
        and given == given.to_integral_value()
    ):
        return int(given)
    raise AnswerError("id", "must be a text, a whole number or null")


def _as_of(given: Any) -> date:
    if given is None:
        raise AnswerError("as_of", "missing: the day that everything counts from, YYYY-MM-DD")
    try:
        return day_of(given)
    except ValueError:
        raise AnswerError("as_of", "must be a day of the calendar, YYYY-MM-DD", "impossible_date") from None


def as_output(id: str | int | None, screening: Screening) -> dict[str, Any]:
    """A screening under the keys of the contract."""
    score = screening.score
    return {
        "id": id,
        "as_of": screening.on.isoformat(),
        "tier": str(screening.tier),
        "earliest_date": screening.earliest_date.isoformat() if screening.earliest_date else None,
        "criteria": [_criterion(finding) for finding in screening.findings],
        "score": score.total,
        "score_parts": score._asdict(),
    }


def _criterion(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "verdict": finding.verdict.value,
        "kind": str(finding.kind) if finding.kind else None,
        "clears_on": _interval(finding.clears_on),
        "concern": finding.concern,
        "parts": [_part(part) for part in finding.parts],
        "reason": finding.reason,
    }


def _part(part: PartJudgement) -> dict[str, Any]:
    id, judgement = part
    return {
        "id": id,
        "verdict": judgement.verdict.value,
        "concern": judgement.concern,
        "reason": judgement.reason,
    }


def _interval(dates: PartialDate | None) -> dict[str, str] | None:
    if dates is None:
        return None
    return {"earliest": dates.earliest.isoformat(), "latest": dates.latest.isoformat()}


class Assessed(NamedTuple):
    """One line of output, and whether it is an assessment (and not an error)."""

    line: str
    good: bool


def assess_text(text: str, protocol: Protocol | Protocols | None = None) -> Assessed:
    """Assess the text of one JSON object."""
    try:
        request = parse(text)
    except ValueError:
        return Assessed(dumps(as_error(None, "", NOT_AN_OBJECT)), good=False)
    if not isinstance(request, dict):
        return Assessed(dumps(as_error(None, "", NOT_AN_OBJECT)), good=False)
    output = assess(request, protocol)
    return Assessed(dumps(output), good="error" not in output)


def assess_lines(lines: Iterable[bytes], protocol: Protocol | Protocols | None = None) -> Iterator[Assessed]:
    """Assess one pretty-printed JSON object, or one object a line (NDJSON); blank lines are ignored.

    `lines` are lines of UTF-8, such as a binary file. One output for each object, in the same order; text
    that is no JSON object gives an error in its place. Memory stays that of one line, unless the text is
    one long object.
    """
    following = (line for line in lines if line.strip(_BLANK))
    first = next(following, None)
    if first is None:
        return
    second = next(following, None)
    if second is None:
        yield _line(first, protocol)
        return
    if not _complete(first) and _opens_more(first):
        # An object that goes on over several lines. Without it, every line would be a complaint of its own.
        whole = b"".join((first, second, *following))
        yield _line(whole, protocol)
        return
    yield _line(first, protocol)
    yield _line(second, protocol)
    for line in following:
        yield _line(line, protocol)


_BLANK = b" \t\r\n\x0b\x0c\xef\xbb\xbf"


def _line(line: bytes, protocol: Protocol | Protocols | None) -> Assessed:
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Assessed(dumps(as_error(None, "", "not UTF-8")), good=False)
    return assess_text(text, protocol)


def _complete(line: bytes) -> bool:
    try:
        parse(line.decode("utf-8-sig"))
    except ValueError:
        return False
    return True


def _opens_more(line: bytes) -> bool:
    """Whether a line looks like the beginning of an object that goes on below."""
    plain = line.strip(_BLANK)
    return plain.startswith((b"{", b"[")) and not plain.endswith((b"}", b"]"))


def parse(text: str) -> Any:
    """JSON with exact numbers. ValueError for anything that is not JSON, NaN and Infinity included."""
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_int=_integer,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _integer(digits: str) -> int | Decimal:
    # Python refuses to convert very long integers; as a decimal they are refused where they stand, by name.
    return int(digits) if len(digits) <= 40 else Decimal(digits)


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeated = RepeatedKey(found)
    seen = set()
    for key, _ in pairs:
        if key in seen:
            repeated.key = key
            break
        seen.add(key)
    return repeated


def dumps(output: Mapping[str, Any]) -> str:
    """One line of JSON, readable where it can be: a lone half of a surrogate pair is escaped."""
    line = json.dumps(output, ensure_ascii=False, separators=(",", ":"))
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(output, ensure_ascii=True, separators=(",", ":"))
    return line
