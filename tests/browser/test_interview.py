"""The whole conversation in a real browser without JavaScript, with the real engine and store behind it."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.app import App
from bot.settings import Settings
from tests.browser.parent import Parent
from tests.browser.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Clinic:
    app: App
    url: str
    browser: Browser

    async def parent(self, language: str) -> Parent:
        context = await self.browser.new_context(
            viewport={"width": 320, "height": 640}, java_script_enabled=False, locale=language
        )
        return Parent(await context.new_page())

    async def session(self, parent: Parent) -> str:
        cookies = await parent.page.context.cookies()
        return next(cookie["value"] for cookie in cookies if cookie["name"] == "talk")


# As far as a question: otherwise "none of these", "no" or "not sure".
SHORTEST = {"language": "language:zh_Hans", "permission": "agree", "respondent": "choose:parent"}


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(chromium: Browser, tmp_path: Path) -> AsyncIterator[Clinic]:
    app = App(Settings(_env_file=None, data=tmp_path, public_url="http://study.example"))
    server, task, url = await serve(app.web())
    yield Clinic(app, url, chromium)
    for context in chromium.contexts:
        await context.close()
    server.should_exit = True
    await task
    await app.store.close()


async def asked_at(clinic: Clinic, card: str) -> Parent:
    """A parent in Chinese, come to this question by the shortest way."""
    parent = await clinic.parent("zh-CN")
    await parent.page.goto(clinic.url)
    await parent.go_on(card, SHORTEST)
    return parent


async def test_a_chinese_family_from_the_poster_to_the_queue(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    parent = await clinic.parent("zh-CN")
    await parent.page.goto(f"{clinic.url}/?from=ward7")
    assert await parent.card() == "language"
    assert await parent.press("language:zh_Hans") == "permission"

    # What may be looked at before anything is agreed to.
    for page in ("about", "privacy", "mydata"):
        assert await parent.press(page) == page
        assert await parent.press("close") == "permission"
    assert await parent.press("person") == "person"
    assert await parent.press("resume") == "permission"
    assert await parent.press("agree") == "respondent"

    # Why, Skip, Not sure, Back; a reply that cannot be read; another language in the middle.
    before = await parent.heading()
    assert await parent.press("why") == "respondent"
    assert await parent.notes() != ""
    assert await parent.press("choose:parent") == "birth_date"
    assert await parent.press("back") == "respondent"
    assert await parent.heading() == before
    assert await parent.page.locator("[aria-pressed=true]").get_attribute("value") == "choose:parent"
    assert await parent.press("choose:parent") == "birth_date"
    assert await parent.type("很小的时候") == "birth_date"
    assert await parent.notes() != ""
    assert await parent.page.input_value("#text") == "很小的时候"
    chinese = await parent.heading()
    assert await parent.press("en") == "birth_date"
    assert await parent.heading() != chinese
    assert await parent.page.input_value("#text") == "很小的时候"
    assert await parent.press("zh_Hans") == "birth_date"
    assert await parent.type("2014年5月") == "sex"
    assert "2014年5月" in await parent.notes()

    await parent.go_on(
        "medicines", {"sex": "choose:male", "diagnosis": "choose:sle", "antibodies": ("tick:ana", "done")}
    )
    # Ticked, typed and finished in one go: nothing of it is lost.
    await parent.tick("pick:hydroxychloroquine")
    await parent.write("骁悉")
    assert await parent.press("done") == "medicines_complete"
    assert await parent.press("back") == "medicines"
    rows = await parent.page.locator("dl.review").inner_text()
    assert "羟氯喹" in rows
    assert "骁悉" in rows
    assert await parent.press("done") == "medicines_complete"

    plan = {"medicines_complete": "choose:complete", "response": "choose:inadequate", "use": "choose:stable"}
    await parent.go_on("symptoms", plan)
    assert await parent.press("done") == "symptoms"  # nothing ticked yet
    assert await parent.notes() != ""
    await parent.tick("tick:rash", "tick:joints")
    assert await parent.press("done") == "sledai"
    assert await parent.press("skip") == "cns_event"
    await parent.go_on("organs", {})
    await parent.tick("tick:congenital")
    assert await parent.press("only") == "heart_defect"
    assert await parent.press("choose:repaired") == "infection"

    # A private answer leaves the screen with its card.
    await parent.go_on("hepatitis_b", {})
    answer = await parent.page.locator("button[value='choose:surface_antibody_only']").inner_text()
    assert await parent.press("choose:surface_antibody_only") == "viruses"
    assert answer not in await parent.page.content()
    await parent.go_on("review", {})
    assert answer not in await parent.page.content()
    assert await parent.press("reveal:hepatitis_b") == "review"
    opened = parent.page.locator(".review .row:target")
    assert await opened.locator("button").get_attribute("value") == "change:hepatitis_b", "it comes back to that line"
    assert answer in await parent.words()
    assert await parent.press("change:hepatitis_b") == "hepatitis_b"
    assert await parent.page.locator("[aria-pressed=true]").count() == 0
    assert await parent.press("back") == "review"
    assert await parent.press("change:symptoms") == "symptoms"
    assert await parent.page.locator("input:checked").count() == 2
    await parent.page.locator("input[value='tick:joints']").uncheck()
    assert await parent.press("done") == "review"
    await parent.page.go_back()
    assert await parent.card() == "review"
    assert await parent.press("confirm") == "result"

    assert await parent.press("change_answers") == "review"
    assert await parent.press("confirm") == "result"
    contact: dict[str, str | tuple[str, ...]] = {
        "result": "want_contact",
        "handover": "agree",
        "contact_name": ("=王女士",),
        "contact_way": "way:phone",
        "contact_value": ("=13800138000",),
        "contact_time": "time:evening",
    }
    await parent.go_on("contact_city", contact)
    await parent.write("宁波")
    assert await parent.press("travel:yes") == "contact_child"
    assert await parent.press("child:yes") == "contact_papers"
    await parent.tick("tick:discharge_summary")
    assert await parent.press("done") == "contact_check"
    check = await parent.words()
    assert all(word in check for word in ("王女士", "宁波", "138"))
    assert await parent.press("send") == "done"

    (lead,) = await clinic.app.store.leads()
    assert lead.code in await parent.words()
    assert lead.language == "zh_Hans"
    assert await parent.press("status") == "status"
    assert lead.code in await parent.words()
    await parent.page.reload()
    assert len(await clinic.app.store.leads()) == 1

    # What a browser's history and our log hold: no answer, no name, no token.
    assert all(re.fullmatch(rf"{clinic.url}/(card/\d+(#row-\d+)?)?", address) for address in parent.addresses)
    assert all(
        re.fullmatch(r"(第\d部分，共\d部分 – |Part \d of \d – )?(研究问卷|Study questions)", title)
        for title in parent.titles
    )
    session = await clinic.session(parent)
    assert not any(word in caplog.text for word in ("王女士", "13800138000", "宁波", "surface_antibody", session))


async def test_an_english_family_that_is_sure_of_nothing_pauses_and_leaves(clinic: Clinic) -> None:
    parent = await clinic.parent("en-GB")
    await parent.page.goto(clinic.url)
    plan = {"language": "language:en", "permission": "agree", "respondent": "choose:parent", "sex": "choose:female"}
    await parent.go_on("diagnosis", plan)
    assert await parent.type("she says she wants to die") == "urgent"
    alert = parent.page.get_by_role("alert")
    assert "<" not in await alert.inner_text()
    numbers = {await link.get_attribute("href") for link in await alert.get_by_role("link").all()}
    assert numbers >= {"tel:120", "tel:110", "tel:12356"}
    await parent.page.reload()
    assert await parent.card() == "urgent"
    assert await parent.press("resume") == "diagnosis"
    await parent.go_on("review", {"diagnosis": "unsure"})
    assert await parent.press("confirm") == "result"
    assert await parent.press("no_contact") == "done"
    assert await clinic.app.store.leads() == []

    # Another way in: the same cookie days later, at the same card.
    again = await parent.page.context.new_page()
    await again.goto(clinic.url)
    assert await Parent(again).card() == "done"

    assert await parent.press("mydata") == "mydata"
    assert await parent.press("delete_all") == "delete"
    assert await parent.press("delete_no") == "done", "nobody wanted to stop"
    assert await parent.press("mydata") == "mydata"
    assert await parent.press("delete_all") == "delete"
    assert await parent.press("delete_yes") == "erased"
    assert await clinic.app.store.load("browser", await clinic.session(parent)) is None
    assert await parent.press("hello") == "language"
    assert await parent.notes() == ""


async def test_whoever_asks_for_a_person_in_words_finds_the_boxes_as_they_were(clinic: Clinic) -> None:
    parent = await asked_at(clinic, "symptoms")
    await parent.tick("tick:rash")
    assert await parent.type("找人工") == "person"
    assert await parent.press("resume") == "symptoms"
    assert await parent.page.locator("input:checked").count() == 1


async def test_a_form_sent_twice_brings_no_private_tick_back_to_the_screen(clinic: Clinic) -> None:
    parent = await asked_at(clinic, "viruses")
    await parent.tick("tick:hiv")
    said = await parent.page.evaluate("new URLSearchParams(new FormData(document.getElementById('said'))).toString()")
    assert await parent.press("only") == "hiv"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    await parent.page.request.post(f"{clinic.url}/answer", data=f"{said}&button=only", headers=kind)
    await parent.page.reload()
    assert await parent.press("back") == "viruses"
    assert await parent.page.locator("input:checked").count() == 0


@pytest.mark.parametrize("leaving", ["delete", "restart"])
async def test_ticks_do_not_outlive_a_deletion_or_a_new_beginning(clinic: Clinic, leaving: str) -> None:
    parent = await asked_at(clinic, "symptoms")
    await parent.tick("tick:rash")
    if leaving == "delete":
        assert await parent.type("删除我的资料") == "delete"
        assert await parent.press("delete_yes") == "erased"
        assert await parent.press("hello") == "language"
    else:
        assert await parent.type("/restart") == "restart"
        await parent.press("restart:yes")
    await parent.go_on("symptoms", SHORTEST)
    assert await parent.page.locator("input:checked").count() == 0


async def test_a_refusal_asks_nothing_and_can_be_thought_over(clinic: Clinic) -> None:
    parent = await clinic.parent("zh-CN")
    await parent.page.goto(clinic.url)
    assert await parent.press("language:zh_Hans") == "permission"
    assert await parent.press("refuse") == "declined"
    assert await parent.press("reconsider") == "permission"


async def test_a_private_link_goes_on_in_another_browser_at_the_same_card(clinic: Clinic) -> None:
    first = await clinic.parent("zh-CN")
    await first.page.goto(clinic.url)
    plan = {
        "language": "language:zh_Hans",
        "permission": "agree",
        "respondent": "choose:parent",
        "birth_date": "unsure",
    }
    await first.go_on("sex", plan)
    assert await first.press("later") == "later"
    assert await first.press("link") == "later"
    shown = re.search(r"http://study\.example/r/(\S+)", await first.notes())
    assert shown is not None
    token = shown[1]
    await first.page.reload()
    assert token not in await first.page.content()
    assert await first.press("close") == "sex"
    second = await clinic.parent("en")
    await second.page.goto(f"{clinic.url}/r/{token}")
    async with second.page.expect_navigation():
        await second.page.locator("main button").click()
    assert second.page.url == f"{clinic.url}/"
    assert await second.card() == "sex"
    assert await second.press("choose:female") == "diagnosis"
    third = await clinic.parent("en")
    await third.page.goto(f"{clinic.url}/r/{token}")
    async with third.page.expect_navigation():
        await third.page.locator("main button").click()
    assert await third.card() == ""
    assert token not in await third.page.content()


async def test_what_a_family_asks_is_answered_and_nothing_is_lost(clinic: Clinic) -> None:
    parent = await clinic.parent("zh-CN")
    await parent.page.goto(clinic.url)
    first = {"language": "language:zh_Hans", "permission": "agree", "respondent": "choose:parent"}
    await parent.go_on(
        "antibodies", {**first, "birth_date": ("=2014-05",), "sex": "choose:male", "diagnosis": "choose:sle"}
    )
    await parent.tick("tick:ana")
    assert await parent.press("questions") == "questions"
    assert await parent.press("ask:pays") == "question"
    assert "公开登记里没有写" in await parent.words()
    assert await parent.press("list") == "questions"
    assert "费用谁来出？" in await parent.words()
    assert await parent.press("other") == "questions_other"
    assert await parent.type("能带奶奶去吗？") == "questions_other"
    assert "能带奶奶去吗？" in await parent.notes()
    assert await parent.page.input_value("#text") == ""
    assert await parent.press("close") == "antibodies"
    assert await parent.type("有安慰剂吗？") == "antibodies"
    assert "没有提到安慰剂" in await parent.notes()
    assert await parent.page.locator("#text").input_value() == ""
    assert await parent.page.locator("input:checked").count() == 1
