"""A newer record of the registry against the shipped one: what changed, sentence by sentence, and which criteria it touches.

Pure: nothing is changed, whatever is found. Sentences are compared without spaces, for the shipped listing lost some.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from brasle_prescreen.criterion import Criterion
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.registry import Registered

# A sentence that is at least so like another is the same one, changed.
_ALIKE = 0.5
_LONGEST_FACT = 300
# The registry takes 20,000 characters.
_LONGEST_TEXT = 40_000
_BULLET = re.compile(r"\A(?:[•*\-\u2013]\s+|\(?\d{1,2}[.)]\s+)+")
_ESCAPED = re.compile(r"\\([<>\[\]*_~#+.!()-])")


class RecordError(ValueError):
    """This is not a newer record of the trial; the message says why, in one sentence."""


class Change(NamedTuple):
    """One difference. `kind`: changed, gone or new for a sentence of the eligibility text, else the name of the fact.

    `criteria`: those whose text it is, or, for a new sentence, those beside which it stands.
    """

    kind: str
    before: str
    after: str
    criteria: tuple[str, ...] = ()


class Checked(NamedTuple):
    """What came of it. `updated`: the record's own day ("" if it has none); `takes_families`: whether by its status it
    still does.
    """

    updated: str
    status: str
    takes_families: bool
    changes: tuple[Change, ...]


def check_record(record: object, protocol: Protocol, registered: Registered) -> Checked:
    """Compare one study of the registry's API, version 2. RecordError if it is none, or another trial's."""
    whole = _table(record, "protocolSection", "The file holds no record of ClinicalTrials.gov (API version 2)")
    found = _short(_table(whole, "identificationModule").get("nctId") or "").strip()
    if not found:
        raise RecordError("The record does not say its number: protocolSection.identificationModule.nctId is missing.")
    if found != protocol.record.registry_id:
        raise RecordError(f"This is the record of {found}, not of {protocol.record.registry_id}.")
    status_part = _table(whole, "statusModule")
    status = _text(status_part, "statusModule", "overallStatus")
    eligibility = _table(whole, "eligibilityModule")
    text = _text(eligibility, "eligibilityModule", "eligibilityCriteria")
    if len(text) > _LONGEST_TEXT:
        raise RecordError("The eligibility text is too long for a record of the registry.")
    updated = _short(_inner(status_part, "lastUpdatePostDateStruct").get("date", ""))
    changes = (*_facts(whole, protocol, registered), *_sentences(text, protocol))
    return Checked(updated, _short(status), status in registered.takes_families, changes)


def _facts(whole: Mapping[str, Any], protocol: Protocol, registered: Registered) -> list[Change]:
    """Differences outside the eligibility text; what the record leaves out is not compared."""
    status, design = _inner(whole, "statusModule"), _inner(whole, "designModule")
    eligibility = _inner(whole, "eligibilityModule")
    pairs = (
        ("overall_status", registered.overall_status, status.get("overallStatus")),
        ("title", protocol.record.title, _inner(whole, "identificationModule").get("briefTitle")),
        ("phases", ", ".join(registered.phases), _joined(design.get("phases"))),
        ("enrollment", str(registered.enrollment), _inner(design, "enrollmentInfo").get("count")),
        ("minimum_age", registered.minimum_age, eligibility.get("minimumAge")),
        ("sex", registered.sex, eligibility.get("sex")),
        ("start", registered.start, _inner(status, "startDateStruct").get("date")),
        ("completion", registered.completion, _inner(status, "completionDateStruct").get("date")),
    )
    return [
        Change(kind, before, _short(after))
        for kind, before, after in pairs
        if after is not None and _plain(before) != _plain(str(after))
    ]


def _sentences(text: str, protocol: Protocol) -> list[Change]:
    shipped = list(protocol.eligibility.lines)
    headings = {_plain(one) for one in protocol.eligibility.headings}
    newer = [line for line in _lines(text, headings) if _plain(line) not in headings]
    before, after = [_plain(one) for one in shipped], [_plain(one) for one in newer]
    of_line = {_plain(line): one for one in protocol.criteria for line in one.text}
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        beside = of_line.get(before[i1 - 1] if i1 else before[0])
        changes += _paired(shipped[i1:i2], newer[j1:j2], of_line, beside)
    return changes


def _lines(text: str, headings: set[str]) -> list[str]:
    """The sentences of a record's text: some exports wrap a sentence over several lines."""
    found: list[str] = []
    goes_on = False
    for line in text.splitlines():
        bare = _bare(line)
        begins = bool(_BULLET.match(line.strip())) or _plain(bare) in headings
        if not bare:
            goes_on = False
        elif goes_on and not begins:
            found[-1] += f" {bare}"
        else:
            found.append(bare)
            goes_on = _plain(bare) not in headings
    return found


def _paired(
    gone: Sequence[str], come: Sequence[str], of_line: Mapping[str, Criterion], beside: Criterion | None
) -> list[Change]:
    """Sentences of one place: each old one with the new one that is most like it, the others gone or new."""
    left = list(come)
    changes = []
    for line in gone:
        near = max(left, key=lambda one: _likeness(line, one), default="")
        criteria = (of_line[_plain(line)].id,)
        if near and _likeness(line, near) >= _ALIKE:
            left.remove(near)
            beside = of_line[_plain(line)]
            changes.append(Change("changed", line, near, criteria))
        else:
            changes.append(Change("gone", line, "", criteria))
    return changes + [Change("new", "", line, (beside.id,) if beside else ()) for line in left]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _plain(one), _plain(other), autojunk=False).ratio()


def _printable(text: str) -> str:
    """Without what could steer a terminal, and without half characters, which no file can hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _bare(line: str) -> str:
    """A line without number, bullet and the registry's escapes."""
    return _BULLET.sub("", _ESCAPED.sub(r"\1", _printable(line)).strip()).strip()


def _plain(text: str) -> str:
    """What two wordings are compared by: no spaces, one form of each letter."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _short(value: object) -> str:
    return _printable(str(value))[:_LONGEST_FACT]


def _table(value: object, name: str, otherwise: str = "") -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise RecordError(f"{otherwise or 'The record is not whole'}: {name} is missing.")
    return found


def _text(module: Mapping[str, Any], name: str, key: str) -> str:
    found = module.get(key)
    if not isinstance(found, str) or not found.strip():
        raise RecordError(f"The record is not whole: {name}.{key} is missing.")
    return found


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _joined(value: object) -> str | None:
    return ", ".join(map(str, value)) if isinstance(value, list) else None
