"""Every criterion of a lead side by side: the family's words, how they were read, the registry's sentence,
our reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.coordinator.packet import Answer, Packet
from bot.message import Day
from bot.store.work_records import Decision, Override
from brasle_prescreen.criterion import Criterion, Finding
from brasle_prescreen.facts import AnswerError
from brasle_prescreen.judgement import Kind, Verdict
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.screening import Tier
from brasle_prescreen.site_decision import SecondLook, SiteDecision, look_again, open_reasons

# In what order the rows stand: what speaks against first, then what is to be settled, then the rest.
MARKS = ("not_met", "concern", "unknown", "met", "site")


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion of one lead. `mark` is one of MARKS; that of a private item is "private" until it is
    opened.

    `before` is the mark at the hand-over, if it was another. `open_for` are the reasons that a decision of
    the site could settle. `decision` and `override` are what changed the program's own verdict.
    """

    criterion: Criterion
    mark: str
    before: str
    reason: str
    clears_on: Day | None
    answers: tuple[Answer, ...]
    is_private: bool
    is_opened: bool
    open_for: tuple[str, ...]
    decision: Decision | None
    override: Override | None

    @property
    def is_folded(self) -> bool:
        """Whether nothing of it may be shown yet."""
        return self.is_private and not self.is_opened


@dataclass(frozen=True, slots=True)
class Grid:
    """All rows in the registry's order, and the tier as it stands today. `is_stale`: the stored answers
    cannot be judged again by this version, and the marks are those of the hand-over.
    """

    rows: tuple[Row, ...]
    tier: Tier | None
    is_stale: bool

    def by_weight(self) -> list[Row]:
        """What to look at first on top; what only the site can tell, and folded items, at the end."""
        places = {mark: place for place, mark in enumerate((*MARKS, "private"))}
        return sorted(self.rows, key=lambda row: places[row.mark])


def grid(
    packet: Packet,
    protocol: Protocol,
    today: date,
    decisions: Sequence[Decision],
    overrides: Mapping[str, Override],
    opened: frozenset[str] = frozenset(),
) -> Grid:
    """Judge the stored answers as of today, with the site's decisions and the coordinators' own verdicts."""
    look = judged(packet, protocol, today, decisions, overrides)
    by_id = {one.id: one for one in decisions}
    answers = _answers_by_criterion(packet, protocol)
    rows = []
    for place, criterion in enumerate(protocol.criteria):
        stored = packet.criteria.get(criterion.id, {})
        before = _stored_mark(stored)
        moved = look is not None and bool(stored) and stored["verdict"] != look.findings[place].verdict.value
        settled = look.settled.get(criterion.id) if look else None
        is_opened = criterion.id in opened
        mark = _mark(look.findings[place]) if look else before
        folded = criterion.private and not is_opened
        rows.append(
            Row(
                criterion=criterion,
                mark="private" if folded else mark,
                before=before if moved and not folded else "",
                reason=(look.findings[place].reason if look else stored.get("reason", "")) if not folded else "",
                clears_on=None if folded else _clears_on(look.findings[place] if look else None, stored),
                answers=() if folded else answers.get(criterion.id, ()),
                is_private=criterion.private,
                is_opened=is_opened,
                open_for=() if folded or not look else open_reasons(look.program[place]),
                decision=None if folded or settled is None else by_id.get(settled.id),
                override=None if folded else overrides.get(criterion.id),
            )
        )
    return Grid(tuple(rows), look.tier if look else None, look is None)


def judged(
    packet: Packet,
    protocol: Protocol,
    on: date,
    decisions: Sequence[Decision],
    overrides: Mapping[str, Override],
) -> SecondLook | None:
    """The second look, or None if the stored answers cannot be taken any more."""
    try:
        return look_again(
            protocol,
            packet.answers,
            on,
            [as_decision(one) for one in decisions if one.verdict],
            {id: Verdict(one.verdict) for id, one in overrides.items()},
        )
    except AnswerError:
        return None


def as_decision(stored: Decision) -> SiteDecision:
    """A stored decision as the domain knows it."""
    return SiteDecision(stored.criterion, stored.about, Verdict(stored.verdict), stored.decided_on, stored.id)


def _mark(finding: Finding) -> str:
    if finding.verdict is Verdict.PASS:
        return "met"
    if finding.verdict is Verdict.FAIL:
        return "not_met"
    if finding.concern:
        return "concern"
    return "site" if finding.kind is Kind.SITE and finding.settled else "unknown"


def _stored_mark(stored: Mapping[str, object]) -> str:
    match stored.get("verdict"):
        case "pass":
            return "met"
        case "fail":
            return "not_met"
        case _:
            return "concern" if stored.get("concern") else "unknown"


def _clears_on(finding: Finding | None, stored: Mapping[str, object]) -> Day | None:
    if finding is not None:
        window = finding.clears_on
        return None if window is None else Day(earliest=window.earliest, latest=window.latest)
    span = stored.get("clears_on")
    if not isinstance(span, dict):
        return None
    return Day(earliest=date.fromisoformat(span["earliest"]), latest=date.fromisoformat(span["latest"]))


def _answers_by_criterion(packet: Packet, protocol: Protocol) -> dict[str, tuple[Answer, ...]]:
    """Under each criterion the cards that inform it; what a private card holds stands under private ones
    only.

    A private card whose own criterion is not private stands where the private cards beside it stand.
    """
    private = {criterion.id for criterion in protocol.criteria if criterion.private}
    beside: dict[str, list[str]] = {}
    for card in packet.private_cards():
        for criterion in card.why:
            beside.setdefault(criterion, []).extend(one for one in card.why if one in private)
    found: dict[str, list[Answer]] = {}
    for answer in packet.given():
        asked = packet.card(answer.card)
        why = asked.why if asked else ()
        if answer.is_private:
            why = tuple(dict.fromkeys(one for criterion in why for one in beside.get(criterion, ())))
        for criterion in why:
            found.setdefault(criterion, []).append(answer)
    return {criterion: tuple(given) for criterion, given in found.items()}
