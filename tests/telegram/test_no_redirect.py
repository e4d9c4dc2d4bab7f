"""Nothing of ours follows a redirect of the Telegram server: the address holds the token."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError

from bot.channels.telegram_session import StayingSession
from tests.house.test_asvs import Elsewhere


async def test_the_bot_follows_no_redirect() -> None:
    async with Elsewhere() as server:
        session = StayingSession(api=TelegramAPIServer.from_base(f"http://127.0.0.1:{server.port}"))
        bot = Bot("123456789:AAabcdefghijklmnopqrstuvwxyz", session)
        try:
            with pytest.raises(TelegramNetworkError) as caught:
                await bot.get_me()
        finally:
            await session.close()
    assert server.first.is_set()
    assert server.followed == 0
    assert "AAabc" not in str(caught.value)
