"""The whole program with a family on Telegram: what stands on the screen, and what does not stay there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import outbox
from bot.app import App
from bot.pace import Pace
from bot.settings import Settings
from tests.fake_telegram import Chat, FakeTelegram, Message
from tests.faults.families import Family, families

from .serving import NO_LIMITS


@pytest.fixture
async def app(telegram: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    monkeypatch.setattr(outbox, "Pace", lambda: Pace(1e6, 1e6))
    settings = Settings(
        _env_file=None,
        bot_token=SecretStr(telegram.token),
        telegram_api_base=telegram.url,
        data=tmp_path,
        port=0,
        **NO_LIMITS,
    )
    app = App(settings)
    running = asyncio.create_task(app.run())
    yield app
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def goes_on(telegram: FakeTelegram, family: Family, until: Callable[[], Any]) -> Any:
    """Let the family answer card after card until something is so; gives that."""

    def there() -> Any:
        if found := until():
            return found
        family.act()
        return until()

    return await telegram.until(there, 30)


def card_that_says(family: Family, words: str) -> Message | None:
    return next((one for one in reversed(family.person.heard) if words in (one.text or "")), None)


def folded(family: Family) -> Message | None:
    return next((one for one in family.person.heard if "Open" in one.buttons), None)


@pytest.fixture
def family(telegram: FakeTelegram) -> Family:
    [family] = families(telegram, 1, random.Random(7))
    return family


async def test_a_whole_interview_ends_with_a_reference_number(
    app: App, telegram: FakeTelegram, family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await goes_on(telegram, family, lambda: family.done)
    [lead] = await app.store.leads()
    assert lead.code in (family.person.heard[-1].text or "")
    live = [one for one in family.person.heard if one.keyboard and "Open" not in one.buttons]
    assert live == [family.person.heard[-1]], "one live card"
    said = "\n".join(one.text or "" for one in family.person.heard)
    assert "Part 1 of 5" not in said, "settled cards keep the question and the answer, nothing else"
    assert "Telegram" in said, "what was agreed to stays there to be read again"
    for secret in (family.name, "138 0013 8000", telegram.token, "138 0013"):
        assert secret not in caplog.text


async def test_a_private_answer_is_folded_and_opens_by_a_tap(app: App, telegram: FakeTelegram, family: Family) -> None:
    card: Message = await goes_on(telegram, family, lambda: folded(family))
    assert "private" in (card.text or "")
    shown = await family.person.answered(family.person.taps("Open", message=card))
    tap = list(telegram.world.taps.values())[-1]
    assert shown
    assert shown not in (card.text or "")
    assert tap.alert, "in a window of its own, until it is closed"
    assert "Open" in card.buttons, "it can be opened again"


def page_on_screen(family: Family, _: Chat) -> Message | None:
    card = family.card
    closes = card and any(key.get("callback_data", "").endswith(":close") for row in card.keyboard or [] for key in row)
    return card if closes else None


async def test_the_menu_and_the_pages_work_in_the_middle_of_a_question(
    app: App, telegram: FakeTelegram, family: Family
) -> None:
    question = await goes_on(telegram, family, lambda: card_that_says(family, "date of birth"))
    for command in ("help", "about", "privacy", "status"):
        family.person.says(f"/{command}")
        page = await family.person.until(partial(page_on_screen, family))
        assert not page.protected
        family.person.presses(
            page,
            next(b["callback_data"] for row in page.keyboard for b in row if b["callback_data"].endswith(":close")),
        )
        await telegram.until(
            lambda: "date of birth" in (family.person.heard[-1].text or "") and family.person.heard[-1].keyboard
        )
    assert question.keyboard is None
    assert len([one for one in family.person.heard if one.keyboard]) == 1


async def test_questions_about_the_study_are_answered_in_the_place_of_the_card(
    app: App, telegram: FakeTelegram, family: Family
) -> None:
    question = await goes_on(telegram, family, lambda: card_that_says(family, "date of birth"))
    family.person.taps("Questions?")
    page = await family.person.sees_button("Any placebo?")
    assert page is question
    assert page.protected
    family.person.taps("Who pays?")
    await telegram.until(lambda: "says nothing about costs" in (question.text or ""))
    family.person.taps("Back to where I was")
    await telegram.until(lambda: "date of birth" in (question.text or ""))
    family.person.says("is there a placebo")
    await telegram.until(lambda: "dummy medicine" in (family.person.heard[-1].text or ""))
    assert "date of birth" in (family.person.heard[-1].text or "")
    assert len([one for one in family.person.heard if one.keyboard]) == 1
