"""A card in the coordinators' group: reference number, how long the family has waited, who has it, the way to the
console. Nothing else, ever. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.message import Text, Value
from bot.store.group_cards import REST, Action, Press, revision
from brasle_prescreen.lead_clock import Plan, safety_step
from brasle_prescreen.lead_queue import QueueRow

# What begins the data of our buttons here; those of families' cards begin with a number.
PREFIX = "lead"
_MARK_LENGTH = 12
# More codes than these are told as a number.
MOST_CODES = 20
HOUR = timedelta(hours=1)
Say = Callable[[Text], str]


class Shows(StrEnum):
    """How a lead stands, as far as a card tells."""

    WAITING = "waiting"
    FREE = "free"
    CLAIMED = "claimed"
    CALLED = "called"
    NOT_REACHED = "not_reached"
    OVER = "over"
    REST = "rest"


BUTTONS: Mapping[Shows, tuple[tuple[Action, ...], ...]] = {
    Shows.WAITING: ((Action.CLAIM,),),
    Shows.FREE: ((Action.CLAIM,),),
    Shows.CLAIMED: ((Action.CALLED, Action.NOT_REACHED),),
    Shows.NOT_REACHED: ((Action.CALLED, Action.NOT_REACHED),),
}


@dataclass(frozen=True, slots=True)
class Face:
    """What a card says. `hours` are of working time; `holder` as the store names them; `step`: how often it is to
    have been put up again; `codes` are those of leads without a card of their own.
    """

    code: str
    shows: Shows
    revision: str = ""
    urgent: bool = False
    hours: int = 0
    holder: str = ""
    attempts: int = 0
    step: int = 0
    codes: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Two faces with the same mark read alike."""
        parts = (self.code, self.shows.value, self.revision, self.urgent, self.hours, self.holder, self.codes)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:_MARK_LENGTH]

    @property
    def has_buttons(self) -> bool:
        return self.shows in BUTTONS


def face_of(row: QueueRow, plan: Plan, now: datetime, first_at: datetime | None = None) -> Face:
    """The card of a lead of the queue; `first_at` is when it was first put up."""
    work = row.work
    shows, hours = Shows.OVER, 0
    if work.is_open and not work.holder:
        shows = Shows.WAITING if work.attempts == 0 else Shows.FREE
        hours = int(plan.hours.between(work.waiting_since, now) / HOUR) if work.attempts == 0 else 0
    elif work.is_open:
        tried = Shows.CALLED if work.reached_at is not None else Shows.NOT_REACHED
        shows = tried if work.attempts else Shows.CLAIMED
    return Face(
        code=row.code,
        shows=shows,
        revision=revision(work),
        urgent=row.safety and work.is_open and work.reached_at is None,
        hours=hours,
        holder=work.holder,
        attempts=work.attempts,
        step=safety_step(work, first_at, now, plan.hours) if row.safety and first_at is not None else 0,
    )


def over(code: str) -> Face:
    """The card of a lead that is closed, taken back, erased, or worked on with another one."""
    return Face(code, Shows.OVER)


def rest(codes: tuple[str, ...]) -> Face:
    """The one card about all who have none of their own."""
    return Face(REST, Shows.REST, codes=codes)


def words(face: Face, say: Say, names: Mapping[str, str], public_url: str) -> str:
    """The card's text as Telegram's HTML. `say` words a text so, with all that is put into it escaped."""
    if face.shows is Shows.REST:
        return _rest(face, say, public_url)
    values: dict[str, Any] = {"code": face.code, "n": face.hours}
    lines = [say(Text(key="console.group.code", values=values))]
    if face.urgent:
        lines.append(say(Text(key="console.group.urgent")))
    if face.shows is Shows.WAITING:
        lines.append(say(Text(key="console.group.hours" if face.hours else "console.group.just_come", values=values)))
    else:
        holder = names.get(face.holder) or say(Text(key="console.queue.somebody"))
        about: dict[str, Value] = {"name": holder, "n": face.attempts}
        lines.append(say(Text(key=f"console.group.shows.{face.shows.value}", values=about)))
    if public_url:
        url = f"{public_url}/coordinator/leads/{face.code}"
        lines.append(say(Text(key="console.group.link", values={"url": url})))
    return "\n".join(lines)


def _rest(face: Face, say: Say, public_url: str) -> str:
    if not face.codes:
        return say(Text(key="console.group.no_rest"))
    lines = [say(Text(key="console.group.rest", values={"n": len(face.codes)})), " ".join(face.codes[:MOST_CODES])]
    if public_url:
        lines.append(say(Text(key="console.group.link", values={"url": f"{public_url}/coordinator"})))
    return "\n".join(lines)


def keyboard(face: Face, token: str, say: Say) -> list[list[dict[str, Any]]]:
    """Rows of InlineKeyboardButton, as the Bot API takes them."""
    return [
        [
            {
                "text": say(Text(key=f"console.group.press.{action.value}")),
                "callback_data": f"{PREFIX}:{token}:{face.revision}:{action.value}",
            }
            for action in row
        ]
        for row in BUTTONS.get(face.shows, ())
    ]


def read_press(data: str, id: str, user: int) -> Press | None:
    """What a button of ours says; None for data that no card of ours carries."""
    prefix, _, rest_of_it = data.partition(":")
    parts = rest_of_it.split(":")
    if prefix != PREFIX or len(parts) != 3 or parts[2] not in set(Action):
        return None
    return Press(id, user, parts[0], parts[1], Action(parts[2]))
