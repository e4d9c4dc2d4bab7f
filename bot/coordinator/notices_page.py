"""What does not get through: channels that fail, notices that were given up, families whose chat takes no messages."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.store.audit_entry import Did
from bot.store.errors import StoreUnavailable

# A row tried so often, by back-off, has been failing for minutes.
TROUBLE_TRIES = 3
MOST_LISTED = 50


@needs("notices.read")
async def notices(visit: Visit) -> Response:
    """Channels with what waits, what was given up in the last month, and unreachable families by their number."""
    waiting = await visit.store.desk.waiting()
    given_up = (await visit.store.given_up())[::-1]
    unreachable = []
    if visit.may("queue.read"):
        unreachable = [row for row in await visit.store.desk.queue() if row.is_unreachable]
    await visit.record(Did("notices.read"))
    plan = visit.console.settings.notice_plan()
    group = visit.console.settings.telegram_group
    standing = await visit.store.telegram_group.standing(group) if group is not None else None
    return visit.page(
        "notices.html",
        waiting=waiting,
        trouble=TROUBLE_TRIES,
        given_up=given_up[:MOST_LISTED],
        given_up_counts=Counter(one.channel for one in given_up),
        unreachable=sorted(unreachable, key=lambda row: (row.created, row.code))[:MOST_LISTED],
        unreachable_count=len(unreachable),
        people={"first": len(plan.first), "second": len(plan.second), "pi": len(plan.pi)},
        digest=", ".join(f"{one:%H:%M}" for one in plan.digest),
        quiet=f"{plan.quiet[0]:%H:%M}-{plan.quiet[1]:%H:%M}" if plan.quiet else "",
        ops=KNOWN_OPS,
        group=standing,
        floods=_floods(visit),
    )


def _floods(visit: Visit) -> list[dict[str, Any]]:
    """Of each channel: since when it counts, how many messages were turned away, and let in for what they said."""
    return [
        {
            "channel": channel,
            "since": datetime.fromtimestamp(gate.since, UTC),
            "turned_away": gate.turned_away.total(),
            "danger": gate.danger,
        }
        for channel, gate in visit.console.floods.items()
    ]


async def in_trouble(visit: Visit) -> bool:
    """Whether the site's notices do not get through: said above the queue. A failing look is not the queue's trouble."""
    try:
        return any(one.channel == "notice" and one.tries >= TROUBLE_TRIES for one in await visit.store.desk.waiting())
    except StoreUnavailable:
        return False


KNOWN_OPS = (
    "lead",
    "safety",
    "safety_again",
    "second_person",
    "pi",
    "cleared",
    "withdrawn",
    "asked",
    "digest",
)

PAGES = (Page("/notices", notices),)
