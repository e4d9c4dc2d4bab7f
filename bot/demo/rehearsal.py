"""One invented family talks to the real engine; its whole talk becomes one commit, made at the moment of its end."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from bot.conversation import Conversation, Shown
from bot.demo.family_file import Families, InventedFamily, Replies
from bot.flows.turn import SITE_ZONE, SiteFacts
from bot.message import Channel, Day, Incoming
from bot.store.records import Commit, Committed, Event, PermissionRecord, Person, Recruiting
from bot.wording import Wording

if TYPE_CHECKING:
    from bot.store.store import Store
    from brasle_prescreen.protocol import Protocol
    from brasle_prescreen.question import Questions

CHANNEL: Channel = "browser"
_LONGEST_TALK = 150
_MARK = re.compile(r"\{(day|month):(\d+)\}")
# A medicine's name is asked back: the family means the first that is offered.
_ASKED_BACK = ("is:", "route:")
_NUMBER = re.compile(r"\.\d+\.")
_TAP = re.compile(r"\[([^\]]+)\]")


class InventedFamilyError(ValueError):
    """A family of the file cannot talk as it is written."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all invented families talk to."""

    protocol: Protocol
    questions: Questions
    wording: Wording
    families: Families


class _Gathering:
    """Stands in for the store during one talk: remembers the dialogue, and gathers what is to be kept of it."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._person: Person | None = None
        self.permissions: list[PermissionRecord] = []
        self.events: list[Event] = []
        self.last: Commit | None = None

    async def load(self, channel: str, address: str) -> Person | None:
        return self._person

    async def commit(self, commit: Commit) -> Committed:
        self.permissions += commit.permissions
        self.events += commit.events
        self.last = commit
        revision = commit.revision + 1
        self._person = Person("invented", revision, lambda: commit.dialogue)
        return Committed("invented", revision, None)

    async def recruiting(self) -> Recruiting:
        return Recruiting("open", None, None)

    async def lead_of(self, person: str, child: int) -> None:
        return None

    def new_lead_code(self) -> str:
        return self._code


async def talk(stage: Stage, family: InventedFamily, address: str, code: str, now: datetime) -> Commit:
    """The talk of one family as one commit; InventedFamilyError names the card at which it cannot go on."""
    gathering = _Gathering(code)
    engine = Conversation(
        cast("Store", gathering),
        stage.protocol,
        stage.questions,
        stage.wording,
        site=SiteFacts(),
        demo=True,
        clock=lambda: now,
    )
    today = now.astimezone(SITE_ZONE).date()
    begin = Incoming(channel=CHANNEL, address=address, id="0", command="start", source=family.source)
    shown = await engine.handle(begin)
    answers = _Answers(stage.families.replies[family.language] | family.replies, stage.families.usual)
    for number in range(1, _LONGEST_TALK):
        if shown.reply.card in ("done", family.leaves_at):
            break
        said = answers.to(shown)
        tap = _TAP.fullmatch(said)
        spoken = {"button": tap[1], "revision": shown.revision} if tap else {"text": _dated(said, today, shown, stage)}
        shown = await engine.handle(begin.model_copy(update={"id": str(number), "command": None, **spoken}))
    else:
        raise InventedFamilyError(f"{family.id} does not come to an end: it stays at the card {shown.reply.card}")
    assert gathering.last is not None
    return replace(
        gathering.last,
        person=None,
        revision=0,
        incoming=(CHANNEL, f"{address} {number}"),
        outgoing=(),
        permissions=tuple(gathering.permissions),
        events=tuple(gathering.events),
        remind_at=None,
        source=family.source,
    )


class _Answers:
    """What a family says at each card: one reply after another, or the usual one where the file says nothing."""

    def __init__(self, replies: Mapping[str, Replies], usual: tuple[str, ...]) -> None:
        self._replies = replies
        self._usual = usual
        self._left: dict[str, list[str]] = {}

    def to(self, shown: Shown) -> str:
        """The next reply; InventedFamilyError if there is none."""
        card = shown.reply.card
        offered = [button.id for button in (*shown.reply.choices, *shown.reply.navigation)]
        if offered and offered[0].startswith(_ASKED_BACK):
            return f"[{offered[0]}]"
        if card not in self._left:
            found = self._replies.get(card) or self._replies.get(_NUMBER.sub(".*.", card)) or ()
            self._left[card] = [found] if isinstance(found, str) else list(found)
        if self._left[card]:
            return self._left[card].pop(0)
        for one in self._usual:
            if one in offered:
                return f"[{one}]"
        raise InventedFamilyError(f"nothing to say at the card {card}: {offered}")


def _dated(said: str, today: date, shown: Shown, stage: Stage) -> str:
    """`{day:80}` is the day 80 days ago in the family's language, `{month:80}` the month that it was in."""

    def worded(mark: re.Match[str]) -> str:
        day = today - timedelta(days=int(mark[2]))
        if mark[1] == "day":
            span = Day(earliest=day, latest=day)
        else:
            last = monthrange(day.year, day.month)[1]
            span = Day(earliest=day.replace(day=1), latest=day.replace(day=last))
        return stage.wording.value(span, shown.language)

    return _MARK.sub(worded, said)
