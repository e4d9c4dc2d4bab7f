"""The site's time plan from the settings, and due moments in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.coordinator.workdays import china
from bot.flows.turn import SITE_ZONE
from bot.message import Text
from bot.settings import Settings
from brasle_prescreen.lead_clock import DueIn, Plan
from brasle_prescreen.working_hours import WorkingHours, parse_spans


def plan_of(settings: Settings) -> Plan:
    """How long things may take at this site."""
    return Plan(
        hours=WorkingHours(parse_spans(settings.working_hours), SITE_ZONE, china),
        first_call=timedelta(hours=settings.first_call_hours),
        to_pi=timedelta(hours=settings.to_pi_hours),
        next_call=timedelta(hours=settings.next_call_hours),
        follow_up=timedelta(hours=settings.follow_up_hours),
    )


def due_text(due: DueIn) -> Text:
    """Due in so long, or overdue by so long; says so where a year's holidays are not known yet."""
    word = "overdue" if due.is_overdue else "in"
    amount = max(due.amount, 1)  # "0 minutes" is nothing that anybody says
    unit = due.unit if amount != 1 else due.unit.removesuffix("s")
    told = Text(key=f"console.due.{word}.{unit}", values={"n": amount})
    return told if due.is_certain else Text(key="console.due.uncertain", values={"due": told})


def knows_the_year(now: datetime) -> bool:
    """Whether the holidays of the year that runs at the site are known."""
    return china(now.astimezone(SITE_ZONE).date()).is_known
