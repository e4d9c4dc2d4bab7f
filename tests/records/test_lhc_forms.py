"""The questionnaire in another's hands: LHC-Forms, in a real Chromium, shows the conversation's questions in its order.

`make lhc-forms` fetches that program once and runs this; without it, one visible line.
"""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from bot.flows.plan import relevant
from bot.records.fhir_bundle import Study, bundle
from bot.records.given_answers import WHOLE
from bot.records.study_form import StudyForm
from brasle_prescreen.registry import load_registered
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.coordinator.work.families import NOON, PROTOCOL, QUESTIONS, Told, girl
from tests.records.conftest import LHC_FORMS, NO_LHC_FORMS, stored, told

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not LHC_FORMS.is_dir() and os.environ.get("BRASLE_LHC_FORMS") != "1", reason=NO_LHC_FORMS),
    pytest.mark.skipif(CHROMIUM is None, reason="LHC-Forms SKIPPED: no Chromium found"),
]
NOW = "2026-11-22T10:00:00Z"
VERSION = "R4B"
PAGE = """<!doctype html><meta charset="utf-8"><title>x</title><div id="form"></div>
<script src="webcomponent/assets/lib/zone.min.js"></script><script src="webcomponent/lhc-forms.js"></script>
<script src="fhir/R4B/lformsFHIR.min.js"></script>"""
SHOW = """async ([questionnaire, answers, version]) => {
  const util = LForms.Util;
  document.getElementById('form').innerHTML = '';
  let form = util.convertFHIRQuestionnaireToLForms(questionnaire, version);
  if (answers) form = util.mergeFHIRDataIntoLForms(answers, form, version);
  await util.addFormToPage(form, 'form', {fhirVersion: version});
}"""
SHOWN = """() => [...document.querySelectorAll('#form lhc-item')].map(
  item => [item.id.slice(5), item.querySelector('.question')?.textContent])"""
GIVEN = "() => LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4B')"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(LHC_FORMS)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def page(address: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = await browser.new_page()
        wrong: list[str] = []
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        await opened.goto(address)
        yield opened
        await browser.close()
        assert wrong == []


def made(form: StudyForm, family: Told) -> tuple[dict[str, Any], dict[str, Any]]:
    study = Study(form, QUESTIONS, PROTOCOL, load_registered(), "open")
    found = {
        one["resource"]["resourceType"]: one["resource"] for one in bundle(study, [stored(family)], NOW, WHOLE)["entry"]
    }
    return found["Questionnaire"], found["QuestionnaireResponse"]


async def shown(page: Page, questionnaire: dict[str, Any], answers: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Questions on the page, top down: linkId without its place, and the words."""
    await page.evaluate(SHOW, [questionnaire, answers, VERSION])
    await page.wait_for_selector('[id="item-respondent/1"]')
    return [(id.partition("/")[0], words or "") for id, words in await page.evaluate(SHOWN)]


def cards(ids: list[str]) -> list[str]:
    """Cards alone, each once: without fields of a card and without what is asked of each medicine."""
    return [id for id in dict.fromkeys(ids) if id in QUESTIONS.by_id]


def asked(family: Told) -> list[str]:
    """What the conversation would ask this family."""
    interview = family.dialogue().interview
    return [id for id in relevant(interview, QUESTIONS, PROTOCOL.medicines, NOON.date()) if id in QUESTIONS.by_id]


def only_the_conversation_knows(form: StudyForm) -> set[str]:
    return {item.id for item in form.items if item.when.unsaid}


@pytest.mark.asyncio(loop_scope="session")
async def test_the_empty_form_asks_the_first_questions_in_order_and_in_the_same_words(
    page: Page, form: StudyForm
) -> None:
    questionnaire, _ = made(form, girl())
    there = await shown(page, questionnaire, None)
    expected = [id for id in asked(Told()) if id != "first_period"] + ["first_period"]
    assert sorted(cards([id for id, _ in there])) == sorted(expected)
    order = [card.id for card in QUESTIONS.card]
    assert cards([id for id, _ in there]) == sorted(expected, key=order.index)
    words = dict(there)
    for id in expected:
        assert words[id] == form.item(id).ask["en"]


CHOSEN = sorted(
    {(one.card, option) for card in QUESTIONS.card for one in card.asked_when if one.card for option in one.chosen}
)


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_answered_decides_what_is_asked_as_in_the_conversation(page: Page, form: StudyForm) -> None:
    may_be_more = only_the_conversation_knows(form)
    families = [told(), girl(), *(girl().tap(card, option) for card, option in CHOSEN), girl().tap("sex", "male")]
    families += [girl().tap("antibodies", "ana"), girl().tap("antibodies", "ana", "anti_sm")]
    for family in families:
        questionnaire, answers = made(form, family)
        there = cards([id for id, _ in await shown(page, questionnaire, answers)])
        expected = asked(family)
        # A card below one that is itself not asked has no answer above it to hang on.
        missing = [id for id in expected if id not in there]
        hanging = [
            id for id in missing if any(one.card and one.card not in expected for one in QUESTIONS.by_id[id].asked_when)
        ]
        assert missing == hanging
        assert set(there) - set(expected) <= may_be_more
        assert [id for id in there if id in expected] == [id for id in expected if id in there]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_answers_come_back_out_as_they_went_in(page: Page, form: StudyForm) -> None:
    questionnaire, answers = made(form, told())
    await shown(page, questionnaire, answers)
    back = await page.evaluate(GIVEN)

    def codes(response: dict[str, Any]) -> dict[str, list[str]]:
        return {
            item["linkId"]: [
                one["valueCoding"]["code"] for one in item["answer"] if "code" in one.get("valueCoding", {})
            ]
            for item in response["item"]
            if "answer" in item and any("code" in one.get("valueCoding", {}) for one in item["answer"])
        }

    assert codes(back) == codes(answers)
    assert len(codes(back)) > 10
