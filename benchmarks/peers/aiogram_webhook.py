"""aiogram behind its own webhook server (aiohttp): `python aiogram_webhook.py PORT API_PORT`. Nothing is stored.

The tuned bot of aiogram_idiom.py. An update is answered when it has been handled and its replies were sent.
"""

from __future__ import annotations

import gc
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiogram_idiom import tuned, work
from aiohttp import web


def serve(port: int, api: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(f"http://127.0.0.1:{api}"), limit=200)
    bot, dispatcher = Bot(work.TOKEN, session=session), tuned()
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, path="/telegram/webhook")
    setup_application(app, dispatcher, bot=bot)
    gc.collect()
    gc.freeze()
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
