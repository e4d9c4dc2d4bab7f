"""What families ask about the study: answered in place, kept with permission only, and on the call sheet of the lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.coordinator.call_sheet import call_sheet
from bot.coordinator.packet import Packet
from bot.flows.dialogue import Asked, Dialogue, Interview, Medicine, Permission, dump, load
from bot.flows.family_questions import ASKABLE, MOST_ASKED
from bot.flows.take_turn import FLOWS, present, take_turn
from bot.flows.turn import SiteFacts
from bot.message import Incoming
from brasle_prescreen import load_protocol
from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.question import load_questions
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.walk import surroundings

QUESTIONS = load_family_questions()
CONTACT = ("'Mother of Bao", "way:phone", "'13800138000", "time:evening", "travel:yes", "child:yes", "done", "send")
# What a coordinator's sheet is made of is not what a family typed anywhere else.
OWN_WORDS = "Can her grandmother stay with her?"


@pytest.fixture
def family(tmp_path: Path) -> Family:
    return Family(conversation(tmp_path, Clock()))


async def at_the_end(family: Family) -> None:
    """Handed over to the study team."""
    await family.begin()
    await family.answer(BOY)
    for button in ("confirm", "want_contact", "agree"):
        await family.tap(button)
    for one in CONTACT:
        await family._reply(one)
    assert family.key == "done.handed_over"


async def asked(family: Family) -> list[str]:
    return [one.question or one.said for one in (await family.stored()).interview.asked]


# ------------------------------------------------------------------ the list over a card


async def test_each_question_has_its_answer_and_leads_back_to_the_same_card(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    before = family.shown.reply
    for id, question in QUESTIONS.items():
        await family.tap("questions")
        await family.tap(f"ask:{id}")
        assert family.key == f"question.{id}.ask"
        details = [text.key for text in family.shown.reply.details]
        assert f"question.{id}.answer" in details
        assert (id in await asked(family)) is question.for_the_call
        assert ("questions.noted" in details) is question.for_the_call
        await family.tap("list")
        await family.tap("close")
        assert family.shown.reply == before


async def test_what_medicines_to_stop_is_never_advised(family: Family) -> None:
    await family.begin()
    await family.tap("questions")
    await family.tap("ask:medicines")
    assert family.shown.reply.details[0].key == "alarm.medicine_advice"


async def test_the_list_can_be_changed(family: Family) -> None:
    await family.begin()
    for press in ("questions", "ask:placebo", "note:placebo", "list", "ask:pays", "drop:pays"):
        await family.tap(press)
    assert await asked(family) == ["placebo"]
    assert family.notes == ["questions.dropped"]
    await family.tap("list")
    await family.tap("other")
    await family.says(OWN_WORDS)
    assert family.notes == ["questions.typed", "questions.noted"]
    assert await asked(family) == ["placebo", OWN_WORDS]
    await family.tap("drop:")
    assert await asked(family) == ["placebo"]


async def test_ticks_and_a_person_are_not_lost(family: Family) -> None:
    family.channel = "telegram"
    await family.begin()
    for one in ("choose:parent", "'2016-03-05", "choose:male", "choose:lupus_nephritis", "tick:anti_dsdna"):
        await family._reply(one)
    await family.tap("questions")
    await family.tap("ask:where")
    await family.tap("close")
    assert (await family.stored()).interview.ticked == ("anti_dsdna",)
    await family.tap("questions")
    await family.tap("person")
    assert family.card == "person"
    await family.tap("resume")
    assert family.card == "antibodies"


# ------------------------------------------------------------------ typed at a card


TYPED = {
    "要停药吗？": "medicines",
    "有沒有安慰劑？": "placebo",
    "有安慰剂吗？": "placebo",
    "贝林妥欧单抗是什么药？": "drug",
    "医生您好，请问要跑几趟杭州？": "trips",
    "is there a placebo": "placebo",
    "Who pays for the travel?": "pays",
}


async def test_a_question_typed_at_a_card_is_answered_above_it(family: Family) -> None:
    """At a date, a list to tick, a choice and a list of medicines: never read as an answer, never refused."""
    await family.begin()
    for card in ("birth_date", "diagnosis", "antibodies", "medicines"):
        while family.card != card:
            await family._reply(BOY[family.card])
        for words, id in TYPED.items():
            before = (await family.stored()).interview
            await family.says(words)
            assert family.card == card
            assert f"question.{id}.answer" in family.notes
            assert "alarm.study_question" not in family.notes
            assert not any(note.startswith("misread") for note in family.notes)
            after = (await family.stored()).interview
            assert after.model_copy(update={"asked": before.asked}) == before
    # While a name is being asked back, too.
    await family.says("倍利妥")
    assert family.key == "medicine.which.ask"
    await family.says("有安慰剂吗？")
    assert (family.key, family.notes) == ("medicine.which.ask", ["question.placebo.answer"])
    assert await asked(family) == ["medicines", "drug", "trips", "pays"]


def test_no_card_reads_a_question_as_its_answer() -> None:
    around = surroundings()
    permission = Permission(state="given", at=around.now, language="en", text_hash="")
    for card in (*around.questions.card, *around.questions.medicine.card, *around.questions.vaccine.card):
        group = "medicine.1." if card in around.questions.medicine.card else "vaccine.1."
        id = card.id if card in around.questions.card else group + card.id
        listed = (Medicine(number=1, said="x", name="x"),)
        dialogue = Dialogue(
            channel="browser",
            language="en",
            state="answering",
            interview=Interview(card=id, medicines=listed, vaccines=listed),
            permissions={"health": permission},
        )
        for words in (
            "is there a placebo",
            "What kind of drug is it?",
            "do we have to stop her medicines",
            "要不要钱？",
        ):
            turn = take_turn(dialogue, Incoming(channel="browser", address="a", id="1", text=words), around)
            after = turn.dialogue.interview.model_copy(update={"asked": ()})
            assert after == dialogue.interview, (id, words)
            assert turn.dialogue.notes[-1].key.startswith("question"), (id, words)


async def test_an_answer_beside_a_question_counts(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.says("2016-03-05. Is there a placebo?")
    assert family.card == "sex"
    assert family.notes == ["question.placebo.answer", "understood"]
    assert (await family.stored()).interview.given["birth_date"].said == "2016-03-05."


async def test_a_name_is_no_question_and_a_question_is_no_name(family: Family) -> None:
    await family.begin()
    await family.answer(BOY)
    for button in ("confirm", "want_contact", "agree"):
        await family.tap(button)
    await family.says("Who pays?")
    assert family.card == "contact_name"
    assert family.notes[0] == "question.pays.answer"
    await family.says("Placebo Wang")
    assert (await family.stored()).contact.name == "Placebo Wang"


async def test_another_question_at_a_card_is_noted_too(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.says("2016-03-05")
    await family.says(OWN_WORDS)
    assert family.card == "sex"
    assert family.notes[:2] == ["questions.typed", "questions.noted"]
    assert await asked(family) == [OWN_WORDS]


async def test_at_a_private_card_words_stay_private(family: Family) -> None:
    await family.begin()
    while not family.shown.reply.private:
        await family._reply(BOY.get(family.card))
    await family.says("Will her classmates hear of it?")
    assert await asked(family) == []


async def test_the_questions_are_shown_with_all_that_is_kept(family: Family) -> None:
    await family.begin()
    await family.tap("questions")
    await family.tap("ask:pays")
    await family.tap("close")
    await family.command("mydata")
    assert "questions.mine.short" in [row.label.key for row in family.shown.reply.rows]


# ------------------------------------------------------------------ permission


async def test_nothing_is_kept_before_the_permission(family: Family) -> None:
    await family.command("start")
    await family.tap("language:en")
    await family.tap("questions")
    assert "other" not in {one.id for one in family.buttons()}
    assert "questions.nothing_kept" in [text.key for text in family.shown.reply.details]
    await family.tap("ask:pays")
    assert [text.key for text in family.shown.reply.details] == ["question.pays.answer", "questions.not_kept"]
    await family.says(OWN_WORDS)
    assert family.card == "question"
    await family.tap("close")
    await family.says("Who pays?")
    assert family.card == "permission"
    assert family.notes == ["question.pays.answer", "questions.not_kept"]
    await family.says(OWN_WORDS)
    person = await family.talk._store.load(family.channel, family.address)
    assert person is not None
    assert "grandmother" not in person.dialogue
    assert load(person.dialogue).interview.asked == ()


async def test_refusing_leaves_the_answers_readable(family: Family) -> None:
    await family.command("start")
    await family.tap("language:en")
    await family.tap("refuse")
    await family.tap("questions")
    await family.tap("ask:placebo")
    assert family.key == "question.placebo.ask"
    assert await asked(family) == []


# ------------------------------------------------------------------ the lead


async def test_questions_reach_the_lead_at_the_hand_over_and_after_it(family: Family) -> None:
    await family.begin()
    await family.tap("questions")
    await family.tap("ask:pays")
    await family.tap("close")
    await family.answer(BOY)
    for button in ("confirm", "want_contact", "agree"):
        await family.tap(button)
    for one in CONTACT:
        await family._reply(one)
    (lead,) = await family.talk._store.leads()
    before = await family.talk._store.lead(lead.code)
    assert before is not None
    assert before.packet["asked"] == [{"question": "pays", "said": ""}]
    await family.command("questions")
    await family.tap("other")
    await family.says(OWN_WORDS)
    assert family.notes == ["questions.typed", "questions.noted.handed_over"]
    after = await family.talk._store.lead(lead.code)
    assert after is not None
    assert after.packet["asked"][1:] == [{"question": "", "said": OWN_WORDS}]
    assert {**after.packet, "asked": []} == {**before.packet, "asked": []}
    assert (after.status, after.tier, after.contact) == (before.status, before.tier, before.contact)
    steps = [(one.who, one.before, one.after, one.reason) for one in await family.talk._store.lead_history(lead.code)]
    assert steps == [("family", None, "new", None), ("family", "new", "new", "family_asked")]


async def test_who_works_on_a_lead_is_told_that_the_family_asks_more(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path, Clock(), notice_targets=("0",)))
    await at_the_end(family)
    store = family.talk._store

    async def notices() -> list[str]:
        person = await store.load(family.channel, family.address)
        assert person is not None
        waiting = (await store.export(person.id))["waiting_to_be_sent"]
        return [one["op"] for one in waiting if one["channel"] == "notice"]

    await family.says("Who pays?")
    assert await notices() == ["lead"]
    (lead,) = await store.leads()
    await store.set_lead_status(lead.code, "claimed", "tester")
    await family.says("Can we leave?")
    assert await notices() == ["lead", "asked"]
    kept = await store.lead(lead.code)
    assert kept is not None
    assert kept.status == "claimed"


async def test_a_question_while_answers_are_being_changed_does_not_touch_the_judgement(family: Family) -> None:
    await at_the_end(family)
    (lead,) = await family.talk._store.leads()
    before = await family.talk._store.lead(lead.code)
    await family.command("restart")
    await family.tap("restart:yes")
    await family.says("Who pays?")
    after = await family.talk._store.lead(lead.code)
    assert before is not None
    assert after is not None
    assert after.packet == {**before.packet, "asked": [{"question": "pays", "said": ""}]}
    assert await asked(family) == ["pays"]


async def test_a_lead_taken_back_is_told_nothing_more(family: Family) -> None:
    await at_the_end(family)
    await family.command("stop")
    await family.tap("withdraw")
    await family.tap("resume")
    await family.tap("questions")
    await family.tap("ask:pays")
    (lead,) = await family.talk._store.leads()
    kept = await family.talk._store.lead(lead.code)
    assert kept is not None
    assert kept.packet["asked"] == []
    assert await asked(family) == ["pays"]


async def test_export_holds_the_questions_and_erasing_takes_them(family: Family) -> None:
    await at_the_end(family)
    await family.says("Who pays?")
    person = await family.talk._store.load(family.channel, family.address)
    assert person is not None
    found = await family.talk._store.export(person.id)
    assert found["dialogue"]["interview"]["asked"] == [{"question": "pays"}]
    assert found["leads"][0]["packet"]["asked"] == [{"question": "pays", "said": ""}]
    await family.command("delete")
    await family.tap("delete_yes")
    (lead,) = await family.talk._store.leads()
    assert lead.packet == {}
    assert await family.talk._store.export(person.id) == {}


async def test_the_call_sheet_shows_both_languages(family: Family) -> None:
    await at_the_end(family)
    await family.says("Who pays?")
    await family.says(OWN_WORDS)
    (lead,) = await family.talk._store.leads()
    opened = await family.talk._store.lead(lead.code)
    assert opened is not None
    packet = Packet(opened.packet, load_questions(), load_protocol().medicines)
    wording = family.talk._wording
    first, second = call_sheet(packet, (), wording, "en", "zh_Hans").asked
    assert (first.text, first.own_words) == ("Who pays?", False)
    assert first.beside
    assert first.beside != first.text
    assert (second.text, second.beside, second.own_words) == (OWN_WORDS, "", True)


# ------------------------------------------------------------------ every state


@pytest.mark.parametrize("state", FLOWS)
def test_the_button_stands_at_every_card_but_where_it_would_distract(state: str) -> None:
    around = surroundings()
    dialogue = Dialogue(
        channel="terminal",
        language="en",
        state=state,
        back_to="answering",
        alarm="emergency",
        interview=Interview(card="respondent", ends=("age",)),
    )
    offered = [button.id for button in present(dialogue, around).navigation]
    assert offered.count("questions") == (state in ASKABLE)
    opened = take_turn(dialogue, Incoming(channel="terminal", address="a", id="1", command="questions"), around)
    if state == "urgent":
        assert present(opened.dialogue, around).kind == "urgent"
    assert opened.dialogue.state == state


def test_no_health_words_are_kept_of_a_child_who_fetches_an_adult() -> None:
    around = surroundings()
    dialogue = Dialogue(channel="browser", language="en", state="fetching_adult")
    said = Incoming(channel="browser", address="a", id="1", text="Who pays?")
    assert take_turn(dialogue, said, around).dialogue.interview.asked == ()


def test_the_list_has_an_end_and_the_site_may_be_unset() -> None:
    around = surroundings(site=SiteFacts(), recruiting="closed")
    full = Interview(asked=tuple(Asked(said=f"{n}?") for n in range(MOST_ASKED)), card="respondent")
    dialogue = Dialogue.model_validate(
        {
            "channel": "browser",
            "language": "en",
            "state": "answering",
            "page": "questions:other",
            "interview": full,
            "permissions": {"health": {"state": "given", "at": around.now, "language": "en", "text_hash": ""}},
        }
    )
    turn = take_turn(dialogue, Incoming(channel="browser", address="a", id="1", text="one more?"), around)
    assert [note.key for note in turn.dialogue.notes] == ["questions.full"]


def test_a_dialogue_stored_before_there_were_questions_is_read() -> None:
    stored = (
        '{"version":1,"channel":"browser","language":"en","revision":4,"state":"answering",'
        '"interview":{"given":{"respondent":{"said":"parent","choices":["parent"],"sets":{"respondent":"parent"},'
        '"shown":{"key":"card.respondent.choice.parent"}}},"trail":["respondent"],"card":"birth_date",'
        '"remarks":[{"card":"birth_date","said":"ten"}]}}'
    )
    dialogue = load(stored)
    assert dialogue.interview.asked == ()
    assert "asked" not in dump(dialogue)
    kept = dialogue.with_interview(asked=(Asked(question="pays"), Asked(said=OWN_WORDS)))
    assert load(dump(kept)) == kept
    # A question that a later version of the file does not know is still one.
    assert load(dump(dialogue.with_interview(asked=(Asked(question="gone"),)))).interview.asked
