"""aiogram-dialog as its documentation shows it: a Dialog of windows, MemoryStorage. Nothing is stored."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, Message, Update
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Column
from aiogram_dialog.widgets.text import Const

sys.path.insert(0, str(Path(__file__).parent.parent))
import workload as work

finished = 0
Asking = type("Asking", (StatesGroup,), {f"question_{number}": State() for number in range(work.QUESTIONS)})
STATES: list[State] = [getattr(Asking, f"question_{number}") for number in range(work.QUESTIONS)]


class NoSocket(AiohttpSession):
    """Builds every request and decodes every answer; remembers the last keyboard, so that its buttons can be pressed."""

    keyboards: dict[int, list[list[dict[str, str]]]] = {}

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        self.build_form_data(bot, method)
        markup = getattr(method, "reply_markup", None)
        if markup is not None and getattr(method, "chat_id", None) is not None:
            rows = markup.inline_keyboard
            self.keyboards[method.chat_id] = [
                [{"text": key.text, "callback_data": key.callback_data} for key in row] for row in rows
            ]
        if method.__api_method__ in ("answerCallbackQuery", "deleteMessage"):
            return self.check_response(bot, method, 200, work.TRUE.decode()).result
        return self.check_response(bot, method, 200, work.SENT.decode()).result


def window(number: int) -> Window:
    async def chosen(press: CallbackQuery, button: Button, manager: DialogManager) -> None:
        manager.dialog_data[f"question_{number}"] = str(button.widget_id)
        await manager.next()

    async def typed(message: Message, widget: MessageInput, manager: DialogManager) -> None:
        global finished
        manager.dialog_data["last"] = message.text
        finished += len(manager.dialog_data) == work.QUESTIONS
        await manager.done()

    if number == work.PRESSES:
        return Window(Const(work.question(number)), MessageInput(typed), state=STATES[number])
    buttons = [
        Button(Const(label), id=word, on_click=chosen) for label, word in zip(work.LABELS, work.CHOICES, strict=True)
    ]
    return Window(Const(work.question(number)), Column(*buttons), state=STATES[number])


async def run(count: int) -> None:
    bot = Bot(work.TOKEN, session=NoSocket())
    dispatcher = Dispatcher(storage=MemoryStorage())

    @dispatcher.message(CommandStart())
    async def start(message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(STATES[0], mode=StartMode.RESET_STACK)

    dispatcher.include_router(Dialog(*(window(number) for number in range(work.QUESTIONS))))
    setup_dialogs(dispatcher)
    watch = work.Watch()
    number = 0
    for step in range(work.STEPS):
        batch = []
        for chat in work.chats(count):
            number += 1
            if step in (0, work.STEPS - 1):
                batch.append(work.said(chat, step, "/start" if step == 0 else "ANA 1:320", number))
                continue
            keys = NoSocket.keyboards[chat]
            data = keys[(chat + step) % len(keys)][0]["callback_data"]
            batch.append(work.pressed(chat, step, data, number, keys))
        with watch.running():
            for raw in batch:
                await dispatcher.feed_update(bot, Update.model_validate(json.loads(raw), context={"bot": bot}))
    assert finished == count, f"{finished} of {count} finished"
    work.report("aiogram-dialog", count * work.STEPS, watch)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
