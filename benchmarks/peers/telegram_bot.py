"""python-telegram-bot as its documentation shows it: a ConversationHandler, a state a question. Nothing is stored."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest

sys.path.insert(0, str(Path(__file__).parent.parent))
import workload as work

ME = json.dumps({"ok": True, "result": work.BOT}).encode()
Context = ContextTypes.DEFAULT_TYPE
finished = 0


class NoSocket(BaseRequest):
    """Builds every request's body as the library does; the answer is decoded by the library; nothing is sent."""

    read_timeout = None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, method: str, request_data: Any = None, **_: Any) -> tuple[int, bytes]:
        if request_data is not None:
            _ = request_data.json_parameters
        if url.endswith("/getMe"):
            return 200, ME
        return 200, work.TRUE if url.endswith("/answerCallbackQuery") else work.SENT


def markup(number: int) -> InlineKeyboardMarkup | None:
    if number >= work.PRESSES:
        return None
    rows = [
        [InlineKeyboardButton(key["text"], callback_data=key["callback_data"]) for key in row]
        for row in work.keyboard(number)
    ]
    return InlineKeyboardMarkup(rows)


async def start(update: Update, context: Context) -> int:
    assert update.message is not None
    assert context.user_data is not None
    context.user_data.clear()
    await update.message.reply_text(work.question(0), reply_markup=markup(0))
    return 0


def answered(number: int) -> Any:
    async def take(update: Update, context: Context) -> int:
        press = update.callback_query
        assert press is not None
        assert context.user_data is not None
        context.user_data[f"question_{number}"] = (press.data or "").split(":")[2]
        await press.answer()
        await press.edit_message_text(work.question(number + 1), reply_markup=markup(number + 1))
        return number + 1

    return take


async def last(update: Update, context: Context) -> int:
    global finished
    assert update.message is not None
    assert context.user_data is not None
    context.user_data["last"] = update.message.text
    finished += len(context.user_data) == work.QUESTIONS
    await update.message.reply_text(work.DONE)
    return int(ConversationHandler.END)


def application() -> Any:
    states: dict[object, list[Any]] = {
        number: [CallbackQueryHandler(answered(number), pattern=f"^q:{number}:")] for number in range(work.PRESSES)
    }
    states[work.PRESSES] = [MessageHandler(filters.TEXT & ~filters.COMMAND, last)]
    made = Application.builder().token(work.TOKEN).request(NoSocket()).get_updates_request(NoSocket()).build()
    made.add_handler(ConversationHandler([CommandHandler("start", start)], states, [], per_message=False))
    return made


async def run(count: int) -> None:
    bot = application()
    await bot.initialize()
    watch = work.Watch()
    for batch in work.updates(count):
        with watch.running():
            for raw in batch:
                await bot.process_update(Update.de_json(json.loads(raw), bot.bot))
    assert finished == count, f"{finished} of {count} finished"
    work.report("python-telegram-bot", count * work.STEPS, watch)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
