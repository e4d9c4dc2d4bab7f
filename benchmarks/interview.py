"""The product's own interview of 13 steps, played once to learn which buttons its cards carry."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import workload as work

from bot.channels.telegram_keyboard import callback_data
from bot.channels.telegram_render import CHANNEL, TelegramRenderer
from bot.conversation import Conversation, Shown
from bot.flows.turn import SiteFacts
from bot.message import Incoming
from bot.store.store import Store
from bot.wording import Wording
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

TYPED = "2015年3月"
# Pressed where a card offers it; on any other card the first choice.
WANTED = ("language:zh_Hans", "agree", "choose:parent", "only", "done")


class Step(NamedTuple):
    """What a family does: types, or presses a button of the card with this revision."""

    text: str | None
    button: str | None
    revision: int

    @property
    def data(self) -> str:
        assert self.button is not None
        return callback_data(self.revision, self.button)


START = Step("/start", None, 0)


class Bench(NamedTuple):
    store: Store
    wording: Wording
    conversation: Conversation


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def opened() -> Iterator[Bench]:
    """The real parts on a data folder of their own."""
    with tempfile.TemporaryDirectory() as made, opened_at(Path(made)) as bench:
        yield bench


@contextmanager
def opened_at(folder: Path) -> Iterator[Bench]:
    """The real parts on this data folder."""
    store = Store.open(folder)
    wording = Wording.load()
    conversation = Conversation(
        store,
        load_protocol(),
        load_questions(),
        wording,
        site=SiteFacts(approval="2026-001", approval_date="2026-11-01"),
        demo=False,
        clock=now,
        renderers={CHANNEL: TelegramRenderer(wording)},
    )
    yield Bench(store, wording, conversation)
    store.close_now()


async def learned(bench: Bench) -> list[Step]:
    """/start, then eleven buttons and a typed reply where the card asks for one."""
    steps = [START]
    shown = await bench.conversation.handle(incoming("learning", 0, steps[0]))
    for number in range(1, work.STEPS):
        steps.append(_next(shown))
        shown = await bench.conversation.handle(incoming("learning", number, steps[-1]))
    typed = sum(step.text is not None for step in steps)
    assert typed == 2, f"{typed - 1} typed replies instead of one"
    return steps


def incoming(address: str, number: int, step: Step) -> Incoming:
    if step.text == "/start":
        return Incoming(channel=CHANNEL, address=address, id=f"{address}:{number}", command="start")
    return Incoming(
        channel=CHANNEL,
        address=address,
        id=f"{address}:{number}",
        text=step.text,
        button=step.button,
        revision=step.revision if step.button else None,
    )


def _next(shown: Shown) -> Step:
    ids = [button.id for button in shown.reply.choices]
    if shown.reply.card == "birth_date":
        return Step(TYPED, None, shown.revision)
    wanted = [id for id in WANTED if id in ids]
    chosen = wanted or ids or [button.id for button in shown.reply.navigation if button.id == "unsure"]
    return Step(None, chosen[0], shown.revision)
