"""What to ask on the telephone: the open points as the family is asked them, with the coordinator's
language beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.coordinator.grid import Row
from bot.coordinator.packet import CHINESE, Packet, Voice
from bot.flows.family_questions import worded
from bot.flows.papers import all_papers
from bot.message import Text
from bot.wording import Wording

# A call that asks more than this is an examination: the rest is for the visit.
MOST_POINTS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to ask: in the family's language, and beside it in another, or "" where one is enough."""

    text: str
    beside: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A question of the family's, as a `Point`; `own_words`: typed by them, so `beside` is empty."""

    text: str
    beside: str
    own_words: bool


@dataclass(frozen=True, slots=True)
class CallSheet:
    """`language` is the family's, `beside` the other one ("" if there is none).

    `asked` is what the family wants to know. `days` are answers of which the exact day would help.
    `bring` are the papers for the visit; `has` those that the family says it has.
    """

    language: str
    beside: str
    points: tuple[Point, ...]
    asked: tuple[Wish, ...]
    days: tuple[Point, ...]
    bring: tuple[Point, ...]
    has: tuple[str, ...]
    has_private: bool


def call_sheet(packet: Packet, rows: Sequence[Row], wording: Wording, family: str, reader: str) -> CallSheet:
    """The sheet for one lead. Private points are never on it: they are asked when somebody can speak alone."""
    spoken = Voice(wording, family, packet.is_self)
    other = next((one for one in (CHINESE, reader) if one != family), "")
    second = Voice(wording, other, packet.is_self) if other else None

    def point(text: Text, criteria: tuple[str, ...] = ()) -> Point:
        return Point(spoken.say(text), second.say(text) if second else "", criteria)

    points, has_private = [], False
    for id in packet.stored.get("open_questions", ()):
        card, ask = packet.card(id), packet.ask(id)
        if card is None or ask is None:
            continue
        if card.private:
            has_private = True
            continue
        points.append(point(ask, card.why))
    days = [
        point(answer.question, (row.criterion.id,))
        for row in rows
        if row.clears_on is not None and row.clears_on.earliest != row.clears_on.latest
        for answer in row.answers
        if getattr(answer.shown, "kind", "") == "day" and not answer.is_private
    ]
    unsettled = {row.criterion.id for row in rows if row.mark not in ("met", "private")}
    has = set(packet.stored.get("papers", ()))
    bring = [
        point(Text(key=f"paper.{paper.id}"))
        for paper in all_papers()
        if paper.always or unsettled & set(paper.criteria)
    ]
    mine = Voice(wording, reader)
    return CallSheet(
        language=family,
        beside=other,
        points=tuple(points[:MOST_POINTS]),
        asked=tuple(_asked(packet, spoken, second)),
        days=tuple(dict.fromkeys(days)),
        bring=tuple(bring),
        has=tuple(mine.say(Text(key=f"paper.{one.id}.short")) for one in all_papers() if one.id in has),
        has_private=has_private,
    )


def _asked(packet: Packet, spoken: Voice, second: Voice | None) -> Iterator[Wish]:
    for one in packet.asked():
        text = worded(one)
        yield Wish(spoken.say(text), second.say(text) if second and not one.said else "", bool(one.said))
