"""What an amendment may not change, because questions, buttons or texts would have to follow: those are the program's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from brasle_prescreen.amendment_changes import Change
from brasle_prescreen.criterion import Criterion
from brasle_prescreen.judgement import Verdict
from brasle_prescreen.partial_date import Span
from brasle_prescreen.trial_entry import ProtocolError

if TYPE_CHECKING:
    from brasle_prescreen.protocol import Protocol
    from brasle_prescreen.question import Card, Questions

_DEVELOPERS = "That is a change of the program: ask its developers for a version with"


def check_protocol(
    before: Protocol, after: Protocol, changes: Sequence[Change], fills: Mapping[str, frozenset[str]]
) -> None:
    """ProtocolError for the first change that a data file alone cannot make.

    `fills`: the answers that questions fill for each criterion, by its id.
    """
    old, new = before.record, after.record
    if old.registry_id != new.registry_id:
        raise _refused("study.toml, record", f"'registry_id' is {new.registry_id!r}, another trial's", "Put it back")
    if old.criteria != new.criteria:
        moved = sorted(set(old.criteria) ^ set(new.criteria)) or ["the order"]
        raise _refused(
            "study.toml, record",
            f"'criteria' is another list ({', '.join(moved)})",
            f"{_DEVELOPERS} the question, its texts in every language and the cases of the criterion",
        )
    reworded = {change.criteria[0] for change in changes if change.kind == "reading"}
    one_language = {
        c.criteria[0] for c in changes if c.kind == "reading" and (c.before == c.after or c.before_zh == c.after_zh)
    }
    ruled = {change.criteria[0] for change in changes if change.kind == "rule"}
    for one, other in zip(before.criteria, after.criteria, strict=True):
        _check_criterion(one, other, fills.get(one.id, frozenset()))
        if other.id in ruled and (other.id not in reworded or other.id in one_language):
            raise _refused(
                f"{_file(other)}, {other.id}",
                "'rule' changes, and 'reading' does not in both languages",
                "Say in reading and reading_zh how it is read now: the coordinators go by these words",
            )
    _check_medicines(before, after)


def _check_criterion(before: Criterion, after: Criterion, filled: frozenset[str]) -> None:
    where = f"{_file(after)}, {after.id}"
    if before.category != after.category:
        raise _refused(where, f"the criterion stood in {_file(before)}", "Put it back there")
    if before.private is not after.private:
        raise _refused(
            where,
            "'private' changes",
            f"{_DEVELOPERS} cards that fold the answers, and leave it as it is till then",
        )
    if _parts(before) != _parts(after):
        raise _refused(
            where,
            f"its parts are {', '.join(sorted(_parts(after)))}, not {', '.join(sorted(_parts(before)))}",
            f"{_DEVELOPERS} the part's question and its texts",
        )
    for key in after.keys:
        if key not in before.keys and not any(key == path or key.startswith(f"{path}.") for path in filled):
            raise _refused(
                where,
                f"its rule rests on {key!r}, which no question asks for it",
                f"{_DEVELOPERS} that question",
            )
    if _fails(after) and not _fails(before):
        raise _refused(
            where,
            "its rule can now come to 'fail', which it never did",
            f"{_DEVELOPERS} the words in which a family is told; or leave the point to the site with site = ['...']",
        )


def _file(criterion: Criterion) -> str:
    return f"{criterion.category}.toml"


def _parts(criterion: Criterion) -> frozenset[str]:
    parts = [part.id for part in criterion.parts]
    return frozenset(parts if criterion.rule is None else (id or criterion.id for id in criterion.rule.reach))


def _fails(criterion: Criterion) -> bool:
    rules = [criterion.rule] if criterion.rule is not None else [part.rule for part in criterion.parts]
    return any(Verdict.FAIL in verdicts for rule in rules for verdicts in rule.reach.values())


def _check_medicines(before: Protocol, after: Protocol) -> None:
    if before.medicines is after.medicines:
        return
    old, new = ({one.id: one for one in protocol.medicines} for protocol in (before, after))
    if old.keys() != new.keys():
        other = ", ".join(sorted(old.keys() ^ new.keys()))
        raise _refused(
            "medicines.toml",
            f"the list has other entries ({other})",
            f"{_DEVELOPERS} the medicine, its names and its readings",
        )
    for id, one in new.items():
        if tuple(one.names) != tuple(old[id].names) or one.medicine_class != old[id].medicine_class:
            raise _refused(
                f"medicines.toml, medicine.{id}",
                "its names or its class change",
                f"An amendment changes 'flags' and 'marks' only. {_DEVELOPERS} the names",
            )


def check_questions(before: Questions, after: Questions) -> None:
    """Only the windows of questions may change: their buttons are worded by the spans."""
    if before == after:
        return
    if before.model_copy(update={"card": (), "medicine": None, "vaccine": None}) != after.model_copy(
        update={"card": (), "medicine": None, "vaccine": None}
    ):
        raise _refused("questions.toml", "more than windows changes", _only_windows())
    groups = (("", before.card, after.card), *_groups(before, after))
    for name, old, new in groups:
        if [card.id for card in old] != [card.id for card in new]:
            raise _refused("questions.toml", f"the cards {name or 'of the interview'} are others", _only_windows())
        for one, other in zip(old, new, strict=True):
            _check_card(name, one, other)


def _groups(before: Questions, after: Questions) -> list[tuple[str, tuple[Card, ...], tuple[Card, ...]]]:
    for one, other in ((before.medicine, after.medicine), (before.vaccine, after.vaccine)):
        if one.most != other.most:
            raise _refused("questions.toml", "'most' changes", _only_windows())
    return [
        ("medicine.", before.medicine.card, after.medicine.card),
        ("vaccine.", before.vaccine.card, after.vaccine.card),
    ]


def _check_card(name: str, before: Card, after: Card) -> None:
    if before.model_copy(update={"windows": ()}) != after.model_copy(update={"windows": ()}):
        changed = [key for key in type(before).model_fields if getattr(before, key) != getattr(after, key)]
        raise _refused(
            f"questions.toml, {name}{before.id}",
            f"{', '.join(repr(one) for one in changed if one != 'windows')} changes",
            _only_windows(),
        )
    _check_windows(f"questions.toml, {name}{before.id}", after)
    if bool(before.windows) is not bool(after.windows):
        raise _refused(f"questions.toml, {name}{before.id}", "'windows' come or go", _only_windows())


def _check_windows(where: str, card: Card) -> None:
    """Every day belongs to one button, and each span is written as the buttons word it."""
    for span in (one for window in card.windows for one in (window.within, window.before) if one is not None):
        if str(Span.parse(span)) != span:
            raise _refused(where, f"'windows' has {span!r}", f"Write {str(Span.parse(span))!r}")
    edges = [(window.before, window.within) for window in card.windows]
    reached = None
    for before, within in edges:
        if before != reached or (within is None) is not ((before, within) == edges[-1]):
            raise _refused(
                where,
                "'windows' leave a gap or overlap",
                "Let each begin (before) where the one above it ends (within)",
            )
        reached = within


def _only_windows() -> str:
    return f"Put it back: an amendment changes 'windows' only. {_DEVELOPERS} other questions and their texts"


def check_quotes(quoted: Mapping[str, Collection[str]], listed: Sequence[str]) -> None:
    """Every sentence that an answer to families quotes (by its id) must still stand in the registry's text."""
    for id, sentences in quoted.items():
        for sentence in sentences:
            if not any(sentence in text for text in listed):
                raise _refused(
                    "eligibility.toml",
                    f"the answer to the families' question {id!r} quotes {sentence!r}, which is gone",
                    f"{_DEVELOPERS} a new answer in every language",
                )


def _refused(where: str, what: str, fix: str) -> ProtocolError:
    return ProtocolError(f"{where}: {what}. {fix}.")
