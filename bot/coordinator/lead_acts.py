"""What the lead page's forms do. A refused one shows the page again, with the reason and what was typed."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.lead_page import show
from bot.coordinator.refusal import refusal
from bot.flows.turn import SITE_ZONE
from bot.message import Day, Text
from bot.store.errors import UnknownLead
from bot.store.work_records import NewOverride
from brasle_prescreen.lead import CloseCategory, LeadStatus, may_close_for
from brasle_prescreen.lead_work import Outcome, Refusal, Refused

LONGEST_TEXT = 2000
# What another value of the field would mend; the rest is about the lead itself.
OF_THE_FIELD = frozenset(
    {
        Refusal.NOT_ALLOWED,
        Refusal.PAST_DAY,
        Refusal.TOO_FAR,
        Refusal.NO_REASON,
        Refusal.SAFETY,
        Refusal.UNCHANGED,
    }
)


@needs("lead.claim")
async def claim(visit: Visit) -> Response:
    """Take the lead."""
    return await _act(visit, visit.store.desk.claim(_code(visit), visit.who.by), "claimed")


@needs("lead.claim")
async def release(visit: Visit) -> Response:
    """Give the lead back, a colleague's only with the right to."""
    anybodys = visit.may("lead.release_others")
    act = visit.store.desk.release(_code(visit), visit.who.by, anybodys=anybodys)
    return await _act(visit, act, "released")


@needs("lead.work")
async def call(visit: Visit) -> Response:
    """Note an attempt to call."""
    remark = visit.typed("remark")
    problems: dict[str, Text] = {}
    if visit.typed("outcome") not in set(Outcome):
        problems["outcome"] = Text(key="console.lead.choose_outcome")
    if len(remark) > LONGEST_TEXT:
        problems["remark"] = _too_long()
    if problems:
        return await show(visit, _code(visit), problems=problems, open_form="call")
    act = visit.store.desk.call(_code(visit), Outcome(visit.typed("outcome")), remark, visit.who.by)
    return await _act(visit, act, "call_noted", "call", "outcome")


@needs("lead.work")
async def move(visit: Visit) -> Response:
    """Another status."""
    if visit.typed("to") not in set(LeadStatus):
        return await show(
            visit, _code(visit), problems={"to": Text(key="console.lead.choose_status")}, open_form="move"
        )
    act = visit.store.desk.move(_code(visit), LeadStatus(visit.typed("to")), visit.who.by)
    return await _act(visit, act, "moved", "move", "to")


@needs("lead.work")
async def snooze(visit: Visit) -> Response:
    """Put the lead aside until a day, or until its window is over."""
    today = visit.console.clock().astimezone(SITE_ZONE).date()
    until: date | None
    if visit.typed("window"):
        until = await visit.store.desk.waits_for(_code(visit), today)
    else:
        try:
            until = date.fromisoformat(visit.typed("until"))
        except ValueError:
            until = None
    if until is None:
        return await show(
            visit, _code(visit), problems={"until": Text(key="console.lead.choose_day")}, open_form="snooze"
        )
    return await _act(
        visit, visit.store.desk.snooze(_code(visit), until, today, visit.who.by), "snoozed", "snooze", "until"
    )


@needs("lead.work")
async def wake(visit: Visit) -> Response:
    """Take a snoozed lead up again."""
    return await _act(visit, visit.store.desk.wake(_code(visit), visit.who.by), "woken")


@needs("lead.work")
async def close(visit: Visit) -> Response:
    """Close the lead for a reason."""
    reason, detail = visit.typed("reason"), visit.typed("detail")
    problems: dict[str, Text] = {}
    if not may_close_for(reason, frozenset(one.id for one in visit.console.protocol.criteria)):
        problems["reason"] = Text(key="console.lead.choose_reason")
    if len(detail) > LONGEST_TEXT:
        problems["detail"] = _too_long()
    if problems:
        return await show(visit, _code(visit), problems=problems, open_form="close")
    day = await visit.console.keeper.over_on(_code(visit), reason)
    if reason == CloseCategory.WINDOW and day is None:
        problem = Text(key="console.lead.no_window")
        return await show(visit, _code(visit), problems={"reason": problem}, open_form="close")
    act = visit.store.desk.close(_code(visit), reason, detail, visit.who.by, day)
    if day is not None:
        said = Text(key="console.lead.did.closed_until", values={"day": Day(earliest=day, latest=day)})
        return await _act(visit, act, said, "close", "reason")
    return await _act(visit, act, "closed", "close", "reason")


