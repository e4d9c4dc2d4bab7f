"""Whether the trial takes children, as the coordinator says it with its day; and the waitlist in its order."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.flows.turn import SITE_ZONE
from bot.message import Text
from bot.store.audit_entry import Did
from bot.store.records import RECRUITING_STATES
from brasle_prescreen.lead_queue import waits_in_line

MOST_PLACES = 999
ROWS = 100


@needs("recruiting.read")
async def recruiting(visit: Visit) -> Response:
    """The state that families are shown, and who waits."""
    return await _show(visit)


@needs("recruiting.set")
async def set_recruiting(visit: Visit) -> Response:
    """A new state, with its day and the places left."""
    today = visit.console.clock().astimezone(SITE_ZONE).date()
    state, as_of = visit.typed("state"), _day(visit.typed("as_of"))
    typed = visit.typed("places")
    places = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else None
    problems: dict[str, Text] = {}
    if state not in RECRUITING_STATES:
        problems["state"] = Text(key="console.recruiting.choose_state")
    if as_of is None or as_of > today:
        problems["as_of"] = Text(key="console.recruiting.choose_day")
    if typed and (places is None or places > MOST_PLACES):
        problems["places"] = Text(key="console.recruiting.choose_places", values={"n": MOST_PLACES})
    if problems or as_of is None:
        return await _show(visit, problems)
    await visit.store.set_recruiting(state, as_of, places, visit.who.by)
    return visit.go("/coordinator/recruiting", say=Text(key="console.recruiting.said"))


async def _show(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    waiting = []
    if visit.may("queue.read"):
        rows = await visit.store.desk.queue()
        waiting = sorted(
            (row for row in rows if waits_in_line(row.work.status)), key=lambda row: (row.created, row.code)
        )
        await visit.record(Did("queue.read", "", "waitlist", None, len(waiting)))
    now = await visit.store.recruiting()
    return visit.page(
        "recruiting.html",
        status=422 if problems else 200,
        now=now,
        states=[(state, visit.word(f"recruiting.state.{state}")) for state in RECRUITING_STATES],
        waiting=waiting[:ROWS],
        waiting_count=len(waiting),
        participants=visit.console.protocol.record.participants,
        names=await visit.store.staff.names(),
        today=visit.console.clock().astimezone(SITE_ZONE).date(),
        problems=problems or {},
        typed=visit.form,
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


PAGES = (
    Page("/recruiting", recruiting),
    Page("/recruiting/set", set_recruiting, post=True),
)
