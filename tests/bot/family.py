"""A family at the other end of the real engine and a real store, in a test: taps, types, and sees what is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from bot.conversation import Conversation, Shown
from bot.flows.dialogue import Dialogue, load
from bot.flows.turn import SiteFacts
from bot.message import Channel, Incoming
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SITE = SiteFacts(
    name="Children's Hospital",
    phone="+86 571 0000 0000",
    hours="Mon-Fri 9-17",
    public_url="https://example.org",
)


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@cache
def wording() -> Wording:
    """The shipped texts: nothing changes them, so they are read once for all families."""
    return Wording.load()


def conversation(folder: Path, clock: Callable[[], datetime], **settings: Any) -> Conversation:
    """A conversation over a store of its own; `settings` override the site, the demo and the rest."""
    store = Store.open(folder, clock=clock)
    chosen = {"site": SITE, "demo": False, **settings}
    return Conversation(store, load_protocol(), load_questions(), wording(), clock=clock, **chosen)


class Family:
    """One address on one channel."""

    _ids = count(1)

    def __init__(self, talk: Conversation, channel: Channel = "browser", address: str | None = None) -> None:
        self.talk = talk
        self.channel: Channel = channel
        self.address = address or f"family-{next(self._ids)}"
        self.shown: Shown

    async def send(self, **said: Any) -> Shown:
        said.setdefault("id", f"m{next(self._ids)}")
        self.shown = await self.talk.handle(Incoming(channel=self.channel, address=self.address, **said))
        await self._remembered_as_stored()
        return self.shown

    async def tap(self, button: str, choices: tuple[str, ...] | None = None) -> Shown:
        """Press a button that stands on the screen; a button that is not there is a mistake of the test."""
        offered = {one.id for one in self.buttons()}
        assert button in offered, f"{button!r} is not on the card {self.shown.reply.card!r}: {sorted(offered)}"
        return await self.send(button=button, revision=self.shown.revision, choices=choices)

    async def says(self, text: str) -> Shown:
        return await self.send(text=text)

    async def command(self, command: str) -> Shown:
        return await self.send(command=command)

    def buttons(self) -> list[Any]:
        reply = self.shown.reply
        return [*reply.choices, *(row.change for row in reply.rows if row.change), *reply.navigation]

    @property
    def card(self) -> str:
        return self.shown.reply.card

    @property
    def key(self) -> str:
        return self.shown.reply.text.key

    @property
    def notes(self) -> list[str]:
        return [note.key for note in self.shown.reply.notes]

    async def stored(self) -> Dialogue:
        person = await self.talk._store.load(self.channel, self.address)
        assert person is not None
        return load(person.dialogue)

    async def _remembered_as_stored(self) -> None:
        """What the conversation keeps in memory reads as what the database holds, to the last value."""
        person = await self.talk._store.load(self.channel, self.address)
        kept = self.talk._recent.find(person.id, person.revision) if person is not None else None
        if kept is not None and person is not None:
            assert kept == load(person.dialogue)

    async def begin(self, language: str = "en") -> None:
        """Hello, language, permission."""
        await self.command("start")
        await self.tap(f"language:{language}")
        await self.tap("agree")
        if self.channel == "telegram":
            await self.tap("agree")

    async def answer(self, answers: dict[str, str]) -> list[str]:
        """Go through the questions: at each card tap the given button, type a given text (starts with '), or 'none'/'no'.

        Returns the ids of the cards that were asked.
        """
        asked: list[str] = []
        for _ in range(120):
            if self.key in ("review.text",) or self.card in ("early_end", "urgent", "fetch_adult"):
                return asked
            asked.append(self.card)
            await self._reply(answers.get(self.card))
        raise AssertionError("the interview does not end")

    async def _reply(self, answer: str | None) -> None:
        if answer is not None and answer.startswith("'"):
            await self.says(answer[1:])
            return
        if answer is not None:
            *ticks, last = answer.split("+")
            for tick in ticks:
                await self.tap(tick)
            await self.tap(last)
            return
        offered = [one.id for one in self.buttons()]
        for usual in (
            "choose:none",
            "choose:no",
            "choose:no_report",
            "choose:not_told",
            "choose:complete",
            "done",
            "unsure",
        ):
            if usual in offered:
                await self.tap(usual)
                return
        raise AssertionError(f"no usual answer at {self.card}: {offered}")


# A boy of ten with lupus nephritis whom nothing stands in the way of.
BOY = {
    "respondent": "choose:parent",
    "birth_date": "'2016-03-05",
    "sex": "choose:male",
    "diagnosis": "choose:lupus_nephritis",
    "antibodies": "tick:anti_dsdna+done",
}