@needs("lead.work")
async def reopen(visit: Visit) -> Response:
    """Take a closed lead up again."""
    return await _act(visit, visit.store.desk.reopen(_code(visit), visit.who.by), "reopened")


@needs("lead.work")
async def undo(visit: Visit) -> Response:
    """Take back one's own last step."""
    return await _act(visit, visit.store.desk.undo(_code(visit), visit.who.by), "undone_now")


@needs("lead.work")
async def note(visit: Visit) -> Response:
    """Keep a note."""
    text = visit.typed("note")
    if not text or len(text) > LONGEST_TEXT:
        problem = _too_long() if text else Text(key="console.lead.note_empty")
        return await show(visit, _code(visit), problems={"note": problem}, open_form="note")
    return await _act(visit, visit.store.desk.note(_code(visit), text, visit.who.by), "note_kept")


@needs("lead.override")
async def override(visit: Visit) -> Response:
    """A coordinator's own verdict, with the reason."""
    criterion, verdict, because = visit.typed("criterion"), visit.typed("verdict"), visit.typed("because")
    problems: dict[str, Text] = {}
    if criterion not in {one.id for one in visit.console.protocol.criteria}:
        problems["criterion"] = Text(key="console.grid.choose_criterion")
    if verdict not in ("pass", "fail", "unknown", "none"):
        problems["verdict"] = Text(key="console.grid.choose_verdict")
    if not because or len(because) > LONGEST_TEXT:
        problems["because"] = _too_long() if because else Text(key="console.grid.reason_missing")
    if problems:
        return await show(visit, _code(visit), problems=problems, open_form="override")
    new = NewOverride(criterion, "" if verdict == "none" else verdict, because)
    return await _act(visit, _override(visit, new), "overridden", "override", "verdict")


async def _override(visit: Visit, new: NewOverride) -> None:
    """Judged again at once: the lead stands at its new place when the queue is opened next."""
    await visit.store.desk.override(_code(visit), new, visit.who.by)
    await visit.console.keeper.look(_code(visit))


@needs("lead.override")
async def amend(visit: Visit) -> Response:
    """Judged from now on by the version of the protocol that counts today."""
    return await _act(visit, _amend(visit), "amended")


async def _amend(visit: Visit) -> None:
    if visit.console.in_force.amendment is None:
        raise Refused(Refusal.UNCHANGED)
    if not await visit.store.desk.judge_by([_code(visit)], visit.console.in_force.number, visit.who.by):
        raise Refused(Refusal.UNCHANGED)
    await visit.console.keeper.look(_code(visit))


@needs("lead.merge")
async def merge(visit: Visit) -> Response:
    """Two carers of one child."""
    into = visit.typed("into")
    if not into or await visit.store.lead(into) is None:
        problem = Text(key="console.lead.no_such_code")
        return await show(visit, _code(visit), problems={"into": problem}, open_form="merge")
    return await _act(visit, visit.store.desk.merge(_code(visit), into, visit.who.by), "merged", "merge", "into")


@needs("lead.merge")
async def unmerge(visit: Visit) -> Response:
    """They were two children after all."""
    return await _act(visit, visit.store.desk.unmerge(_code(visit), visit.who.by), "unmerged")


async def _act(
    visit: Visit, act: Awaitable[object], said: str | Text, open_form: str = "", field: str = ""
) -> Response:
    """Do it and go back to the lead. A refusal is shown at its field, or above the page where there is
    none.
    """
    try:
        await act
    except UnknownLead:
        return visit.not_found()
    except Refused as refused:
        why = await refusal(visit, refused)
        at_field = bool(field) and refused.why in OF_THE_FIELD
        return await show(
            visit, _code(visit), problems={field if at_field else "lead": why}, open_form=open_form, status=409
        )
    told = said if isinstance(said, Text) else Text(key=f"console.lead.did.{said}")
    return visit.go(f"/coordinator/leads/{_code(visit)}", say=told)


def _too_long() -> Text:
    return Text(key="console.lead.too_long", values={"n": LONGEST_TEXT})


def _code(visit: Visit) -> str:
    return visit.path("code")


PAGES = tuple(
    Page(f"/leads/{{code}}/{handler.__name__}", handler, post=True)
    for handler in (
        claim,
        release,
        call,
        move,
        snooze,
        wake,
        close,
        reopen,
        undo,
        note,
        override,
        amend,
        merge,
        unmerge,
    )
)
