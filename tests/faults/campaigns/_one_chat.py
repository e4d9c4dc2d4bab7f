"""What may happen in one chat, as rules: presses at once, other orders, lost answers, restarts, quiet weeks, a browser
beside the telephone. After every step the database says what the model says.
"""

from __future__ import annotations

import random
import re

from hypothesis import strategies as some
from hypothesis.stateful import invariant, rule

from bot.channels.telegram_keyboard import read_callback_data
from tests.fake_telegram.update_queue import WEEK
from tests.faults.campaigns._chat_model import id_of, moves
from tests.faults.campaigns._family_of_two import COUNTED, Family

PRESSES_AT_ONCE = (1, 1, 2, 3, 50)
LINK = re.compile(r"/r/([\w-]+)")


class OneChat(Family):
    """Acts and deliveries in any order.

    A rule that finds nothing to do does nothing: what is drawn must not hang on the moment at which a process died.
    """

    # rules
    @rule(seed=some.integers(0, 2**32), count=some.integers(1, 8))
    def goes_on(self, seed: int, count: int) -> None:
        """The family answers some cards, one after the other."""
        chance = random.Random(seed)
        self.arrives_plainly()
        for _ in range(count):
            self.answer_once(chance)

    @rule(seed=some.integers(0, 2**32), count=some.sampled_from(PRESSES_AT_ONCE))
    def presses_at_once(self, seed: int, count: int) -> None:
        """Many presses on whatever stands on the screen, new cards and old ones; nothing arrives yet."""
        chance = random.Random(seed)
        cards = [message for message in self.parent.heard[-6:] if message.keyboard]
        for _ in range(count):
            buttons = self.harmless(chance.choice(cards))
            if buttons:
                message, data = chance.choice(buttons)
                self.parent.presses(message, data)

    @rule()
    def sends_a_sticker(self) -> None:
        self.parent.sends_sticker()

    @rule()
    def asks_for_help(self) -> None:
        """A page over the card, and back."""
        self.arrives()
        self.parent.says("/help")
        self.arrives()
        self.do(self.press_card("close"))

    @rule(seed=some.integers(0, 2**32))
    def arrives_in_another_order(self, seed: int) -> None:
        """By webhook: late ones first, some twice."""
        chance = random.Random(seed)
        self.do(self.by_webhook(chance))
        self.look()

    @rule(lost=some.sampled_from(("", "answer", "way", "sent")))
    def arrives(self, lost: str = "") -> None:
        """By polling, in order; an answer of Telegram, or its way, may be lost."""
        faults = self.telegram.faults
        if lost == "answer":
            faults.lose_answer("getUpdates")
        elif lost == "way":
            faults.cut_connection("getUpdates")
        elif lost == "sent":
            faults.lose_answer(chat=self.parent.account.id)
        self.do(self.by_polling())
        faults.clear()
        self.look()

    @rule(ticks=some.integers(0, 60), seed=some.integers(0, 2**32))
    def dies_and_begins_anew(self, ticks: int, seed: int) -> None:
        """In the middle of what arrives, handled and sent."""
        COUNTED["restarts"] += 1
        self.do(self.killed_while_arriving(ticks, random.Random(seed)))
        self.engine = self.new_engine()
        self.do(self.by_polling())
        self.look()

    @rule(
        first=some.sampled_from(("lower", "higher", "beside", "same")),
        beside=some.integers(-15, 15),
        away=some.booleans(),
        seed=some.integers(0, 2**32),
    )
    def quiet_week(self, first: str, beside: int, away: bool, seed: int) -> None:
        """Nobody writes for a week, while all is well or Telegram is away; then the numbers begin anywhere."""
        COUNTED["quiet weeks"] += 1
        self.arrives()
        if away:  # from the moment at which the poll that confirms the last message waits for more
            self.parent.sends_sticker()
            self.do(self.engine.poll())
            self.telegram.faults.lose_answer("getUpdates")
            self.do(self.engine.poll())
            self.telegram.faults.outage = True
        self.do(self.engine.poll())  # runs out, or fails
        self.telegram.faults.clear()
        queue, chance = self.telegram.world.queue, random.Random(seed)
        last = queue._next_id
        self.now += WEEK - 1.0  # what was fetched a moment after it was written is younger than a week
        lower, higher = chance.randint(1, last - 1), chance.randint(last, max(last, 2**31))
        queue.number_from({"lower": lower, "higher": higher, "same": last - 1}.get(first, max(1, last + beside)))
        self.parent.sends_sticker()
        self.parent.sends_sticker()
        self.arrives()

    @rule()
    def goes_to_the_browser(self) -> None:
        """By a private link, which opens once."""
        self.arrives()
        assert self.dialogue is not None
        if not self.dialogue.permitted("health"):
            return
        self.parent.says("/later")
        self.arrives()
        self.do(self.press_card("link"))
        token = next(found[1] for one in reversed(self.parent.heard) if (found := LINK.search(one.text or "")))
        session, self.pages = f"session-{self.model.turns}", self.pages + 1
        assert self.do(self.engine.store.redeem_link(token, "browser", session)) is not None
        assert self.do(self.engine.store.redeem_link(token, "browser", "somebody else")) is None
        self.session = session
        self.do(self.press_card("close"))

    @rule(seed=some.integers(0, 2**32), times=some.integers(1, 3))
    def answers_in_the_browser(self, seed: int, times: int) -> None:
        """The same page sent once or, by an impatient press, several times at once."""
        self.arrives()
        if self.session is None:
            return
        said = self.page_filled(random.Random(seed))
        if said is not None:
            self.do(self.sends_pages(said, times))
            self.count_page(said)
            self.look()

    @rule()
    def browser_sends_an_old_page(self) -> None:
        """Reloaded, or brought back: the very page that was sent before."""
        self.arrives()
        if self.browser_said is None:
            return
        self.do(self.sends_pages(self.browser_said, 1))
        self.count_page(self.browser_said)
        self.look()

    @rule(seed=some.integers(0, 2**32))
    def both_channels_at_once(self, seed: int) -> None:
        """One press on the phone and one in the browser at the same moment: one of them counts."""
        self.arrives()
        if self.session is None:
            return
        chance = random.Random(seed)
        said, before = self.page_filled(chance), self.dialogue
        assert before is not None
        asked = before.interview.card if before.state == "answering" and before.page is None else None
        if said is None or asked is None:
            return
        card = self.parent.card
        pressed = [one for one in self.harmless(card) if moves(one[1])] if card else []
        if not pressed:
            return
        message, data = chance.choice(pressed)
        self.parent.presses(message, data)
        self.do(self.both(said))
        # Whichever came first moved on, and the other one is of a card that is gone.
        revision, button = read_callback_data(data) or (-1, "")
        assert self.dialogue is not None
        ways = [one for at, one in ((revision, button), (said.revision, said.button)) if at == before.revision and one]
        now = self.do(self.stored())
        stands = now.interview.given[asked].choices
        assert stands in [self.model.meant(one) for one in ways]
        self.model.press(next(one for one in ways if self.model.meant(one) == stands), before.revision)
        self.model.hears(f"page {said.id}")
        for update in self.on_the_way:
            self.model.hears(id_of(update))
        self.on_the_way.clear()
        self.look()

    @invariant()
    def counted(self) -> None:
        COUNTED["steps"] += 1
