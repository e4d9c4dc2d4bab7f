"""The coordinators' group: cards with code, hours and link only; presses that count once and for the right person."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import outbox
from bot.app import App
from bot.coordinator import telegram_group
from bot.pace import Pace
from bot.settings import Settings
from bot.store.audit import Wanted
from bot.store.errors import StoreError
from bot.store.group_cards import Action, Press
from tests.coordinator.site import PASSWORD
from tests.coordinator.work.families import hands_over
from tests.fake_telegram import FakeTelegram
from tests.faults.families import families

from .group_site import CALLED, CLAIM, NOT_REACHABLE, PUBLIC, GroupSite, group_site
from .serving import NO_LIMITS


@pytest.fixture
async def ward(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[GroupSite]:
    async with group_site(telegram, tmp_path / "data") as ward:
        yield ward


# What stands there


async def test_a_card_holds_code_hours_and_link_and_nothing_else(ward: GroupSite) -> None:
    contact = {"name": "CANARY-Lin", "value": "+8613912345678", "city": "CANARY-city"}
    code = await ward.family(contact=contact, tier="likely", score=42)
    card = await ward.card(code)
    assert card.text == f"{code}\n等待首次联系：不到 1 个工作小时。\n在工作台打开：{PUBLIC}/coordinator/leads/{code}"
    assert card.buttons == [CLAIM]
    ward.site.clock.pass_by(hours=3)
    ward.part.wake()
    card = await ward.card(code, "已过工作小时数：3。")
    calls = [call.given for name in ("sendMessage", "editMessageText") for call in ward.telegram.made(name)]
    assert len(calls) == 2
    sent = "".join(given.text("text") + given.text("reply_markup") for given in calls)
    assert sent.count(code) == 4, "in the first line and in the link, nowhere else"
    for private in ("CANARY", "1391234", "泼尼松", "prednisone", "likely", "lupus"):
        assert private not in sent
    for row in card.keyboard or []:
        for key in row:
            assert len(key["callback_data"].encode()) <= 64
            assert code not in key["callback_data"]


async def test_safety_stands_out_without_a_reason_and_comes_again_until_claimed(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    code = await ward.family(safety=True)
    first = await ward.card(code, "请尽快联系。")
    ward.site.clock.pass_by(minutes=31)
    ward.part.wake()
    again = await ward.telegram.until(lambda: next((one for one in ward.group.heard if one is not first), None))
    assert first not in ward.group.chat.messages, "one card a lead"
    assert await ward.press(li.person, CLAIM, again) == f"{code} 已由您认领。"
    ward.site.clock.pass_by(hours=5)
    await ward.card(code, "Li 已认领。")
    ward.part.wake()
    await ward.all_is_sent()
    assert ward.group.heard == [again]


async def test_many_who_wait_share_one_card_and_move_up(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    codes = [await hands_over(ward.store) for _ in range(9)]
    urgent = await hands_over(ward.store, safety=True)
    ward.part.wake()
    rest = await ward.telegram.until(
        lambda: next((one for one in ward.group.heard if "另有等待联系的：3" in (one.text or "")), None)
    )
    await ward.all_is_sent()
    assert len(ward.group.heard) == 8, "six, the urgent one, and the rest"
    await ward.card(urgent)
    assert rest.buttons == []
    own = [code for code in codes if code not in (rest.text or "")]
    await ward.press(li.person, CLAIM, await ward.card(own[0]))
    await ward.telegram.until(lambda: "另有等待联系的：2" in (rest.text or ""))
    await ward.all_is_sent()
    assert len(ward.group.heard) == 9


async def test_a_claim_in_the_console_a_closing_and_a_withdrawal_change_the_card(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    by = f"account:{li.account.id}"
    code = await ward.family()
    console = await asyncio.to_thread(ward.site.signed_in, li.account)
    answer = await asyncio.to_thread(console.post, f"/coordinator/leads/{code}/claim")
    assert answer.status_code == 303
    ward.part.wake()
    card = await ward.card(code, "Li 已认领。")
    assert card.buttons == [CALLED, NOT_REACHABLE]
    await ward.store.desk.release(code, by)
    ward.part.wake()
    await ward.card(code, "等待首次联系")
    await ward.store.desk.claim(code, by)
    await ward.store.desk.close(code, "declined", "", by)
    ward.part.wake()
    card = await ward.card(code, "这里无需再处理。")
    assert card.buttons == []
    assert len(ward.group.heard) == 1, "in place"
    await ward.all_is_sent()
    await ward.store.set_lead_status(code, "withdrawn", "test")
    await ward.store.set_lead_status(code, "new", "test")
    ward.part.wake()
    again = await ward.card(code, "等待首次联系")
    assert again is not card, "somebody who comes back is news"


async def test_an_erased_familys_card_is_taken_down(ward: GroupSite) -> None:
    code = await ward.family()
    lead = await ward.store.lead(code)
    assert lead is not None
    assert lead.person is not None
    await ward.store.erase(lead.person)
    ward.part.wake()
    card = await ward.card(code, "这里无需再处理。")
    assert card.buttons == []


async def test_the_limit_is_kept_and_neither_danger_nor_a_press_waits_behind_the_rest(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    async with group_site(telegram, tmp_path / "data", Pace(chat=4, burst=1)) as ward:
        li = await ward.colleague("Li")
        code = await ward.family()
        for _ in range(5):
            await hands_over(ward.store)
        urgent = await hands_over(ward.store, safety=True)
        ward.part.wake()
        await ward.press(li.person, CLAIM, await ward.card(code))
        await ward.card(code, "Li 已认领。")
        await ward.card(urgent)
        assert len(ward.group.heard) < 7, "the rest is still on its way"
        await ward.telegram.until(lambda: len(ward.group.heard) == 7)
        sent = [call.at for name in ("sendMessage", "editMessageText") for call in telegram.made(name, 200)]
        assert len(sent) == 8, "what is said already is not said again"
        assert max(sent) - min(sent) > 1.2


# Presses


async def test_two_who_press_at_once_the_second_learns_who_has_it(ward: GroupSite) -> None:
    li, wang = await ward.colleague("Li"), await ward.colleague("Wang", "pi")
    code = await ward.family()
    card = await ward.card(code)
    taps = [one.person.taps(CLAIM, in_chat=ward.group.chat, message=card) for one in (li, wang)]
    said = {await one.person.answered(tap) for one, tap in zip((li, wang), taps, strict=True)}
    assert f"{code} 已由您认领。" in said
    assert said & {"Li 已认领。", "Wang 已认领。"}
    status, holder, _ = await ward.work(code)
    assert (status, holder) in {("claimed", f"account:{one.account.id}") for one in (li, wang)}
    entries = await ward.store.trail.entries(Wanted(subject=code, action="lead.claim"))
    assert [one.who for one in entries] == [holder]


async def test_a_call_is_noted_once_however_often_it_is_pressed(ward: GroupSite) -> None:
    li, wang = await ward.colleague("Li"), await ward.colleague("Wang")
    code = await ward.family()
    await ward.press(li.person, CLAIM, await ward.card(code))
    card = await ward.card(code, "Li 已认领。")
    assert await ward.press(wang.person, NOT_REACHABLE, card) == "Li 已认领。"
    taps = [li.person.taps(NOT_REACHABLE, in_chat=ward.group.chat, message=card) for _ in range(3)]
    assert [await li.person.answered(tap) for tap in taps] == ["已记录：未联系上。", *["卡片已更新，请再看一下。"] * 2]
    card = await ward.card(code, "Li 未联系上。已拨打次数：1。")
    assert await ward.work(code) == ("contacting", f"account:{li.account.id}", 1)
    assert await ward.press(li.person, CALLED, card) == "已记录：已联系上。"
    card = await ward.card(code, "Li 已联系上。")
    assert card.buttons == []
    file = await ward.store.desk.open(code, "command:test")
    assert file is not None
    assert [one.outcome for one in file.attempts] == ["no_answer", "reached"]


async def test_the_same_press_served_twice_counts_once(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    code = await ward.family()
    by = f"account:{li.account.id}"
    await ward.store.desk.claim(code, by)
    ward.part.wake()
    card = await ward.card(code, "Li 已认领。")
    tap = li.person.taps(NOT_REACHABLE, in_chat=ward.group.chat, message=card)
    data = next(key["callback_data"] for row in card.keyboard or [] for key in row if key["text"] == NOT_REACHABLE)
    await li.person.answered(tap)
    _, token, revision, action = data.split(":")
    room = ward.store.telegram_group
    press = Press(tap.id, li.person.account.id, token, revision, Action(action))
    assert await room.press(press, lambda role, action: True, 0) is None
    assert (await ward.work(code))[2] == 1


async def test_whoever_may_not_press_is_told_so_and_nothing_changes(ward: GroupSite) -> None:
    stranger = ward.telegram.person("Stranger")
    auditor = await ward.colleague("Audit", "auditor")
    administrator = await ward.colleague("Office", "administrator")
    gone, again = await ward.colleague("Gone"), await ward.colleague("Again")
    locked = await ward.colleague("Locked")
    code = await ward.family()
    await ward.store.staff.disable(gone.account.id, "command:test")
    await ward.store.staff.reset(again.account.id, ward.site.clock.pass_by(minutes=1), "command:test")
    for _ in range(5):
        await ward.store.staff.attempt("Locked", None)
    card = await ward.card(code)
    heads_before = await ward.store.trail.entries(Wanted(subject=code))
    for person, said in (
        (stranger, "您的 Telegram 未与账号关联"),
        (auditor.person, "您的角色没有这项权限"),
        (administrator.person, "您的角色没有这项权限"),
        (gone.person, "您的账号目前不可用"),
        (again.person, "您的 Telegram 未与账号关联"),
        (locked.person, "您的账号目前不可用"),
    ):
        assert said in await ward.press(person, CLAIM, card)
    assert await ward.work(code) == ("new", "", 0)
    assert await ward.store.trail.entries(Wanted(subject=code)) == heads_before


async def test_an_unlinked_colleague_presses_no_more(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    code = await ward.family()
    assert await ward.store.telegram_group.unlink(li.account.id, "command:test")
    assert "未与账号关联" in await ward.press(li.person, CLAIM, await ward.card(code))
    assert await ward.work(code) == ("new", "", 0)


async def test_presses_from_elsewhere_anonymous_forged_and_stale_ones_do_nothing(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    code = await ward.family()
    card = await ward.card(code)
    [[key]] = card.keyboard or [[]]
    data = key["callback_data"]
    other = ward.telegram.group("Other", [li.person])
    other.adds_bot(li.person)
    for chat in (other.chat, li.person.chat):
        assert await ward.forge(li.person, card, data, chat) == "只能在协调员群里操作。"
    anonymous = ward.telegram.person("Group")
    anonymous.account.id, anonymous.account.is_bot = 1087968824, True
    assert "匿名管理员" in await ward.forge(anonymous, card, data)
    _, token, revision, _ = data.split(":")
    for forged in (
        f"lead:{code}:{revision}:claim",
        f"lead:{token}:{revision}:close",
        f"lead:{'x' * 12}:{revision}:claim",
        "lead:",
        f"lead:{token}:{revision}:claim:more",
        "7:agree",
        "\ud83d",
        "x" * 64,
    ):
        assert await ward.forge(li.person, card, forged) == "无法识别这个按钮。", forged
    for stale in (f"lead:{token}:{'0' * 10}:claim", f"lead:{token}:{revision[:-1]}:called", f"lead:{token}::claim"):
        assert await ward.forge(li.person, card, stale) == "卡片已更新，请再看一下。"
    assert await ward.forge(li.person, card, f"lead:{token}:{revision}:called") == "请先认领。"
    assert await ward.work(code) == ("new", "", 0)
    assert not await ward.store.quarantined()


# The roster


async def test_a_code_of_the_account_page_links_once(ward: GroupSite) -> None:
    li, wang = await ward.colleague("Li", linked=False), await ward.colleague("Wang", linked=False)
    console = await asyncio.to_thread(ward.site.signed_in, li.account)

    def shown() -> str:
        fields = {"password_for_telegram": PASSWORD, "code": li.account.code(ward.site.clock.now)}
        refused = console.post("/coordinator/account/telegram", fields | {"password_for_telegram": "wrong"})
        assert refused.status_code in (401, 403, 422)
        ward.site.clock.pass_by(minutes=2)
        fields["code"] = li.account.code(ward.site.clock.now)
        page = console.post("/coordinator/account/telegram", fields, follow=True)
        [code] = re.findall(r"<code>/link ([A-Z0-9]{10})</code>", page.text)
        assert code in console.get("/coordinator/account").text, "a page looked at again takes nothing away"
        assert code not in ward.site.signed_in(li.account).get("/coordinator/account").text, "in this session alone"
        return str(code)

    code = await asyncio.to_thread(shown)
    li.person.says("/link WRONGCODE1")
    await li.person.hears("这个代码无效")
    li.person.starts(f"link-{code}")
    await li.person.hears("账号 Li 关联")
    wang.person.says(f"/link {code}")
    await wang.person.hears("这个代码无效")
    assert code not in (await asyncio.to_thread(console.get, "/coordinator/account")).text, "used"
    assert await ward.store.load("telegram", str(li.person.account.id)) is None, "a colleague is no family"
    lead = await ward.family()
    assert await ward.press(li.person, CLAIM, await ward.card(lead)) == f"{lead} 已由您认领。"
    [entry] = await ward.store.trail.entries(Wanted(action="account.telegram"))
    assert str(li.person.account.id) not in repr(entry)


async def test_a_code_shown_in_the_group_or_too_old_links_nobody(ward: GroupSite) -> None:
    li = await ward.colleague("Li", linked=False)
    room = ward.store.telegram_group
    code = await room.new_code(li.account.id)
    li.person.says(f"/link {code}", in_chat=ward.group.chat)
    li.person.says(f"/link {code}")
    await li.person.hears("这个代码无效")
    code = await room.new_code(li.account.id)
    ward.site.clock.pass_by(minutes=16)
    assert not await room.use_code(code, 1, "", 0)
    assert await room.linked_since(li.account.id) is None
    assert ward.group.heard == [], "what is said in the group is answered by nothing"


async def test_one_telegram_user_is_one_account(ward: GroupSite) -> None:
    li, wang = await ward.colleague("Li"), await ward.colleague("Wang", linked=False)
    room = ward.store.telegram_group
    with pytest.raises(StoreError):
        await room.link(wang.account.id, li.person.account.id, "command:test")
    code = await room.new_code(wang.account.id)
    assert await room.use_code(code, li.person.account.id, "", 0)
    assert await room.all_linked() == {wang.account.id}


# The group itself


async def test_a_group_that_moved_is_followed(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    code = await ward.family()
    ward.group.becomes_supergroup()
    card = await ward.telegram.until(
        lambda: next((one for one in ward.group.heard if (one.text or "").startswith(code)), None)
    )
    assert await ward.press(li.person, CLAIM, card) == f"{code} 已由您认领。"


async def test_a_bot_that_was_put_out_says_so_and_goes_on_when_it_is_back(ward: GroupSite) -> None:
    li = await ward.colleague("Li")
    ward.group.kicks_bot(ward.admin)
    group = ward.site.settings.telegram_group
    assert group is not None

    async def trouble() -> str:
        return (await ward.store.telegram_group.standing(group)).trouble

    code = await hands_over(ward.store)
    ward.part.wake()
    await ward.telegram.until(lambda: ward.telegram.made("sendMessage", 403))
    assert await trouble()
    console = await asyncio.to_thread(ward.site.signed_in, li.account)
    page = (await asyncio.to_thread(console.get, "/coordinator/notices")).text
    assert "the bot is not in the group" in page or "kicked" in page
    await ward.store.desk.claim(code, f"account:{li.account.id}")
    second = await hands_over(ward.store)
    ward.group.adds_bot(ward.admin)
    ward.site.clock.pass_by(minutes=1)
    ward.part.wake()
    await ward.card(second)
    assert await trouble() == ""
    assert not any((one.text or "").startswith(code) for one in ward.group.heard), "claimed meanwhile: no news"


# The whole program


async def test_a_familys_card_appears_with_its_handing_over(
    telegram: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpaced = Pace(1e6, 1e6)
    monkeypatch.setattr(outbox, "Pace", lambda: unpaced)
    monkeypatch.setattr(telegram_group, "Pace", lambda **_: unpaced)
    admin = telegram.person("Admin")
    group = telegram.group("Coordinators", [admin])
    group.adds_bot(admin)
    settings = Settings(
        _env_file=None,
        bot_token=SecretStr(telegram.token),
        telegram_api_base=telegram.url,
        telegram_group=group.chat.id,
        data=tmp_path,
        port=0,
        **NO_LIMITS,
    )
    app = App(settings)
    running = asyncio.create_task(app.run())
    [family] = families(telegram, 1, random.Random(7))

    def card() -> object:
        family.act()
        return next((one for one in group.heard if "BR-" in (one.text or "")), None)

    await telegram.until(card, 30)
    [lead] = await app.store.leads()
    assert (group.heard[0].text or "").startswith(lead.code)
    said = "".join(
        call.given.text("text") for call in telegram.calls if call.given.text("chat_id") == str(group.chat.id)
    )
    assert lead.code in said
    assert family.name not in said
    assert "8000" not in said
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
