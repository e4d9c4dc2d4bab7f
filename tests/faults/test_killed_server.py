"""The program as an operator starts it dies at its first work; deaths in the middle of interviews are the campaign `kills`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.fake_telegram import FakeTelegram

from .conftest import WAIT


async def test_the_command_takes_updates_at_once_and_loses_none(tmp_path: Path) -> None:
    """As an operator starts it: killed before aiogram is even imported, with the first message just taken."""
    async with FakeTelegram() as telegram:
        environment = os.environ | {
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE": telegram.url,
            "BRASLE_DATA": str(tmp_path),
        }
        parent = telegram.person("Li", "zh-hans")
        parent.starts()
        for attempt in range(2):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--port", "0", "--no-browser", cwd=tmp_path, env=environment
            )
            try:
                await telegram.until(lambda: len(telegram.world.queue) == 0, WAIT)
                if attempt == 0:
                    parent.says("second")
                    continue
                await parent.sees_button("English", WAIT)
            finally:
                process.kill()
                await process.wait()
