"""What a rule says about a person: pass, fail or unknown, why, and what would change it."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple, NoReturn

from brasle_prescreen.partial_date import PartialDate


class Verdict(Enum):
    """PASS: the requirement is met, or the exclusion is absent. UNKNOWN: cannot be told, or the site must
    decide.
    """

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # as in `Truth`

    def __bool__(self) -> NoReturn:
        raise TypeError("a Verdict is not a bool: compare it with Verdict.PASS, Verdict.FAIL or Verdict.UNKNOWN")


class Kind(StrEnum):
    """Of a FAIL: how long it lasts. Of an UNKNOWN: SITE when only the site can settle it."""

    PERMANENT = "permanent"
    TEMPORARY_UNDATED = "temporary_undated"
    TEMPORARY_DATED = "temporary_dated"
    SITE = "site"


class PartJudgement(NamedTuple):
    """The judgement of one lettered part of a criterion."""

    id: str
    judgement: Judgement


class Judgement(NamedTuple):
    """One rule's verdict.

    `clears_on`: of a dated FAIL, the first day on which it is over; of an UNKNOWN, that of a window that
    may still apply. `concern`: the site should look at it first. `timing`: an UNKNOWN that passes by itself
    while screening goes on. `evidence`: the dotted keys of the answers that decided. `parts`: for a rule
    that judges lettered parts together.
    """

    verdict: Verdict
    reason: str
    kind: Kind | None = None
    clears_on: PartialDate | None = None
    concern: bool = False
    timing: bool = False
    evidence: tuple[str, ...] = ()
    parts: tuple[PartJudgement, ...] = ()


def passed(reason: str, evidence: tuple[str, ...] = ()) -> Judgement:
    return Judgement(Verdict.PASS, reason, evidence=evidence)


def ask(reason: str, evidence: tuple[str, ...] = (), clears_on: PartialDate | None = None) -> Judgement:
    """Unknown, and the family could still tell."""
    return Judgement(Verdict.UNKNOWN, reason, clears_on=clears_on, evidence=evidence)


def for_site(
    reason: str,
    evidence: tuple[str, ...] = (),
    *,
    concern: bool = False,
    clears_on: PartialDate | None = None,
    timing: bool = False,
) -> Judgement:
    """Unknown until the site decides."""
    return Judgement(Verdict.UNKNOWN, reason, Kind.SITE, clears_on, concern, timing, evidence)


def permanent(reason: str, evidence: tuple[str, ...] = ()) -> Judgement:
    return Judgement(Verdict.FAIL, reason, Kind.PERMANENT, evidence=evidence)


def undated(reason: str, evidence: tuple[str, ...] = ()) -> Judgement:
    return Judgement(Verdict.FAIL, reason, Kind.TEMPORARY_UNDATED, evidence=evidence)


def dated(reason: str, clears_on: PartialDate, evidence: tuple[str, ...] = ()) -> Judgement:
    return Judgement(Verdict.FAIL, reason, Kind.TEMPORARY_DATED, clears_on, evidence=evidence)


NOT_ANSWERED = ask("not_answered")

# The gravest first.
GRAVITY = (Kind.PERMANENT, Kind.TEMPORARY_UNDATED, Kind.TEMPORARY_DATED)
