"""Where a lead stands, told to the family in a few fixed phrases."""

from __future__ import annotations

from bot.flows.turn import Surroundings
from bot.message import Text


def status_text(around: Surroundings) -> Text:
    """What is true of the lead now, in a few fixed phrases; never a reason for closing."""
    if around.lead_code is None:
        return Text(key="status.none")
    if around.recruiting == "waitlist" and around.place is not None and around.lead_status == "new":
        return Text(key="status.waitlist", values={"code": around.lead_code, "place": around.place})
    return Text(key=f"status.{around.lead_status or 'new'}", values={"code": around.lead_code})
