"""The auditor's page: who read or changed what and when, and whether the trail is whole."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from bot.coordinator.access import Page, needs
from bot.coordinator.layout import SITE_ZONE
from bot.coordinator.visit import Visit
from bot.message import Text
from bot.store.audit import Head, Wanted, subject_of
from bot.store.audit_check import Checked
from bot.store.audit_entry import Did

_SHOWN = 100


@needs("trail.read")
async def entries(visit: Visit) -> Response:
    """The newest entries, or those that the filters in the address leave."""
    wanted, problems = _wanted(visit)
    await visit.record(Did("trail.read"))
    return await _page(visit, wanted, problems)


@needs("trail.read")
async def check(visit: Visit) -> Response:
    """Read the whole trail, and say what is wrong with it. A printed end may be given, which it must hold."""
    printed = Head.read(visit.typed("printed"))
    if printed is None and visit.typed("printed"):
        return await _page(visit, Wanted(limit=_SHOWN), {"printed": Text(key="console.trail.printed_unclear")})
    found = await visit.store.trail.check(printed)
    await visit.record(Did("trail.checked", became=found.found))
    return await _page(visit, Wanted(limit=_SHOWN), checked=found)


def _wanted(visit: Visit) -> tuple[Wanted, dict[str, Text]]:
    problems = {}
    since = until = None
    if visit.query("day"):
        try:
            since = datetime.combine(date.fromisoformat(visit.query("day")), time.min, SITE_ZONE)
            until = since + timedelta(days=1)
        except ValueError:
            problems["day"] = Text(key="console.trail.day_unclear")
    subject = visit.query("of").strip()
    before = visit.query("before")
    wanted = Wanted(
        subject=subject_of(subject) if subject else None,
        who=visit.query("who") or None,
        action=visit.query("action") or None,
        since=since,
        until=until,
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
        limit=_SHOWN,
    )
    return wanted, problems


async def _page(
    visit: Visit, wanted: Wanted, problems: dict[str, Text] | None = None, checked: Checked | None = None
) -> Response:
    found = await visit.store.trail.entries(wanted)
    names = await visit.store.staff.names()
    return visit.page(
        "trail.html",
        status=422 if problems else 200,
        problems=problems or {},
        typed=visit.form if visit.form else visit.request.query_params,
        entries=found,
        more=found[-1].seq if len(found) == _SHOWN else None,
        people=sorted(names.items(), key=lambda person: person[1]),
        actions=await visit.store.trail.actions(),
        head=await visit.store.trail.head(),
        checked=checked,
        names=names,
        has_word=visit.console.wording.has,
    )


PAGES = (
    Page("/trail", entries),
    Page("/trail/check", check, post=True),
)
