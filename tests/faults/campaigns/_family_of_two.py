"""One family on two channels: what it does, how that arrives, and the comparison of the model with the database."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from bot.channels.telegram_keyboard import read_callback_data
from bot.flows.dialogue import Dialogue, load
from bot.message import Incoming
from tests.fake_telegram import FakeTelegram, Message, Person
from tests.fake_telegram.update_queue import as_json
from tests.faults.campaigns._chat_model import ASKED_BACK, CALM, Model, buttons_of, id_of, revision_of
from tests.faults.campaigns._engine import Engine, in_memory

T = TypeVar("T")
MONDAY = 1_795_395_600.0  # 2026-11-23 01:00 UTC
# What is pressed on every card that is no question, in the order of preference.
ONWARDS = (
    "language:en", "agree", "confirm", "want_contact", "way:phone", "time:any", "travel:yes", "child:yes", "done",
    "send", "go_on", "close",
)  # fmt: skip
CONTACT = {"name": "Wang Li", "value": "+86 138 0013 8000"}
# Steps and taps of all machines that ran, for the campaign's line.
COUNTED = {"steps": 0, "presses": 0, "restarts": 0, "quiet weeks": 0, "leads": 0}


class Family(RuleBasedStateMachine):
    """A person who acts at once; what arrives of it, and in which order, is for the rules to say."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="brasle-chat-", dir=in_memory()))
        self.now = MONDAY
        self.telegram = FakeTelegram(clock=lambda: self.now)
        self.parent: Person = self.telegram.person("Li", "en")
        self.address = str(self.parent.account.id)
        self.session: str | None = None
        self.pages = 0
        self.browser_said: Incoming | None = None
        self.model = Model()
        self.sent = 0
        self.newest = -1
        self.dialogue: Dialogue | None = None
        self.on_the_way: list[dict[str, Any]] = []
        self.engine = self.new_engine()
        self.first_words()

    def teardown(self) -> None:
        self.do(self.engine.die())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        COUNTED["leads"] += self.model.leads

    # the family
    def first_words(self) -> None:
        self.parent.starts("ward-7")
        self.model.revision = 0
        self.do(self.by_polling())
        self.look(first=True)

    def answer_once(self, chance: random.Random) -> None:
        """Answer the card as a calm family does. A card that another channel has overtaken comes anew first."""
        assert self.dialogue is not None
        step = self.dialogue.contact_step if self.dialogue.state == "giving_contact" else None
        if step in CONTACT and self.dialogue.page is None:
            self.parent.says(CONTACT[step])
        else:
            card = self.parent.card
            assert card is not None
            onward = self.onward(card, chance)
            if onward is None:
                return
            self.parent.presses(card, onward)
        self.arrives_plainly()

    def arrives_plainly(self) -> None:
        self.do(self.by_polling())
        self.look()

    def onward(self, card: Message, chance: random.Random) -> str | None:
        buttons = buttons_of(card)
        assert self.dialogue is not None
        if self.dialogue.state == "answering" and self.dialogue.page is None:
            calm = [data for data, button in buttons.items() if button in CALM]
            open_ones = [data for data, button in buttons.items() if button in ("unsure", "skip")]
            if calm and not (open_ones and self.dialogue.interview.trail and chance.random() < 0.2):
                return calm[0]
            return open_ones[0] if open_ones else None
        if "another_child" in buttons.values() and chance.random() < 0.2:
            return next(data for data, button in buttons.items() if button == "another_child")
        if self.dialogue.state == "reviewing" and chance.random() < 0.3:
            # One whose answer changes nothing else that was asked.
            changes = [data for data, button in buttons.items() if button.startswith("change:")]
            if changes:
                return chance.choice(changes)
        found = (data for wanted in ONWARDS for data, button in buttons.items() if button == wanted)
        return next(found, None)

    def harmless(self, card: Message) -> list[tuple[Message, str]]:
        """The presses on this card whose effect the model knows."""
        assert self.dialogue is not None
        asking = self.dialogue.state == "answering" and self.dialogue.page is None
        found = []
        for data, button in buttons_of(card).items():
            revision = int(data.partition(":")[0])
            known = button in CALM or button in ("why", "unsure", "skip") or button.startswith("tick:")
            if revision != self.dialogue.revision:
                known = not button.startswith("open:") and not button.startswith("language:")
            elif (
                not asking
                or button in ASKED_BACK
                or (button in ("unsure", "skip") and not self.dialogue.interview.trail)
            ):
                known = False
            if known:
                found.append((card, data))
        return found

    async def press_card(self, button: str) -> None:
        card = self.parent.card
        assert card is not None
        data = next(data for data, one in buttons_of(card).items() if one == button)
        self.parent.presses(card, data)
        await self.by_polling()
        # The pages over a card: only closing one moves on.
        for update in self.on_the_way:
            if self.model.hears(id_of(update)) and button == "close":
                self.model.move()
        self.on_the_way.clear()
        self.look_at(await self.stored())

    def page_filled(self, chance: random.Random) -> Incoming | None:
        """The browser's page with one calm press."""
        assert self.session is not None
        shown = self.do(self.engine.conversation.show("browser", self.session))
        buttons = {button.id for button in (*shown.reply.choices, *shown.reply.navigation)}
        assert self.dialogue is not None
        if self.dialogue.state != "answering" or self.dialogue.page is not None:
            return None
        calm = [button for button in CALM if button in buttons]
        calm += [button for button in ("unsure", "skip") if button in buttons and self.dialogue.interview.trail]
        if not calm:
            return None
        self.pages += 1
        return Incoming(
            channel="browser",
            address=self.session,
            id=f"page-{self.pages}",
            button=chance.choice(calm),
            revision=shown.revision,
        )

    def count_page(self, said: Incoming) -> None:
        self.browser_said = said
        if self.model.hears(f"page {said.id}"):
            self.model.press(said.button or "", said.revision or 0)

    async def sends_pages(self, said: Incoming, times: int) -> None:
        await asyncio.gather(*(self.engine.conversation.handle(said) for _ in range(times)))
        await self.engine.settled()

    async def both(self, said: Incoming) -> None:
        await asyncio.gather(self.engine.poll_all(), self.engine.conversation.handle(said))
        await self.engine.settled()

    # how it arrives
    async def by_polling(self) -> None:
        self.now += 1.0
        await self.engine.poll_all()
        await self.engine.settled()

    async def by_webhook(self, chance: random.Random) -> None:
        self.now += 1.0
        queue = self.telegram.world.queue
        waiting = list(queue.get(0, 100))
        order = [update for update in waiting for _ in range(chance.choice((1, 1, 2, 3)))]
        chance.shuffle(order)
        statuses = await asyncio.gather(*(self.engine.posted(as_json(update)) for update in order))
        assert set(statuses) <= {200}
        for update in waiting:
            queue.forget(update.id)
        await self.engine.settled()

    async def killed_while_arriving(self, ticks: int, chance: random.Random) -> None:
        arriving = asyncio.create_task(self.by_polling() if chance.random() < 0.5 else self.by_webhook(chance))
        for _ in range(ticks):
            await asyncio.sleep(0.0002 if chance.random() < 0.3 else 0)
        arriving.cancel()
        await asyncio.gather(arriving, return_exceptions=True)
        await self.engine.die()

    # the model beside the database
    def look(self, *, first: bool = False) -> None:
        """Tell the model what has arrived, in the order in which it was stored, and compare."""
        for update in self.on_the_way:
            if not self.model.hears(id_of(update)):
                continue
            press = update.get("callback_query")
            if press is not None:
                COUNTED["presses"] += 1
                revision, button = read_callback_data(press["data"]) or (-1, "")
                self.model.press(button, revision)
            elif first or update["message"].get("text", "").startswith("/"):
                self.model.move()
            elif "text" in update["message"]:
                self.model.move()  # typed where the card asks for words
        self.on_the_way.clear()
        self.look_at(self.do(self.stored()))

    def look_at(self, dialogue: Dialogue) -> None:
        model, interview = self.model, dialogue.interview
        stands = {card: given.choices for card, given in interview.given.items()}
        if model.is_pruned and stands.keys() < model.answers.keys():
            # A changed answer: which other questions it makes idle is the interview's own matter.
            model.answers = {card: choices for card, choices in model.answers.items() if card in stands}
        model.is_pruned = False
        assert stands == model.answers, "the answers in the database are those of the model"
        earlier = [{card: given.choices for card, given in one.given.items()} for one in dialogue.earlier]
        assert earlier == model.earlier
        assert dialogue.revision == model.revision
        assert self.turns == model.turns, "every message is one turn"
        assert list(interview.ticked) == model.ticked, "every tick counts, and none twice"
        assert len(self.leads) == model.leads == len(set(self.leads))
        model.state, model.card = dialogue.state, interview.card
        if dialogue.page is not None or dialogue.state != "answering":
            model.card = None
        self.dialogue = dialogue
        self.all_heard()
        self.sent_in_order()

    def all_heard(self) -> None:
        """What Telegram does not keep any more has been taken in."""
        if len(self.telegram.world.queue):
            return
        mine = (message for message in self.parent.chat.messages if message.sender is self.parent.account)
        sent = {f"message {message.id}" for message in mine} | {f"press {id}" for id in self.telegram.world.taps}
        assert sent <= self.model.heard, "nothing that was sent is lost"

    def sent_in_order(self) -> None:
        """No card is sent after a later one, and every press that arrived in time has been answered."""
        for call in self.telegram.calls[self.sent :]:
            if call.method == "sendmessage" and call.outcome in (0, 200):
                revision = revision_of(call.given)
                assert revision is None or revision >= self.newest, "replies come in order"
                self.newest = max(self.newest, revision or 0)
        self.sent = len(self.telegram.calls)
        heard = self.model.heard
        spinning = [
            tap for tap in self.telegram.world.taps.values() if tap.toast is None and f"press {tap.id}" in heard
        ]
        assert not spinning, "every press is answered"

    async def stored(self) -> Dialogue:
        store = self.engine.store
        person = await store.load("telegram", self.address)
        assert person is not None
        self.turns = person.revision
        self.leads = [lead.code for lead in await store.leads()]
        assert not await store.quarantined()
        assert not await store.given_up()
        return load(person.dialogue)

    def new_engine(self) -> Engine:
        async def begin() -> Engine:
            engine = Engine(
                self.folder,
                self.telegram,
                lambda: datetime.fromtimestamp(self.now, UTC),
                kept=self.on_the_way.append,
            )
            engine.start()
            return engine

        return self.do(begin())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)
