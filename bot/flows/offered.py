"""Whether a press is one that the card on the screen offers; whatever else arrives, of whatever words, does nothing."""

from __future__ import annotations

from bot.message import Reply


def is_offered(id: str, reply: Reply) -> bool:
    """Whether one of the card's buttons, beside a line or below, has this id. A link is followed, not pressed."""
    return any(one.id == id and one.url is None for one in (*reply.choices, *reply.navigation)) or any(
        row.change is not None and row.change.id == id for row in reply.rows
    )
