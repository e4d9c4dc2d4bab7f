"""aiogram as its documentation shows it: a State a question, a handler a state, MemoryStorage. Nothing is stored.

`python aiogram_idiom.py [chats] [documented|tuned]`; tuned: one handler for all buttons, keyboards made once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.filters import CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

sys.path.insert(0, str(Path(__file__).parent.parent))
import workload as work

finished = 0
Asking = type("Asking", (StatesGroup,), {f"question_{number}": State() for number in range(work.QUESTIONS)})
STATES: list[State] = [getattr(Asking, f"question_{number}") for number in range(work.QUESTIONS)]


class NoSocket(AiohttpSession):
    """Builds every request and decodes every answer as aiogram's own session does; nothing is sent."""

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        self.build_form_data(bot, method)
        body = work.TRUE if method.__api_method__ == "answerCallbackQuery" else work.SENT
        return self.check_response(bot, method, 200, body.decode()).result


def markup(number: int) -> InlineKeyboardMarkup | None:
    if number >= work.PRESSES:
        return None
    rows = [[InlineKeyboardButton(**key) for key in row] for row in work.keyboard(number)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def finish(message: Message, state: FSMContext) -> None:
    global finished
    answers = await state.update_data(last=message.text)
    await state.clear()
    finished += len(answers) == work.QUESTIONS
    await message.answer(work.DONE)


def documented() -> Dispatcher:
    dispatcher = Dispatcher(storage=MemoryStorage())

    @dispatcher.message(CommandStart())
    async def start(message: Message, state: FSMContext) -> None:
        await state.clear()
        await state.set_state(STATES[0])
        await message.answer(work.question(0), reply_markup=markup(0))

    def ask(number: int) -> None:
        @dispatcher.callback_query(STATES[number], F.data.startswith(f"q:{number}:"))
        async def answered(press: CallbackQuery, state: FSMContext) -> None:
            await state.update_data({f"question_{number}": (press.data or "").split(":")[2]})
            await state.set_state(STATES[number + 1])
            await press.answer()
            assert isinstance(press.message, Message)
            await press.message.edit_text(work.question(number + 1), reply_markup=markup(number + 1))

    for number in range(work.PRESSES):
        ask(number)
    dispatcher.message(STATES[-1], F.text)(finish)
    return dispatcher


def tuned() -> Dispatcher:
    dispatcher = Dispatcher(storage=MemoryStorage())
    markups = [markup(number) for number in range(work.QUESTIONS)]

    @dispatcher.message(CommandStart())
    async def start(message: Message, state: FSMContext) -> None:
        await state.clear()
        await state.set_state(STATES[0])
        await message.answer(work.question(0), reply_markup=markups[0])

    @dispatcher.callback_query()
    async def answered(press: CallbackQuery, state: FSMContext, raw_state: str | None) -> None:
        _, number, word = (press.data or "").split(":")
        at = int(number)
        if raw_state != STATES[at].state:
            return
        await state.update_data({f"question_{at}": word})
        await state.set_state(STATES[at + 1])
        await press.answer()
        assert isinstance(press.message, Message)
        await press.message.edit_text(work.question(at + 1), reply_markup=markups[at + 1])

    dispatcher.message(StateFilter(STATES[-1]))(finish)
    return dispatcher


async def run(count: int, kind: str) -> None:
    bot = Bot(work.TOKEN, session=NoSocket())
    dispatcher = tuned() if kind == "tuned" else documented()
    watch = work.Watch()
    for batch in work.updates(count):
        with watch.running():
            for raw in batch:
                update = Update.model_validate(json.loads(raw), context={"bot": bot})
                await dispatcher.feed_update(bot, update)
    assert finished == count, f"{finished} of {count} finished"
    work.report(f"aiogram {kind}", count * work.STEPS, watch)


if __name__ == "__main__":
    asyncio.run(
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, sys.argv[2] if len(sys.argv) > 2 else "documented")
    )
