"""Why a step was refused, in words, with the name of who has the lead."""

from __future__ import annotations

from bot.coordinator.visit import Visit
from bot.message import Text
from brasle_prescreen.lead_work import Refused


async def refusal(visit: Visit, refused: Refused) -> Text:
    """The sentence for a page."""
    names = await visit.store.staff.names()
    holder = names.get(refused.holder) or visit.word("queue.somebody")
    return Text(key=f"console.refusal.{refused.why.value}", values={"name": holder})
