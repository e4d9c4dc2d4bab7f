"""What the coordinators' side of the store gives back: a lead with everything that was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.store.lead_protocol import Asked
from bot.store.records import Lead
from brasle_prescreen.lead_queue import waits_for
from brasle_prescreen.lead_work import Work


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a lead's history. `action` "status" is a move by the family, the program or the command
    line.
    """

    at: datetime
    who: str
    action: str
    before: str | None
    after: str
    reason: str | None
    detail: str | None
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call, or the try of one. An attempt noted by mistake stays, marked as undone."""

    at: datetime
    who: str
    outcome: str
    remark: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Note:
    """What a coordinator wrote beside a lead; the family never sees it."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Override:
    """A coordinator's verdict on a criterion instead of the program's; an empty `verdict` takes an earlier
    one back.
    """

    at: datetime
    who: str
    criterion: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewOverride:
    """An override as a coordinator gives it."""

    criterion: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a look rests on: as long as none of it changes, nobody need look again."""

    on: date
    decision: int
    trial: str


@dataclass(frozen=True, slots=True)
class ToLook:
    """A lead whose look is missing or out of date. `changed`, `override` and `version` say what was read, see `keep`.

    `version`: of the protocol, if somebody has asked for it; else "".
    """

    lead: int
    person: int
    changed: int
    override: int
    tier: str
    packet: Mapping[str, Any]
    overrides: Mapping[str, Override]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of it: `verdicts` are those that are others than the packet's."""

    tier: str
    clears_on: date | None
    verdicts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OtherCarer:
    """A lead that was merged into another: how to reach that carer too."""

    code: str
    contact: Mapping[str, str]
    lead: Lead


@dataclass(frozen=True, slots=True)
class LeadFile:
    """Everything about one lead. `work` is None once the family has erased its data.

    `overrides` are the ones that count, by criterion. `merged_into` is the code of the lead that this one
    belongs to. `may_undo` names the last step if it is the reader's own. `look` is how the lead stands today,
    if it was judged again since the hand-over. `asked`: by which version of the protocol, if somebody asked.
    """

    lead: Lead
    work: Work | None
    steps: tuple[Step, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    notes: tuple[Note, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    carers: tuple[OtherCarer, ...] = ()
    merged_into: str | None = None
    may_undo: str | None = None
    look: Look | None = None
    asked: Asked | None = None

    @property
    def clears_on(self) -> date | None:
        """The day on which its window is over, as it stands today."""
        return self.look.clears_on if self.look else self.lead.earliest_date

    def waits_for(self, today: date) -> date | None:
        """The day of the window that it waits for, or that is over since."""
        tier = self.look.tier if self.look else self.lead.tier
        return waits_for(tier, self.clears_on, self.lead.tier, self.lead.earliest_date, today)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """An answer of the site as somebody records it.

    `about`: the reason of the findings that it settles, `verdict`: as what; both empty for an answer to be
    read only.
    """

    criterion: str
    about: str
    verdict: str
    decided_on: date
    answer: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the site answered to a criterion's open point, as of a day; see `site_decision` of the domain."""

    id: int
    criterion: str
    about: str
    verdict: str
    decided_on: date
    at: datetime
    who: str
    answer: str
