"""The queue: whom to call first, in the built-in views, and the search by name or number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.notices_page import in_trouble
from bot.coordinator.packet import Voice
from bot.coordinator.plan import due_text, knows_the_year, plan_of
from bot.coordinator.refusal import refusal
from bot.flows.turn import SITE_ZONE
from bot.message import Day, Text
from bot.store.audit_entry import Did
from bot.store.errors import UnknownLead
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_clock import DueIn, Limits, Plan, due_in
from brasle_prescreen.lead_queue import Placed, QueueRow, Tier, View, order, place, shows, views
from brasle_prescreen.lead_work import Refused

ROWS_ON_A_PAGE = 50
_ENDED = (View.CLOSED,)
_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the page shows it."""

    row: QueueRow
    due: DueIn | None
    due_text: Text | None
    cleared: bool
    clears: Day | None


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view with how many leads it holds."""

    view: str
    path: str
    count: int


@needs("queue.read")
async def queue(visit: Visit) -> Response:
    """One view of the queue, one page of it."""
    view = _view(visit)
    if view is None:
        return visit.not_found()
    code = visit.query("code")
    if code:
        return visit.go(f"/coordinator/leads/{quote(code, safe='')}")
    return await _show(visit, view, _number(visit.request.path_params.get("page", "1")))


@needs("lead.claim")
async def claim_here(visit: Visit) -> Response:
    """Take a lead without leaving the queue; what came of it is said above the rows."""
    view = _view(visit)
    if view is None:
        return visit.not_found()
    code, http_status = visit.typed("lead_code"), 200
    try:
        await visit.store.desk.claim(code, visit.who.by)
        visit.console.put_note(visit, Text(key="console.queue.claimed", values={"code": code}))
    except UnknownLead:
        return visit.not_found()
    except Refused as refused:
        visit.console.put_note(visit, await refusal(visit, refused))
        http_status = 409
    return await _show(visit, view, _number(visit.typed("page")), just=code, http_status=http_status)


def _view(visit: Visit) -> View | None:
    try:
        return View(visit.request.path_params.get("view", View.OPEN))
    except ValueError:
        return None


async def _show(visit: Visit, view: View, page: int, *, just: str = "", http_status: int = 200) -> Response:
    """`just`: the lead that was just dealt with here; if it is in sight no more, the heading takes the focus."""
    now = visit.console.clock()
    plan = plan_of(visit.console.settings)
    placed = await _placed(visit, plan, now, ended=view in _ENDED)
    status, tier = visit.query("status"), visit.query("tier")
    chosen = [
        one
        for one in placed
        if shows(view, one, visit.who.by) and status in ("", one.row.work.status) and tier in ("", one.row.tier)
    ]
    today = now.astimezone(SITE_ZONE).date()
    chosen.sort(key=lambda one: order(one, today))
    pages = max(1, -(-len(chosen) // ROWS_ON_A_PAGE))
    if page > pages and just:
        page = pages
    if page > pages:
        return visit.not_found()
    part = chosen[(page - 1) * ROWS_ON_A_PAGE : page * ROWS_ON_A_PAGE]
    await visit.record(Did("queue.read", "", view.value, None, len(part)))
    filters = urlencode({name: value for name, value in (("status", status), ("tier", tier)) if value})

    def page_path(number: int) -> str:
        return f"{_path(view)}/page/{number}" + (f"?{filters}" if filters else "")

    claim_path = _claim_path(view) + (f"?{filters}" if filters else "")
    return visit.page(
        "queue.html",
        status=http_status,
        **await _common(visit, placed, view, now)
        | {"claim_path": claim_path, "lost_place": bool(just) and just not in {one.row.code for one in part}},
        rows=[_shown(one, plan, now) for one in part],
        found=None,
        chosen_status=status,
        chosen_tier=tier,
        searched="",
        problems={},
        page=page,
        pages=pages,
        page_path=page_path,
    )


@needs("lead.search")
async def search(visit: Visit) -> Response:
    """Leads with this name or number; what was typed stands in no address."""
    typed = visit.typed("search")
    problems = {}
    if not typed:
        problems["search"] = Text(key="console.queue.search_empty")
    elif len(typed) > _LONGEST_SEARCH:
        problems["search"] = Text(key="console.queue.search_long")
    now = visit.console.clock()
    plan = plan_of(visit.console.settings)
    placed = await _placed(visit, plan, now, ended=True)
    codes: set[str] = set() if problems else set(await visit.store.desk.search(typed, visit.who.by))
    if visit.is_part and not problems:
        visit.console.put_note(visit, Text(key="console.queue.found", values={"n": len(codes)}))
    today = now.astimezone(SITE_ZONE).date()
    shown = [one for one in placed if one.row.code in codes or (problems and shows(View.OPEN, one, visit.who.by))]
    rows = sorted(shown, key=lambda one: order(one, today))[:ROWS_ON_A_PAGE]
    return visit.page(
        "queue.html",
        status=422 if problems else 200,
        **await _common(visit, placed, View.OPEN, now),
        rows=[_shown(one, plan, now) for one in rows],
        found=None if problems else len(codes),
        chosen_status="",
        chosen_tier="",
        searched=typed,
        problems=problems,
        page=1,
        pages=1,
        page_path=str,
    )


async def _placed(visit: Visit, plan: Plan, now: datetime, *, ended: bool) -> list[Placed]:
    limits = Limits(plan, now)
    today = now.astimezone(SITE_ZONE).date()
    return [place(row, plan, limits, now, today) for row in await visit.store.desk.queue(ended=ended)]


async def _common(visit: Visit, placed: Sequence[Placed], view: View, now: datetime) -> dict[str, Any]:
    counts = Counter(view for one in placed for view in views(one, visit.who.by))
    return {
        "is_part": visit.is_part,
        "lost_place": False,
        "claim_path": _claim_path(view),
        "view": view.value,
        "view_path": _path(view),
        "views": [ViewLink(one.value, _path(one), counts[one]) for one in View if one not in _ENDED]
        + [ViewLink(View.CLOSED.value, _path(View.CLOSED), await visit.store.desk.count_ended())],
        "statuses": [one.value for one in LeadStatus],
        "tiers": [one.value for one in Tier],
        "names": await visit.store.staff.names(),
        "voice": Voice(visit.console.wording, visit.who.language),
        "calendar_known": knows_the_year(now),
        "trouble": visit.may("notices.read") and await in_trouble(visit),
    }


def _shown(placed: Placed, plan: Plan, now: datetime) -> Shown:
    due = due_in(placed.clock, plan, now) if placed.clock is not None else None
    clears = placed.row.clears_on
    return Shown(
        placed.row,
        due,
        None if due is None else due_text(due),
        placed.cleared,
        None if clears is None else Day(earliest=clears, latest=clears),
    )


def _path(view: View) -> str:
    return "/coordinator" if view is View.OPEN else f"/coordinator/view/{view.value}"


def _claim_path(view: View) -> str:
    return f"/coordinator/view/{view.value}/claim"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) else 1


PAGES = (
    Page("", queue),
    Page("/page/{page}", queue),
    Page("/view/{view}", queue),
    Page("/view/{view}/page/{page}", queue),
    Page("/view/{view}/claim", claim_here, post=True),
    Page("/search", search, post=True),
)
