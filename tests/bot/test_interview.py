"""Whole interviews through the real engine: what is asked, what is kept, and what comes out."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bot.flows import name_list, plan
from bot.flows.dialogue import Given, Interview, Medicine
from bot.flows.plan import answers_of, relevant
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.walk import surroundings

MOST_CARDS_OF_A_BOY_WITHOUT_MEDICINES = 25


@pytest.fixture
def family(tmp_path: Path) -> Family:
    return Family(conversation(tmp_path, Clock()))


async def test_a_boy_without_medicines_gets_at_most_25_cards(family: Family) -> None:
    await family.begin()
    asked = await family.answer(BOY)
    assert len(asked) == len(set(asked))
    assert len(asked) <= MOST_CARDS_OF_A_BOY_WITHOUT_MEDICINES
    assert family.key == "review.text"


async def test_from_hello_to_the_queue(family: Family) -> None:
    await family.begin("zh_Hans")
    await family.answer(BOY)
    await family.tap("confirm")
    assert family.key == "result.not_now.undated"
    await family.tap("want_contact")
    await family.tap("agree")
    await family.says("Mother of Bao")
    await family.tap("way:phone")
    await family.says("13800138000")
    await family.tap("time:evening")
    await family.tap("travel:yes")
    await family.tap("child:not_asked")
    await family.tap("done")
    await family.tap("send")
    assert family.key == "done.handed_over"
    code = family.shown.reply.text.values["code"]
    (lead,) = await family.talk._store.leads()
    assert lead.code == code
    assert lead.status == "new"
    whole = await family.talk._store.lead(code)
    assert whole is not None
    assert whole.contact is not None
    assert whole.contact["value"] == "+8613800138000"
    assert whole.packet["answers"]["diagnosis"] == "lupus_nephritis"
    await family.command("status")
    assert family.key == "status.new"


async def test_everything_not_sure_needs_review(family: Family) -> None:
    await family.begin()
    while family.key != "review.text":
        offered = {one.id for one in family.buttons()}
        await family.tap(
            "unsure" if "unsure" in offered else "choose:complete" if "choose:complete" in offered else "done"
        )
    await family.tap("confirm")
    assert family.key == "result.needs_review"


async def test_no_health_question_without_permission(family: Family) -> None:
    await family.command("start")
    await family.tap("language:en")
    await family.tap("refuse")
    assert family.key == "declined.text"
    for command in ("back", "restart", "why", "help", "start"):
        await family.command(command)
        assert not family.card.startswith("birth")
    assert (await family.stored()).interview.given == {}


async def test_a_child_alone_is_asked_to_fetch_an_adult(family: Family) -> None:
    await family.begin()
    await family.tap("choose:self")
    await family.tap("choose:no")
    assert family.key == "fetch_adult.text"
    await family.tap("adult_here")
    assert family.key == "permission.health.ask"
    await family.tap("agree")
    assert family.card == "respondent"
    assert (await family.stored()).interview.given == {}


async def test_self_and_a_birth_date_of_a_child(family: Family) -> None:
    await family.begin()
    await family.tap("choose:self")
    await family.tap("choose:yes")
    await family.says("2014-05-01")
    assert family.key == "fetch_adult.text"


async def test_medicines_are_read_back_and_asked_about(family: Family) -> None:
    await family.begin()
    for answer in BOY.values():
        await family._reply(answer)
    assert family.card == "medicines"
    await family.says("强的松，羟氯喹和骁悉")
    listed = {one.entry for one in (await family.stored()).interview.medicines}
    doubts = (await family.stored()).interview.doubts
    assert listed | {candidate for doubt in doubts for candidate in doubt.candidates} >= {
        "prednisone",
        "hydroxychloroquine",
        "mycophenolate_mofetil",
    }


async def test_talk_to_a_person_makes_a_lead_with_what_was_answered(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.tap("person")
    await family.tap("call_me")
    await family.tap("agree")
    await family.says("Mother")
    await family.tap("way:wechat")
    await family.says("bao_mama88")
    await family.says("after eight")
    await family.tap("travel:unsure")
    await family.says("she is shy")
    await family.tap("done")
    await family.tap("send")
    (lead,) = await family.talk._store.leads()
    assert lead.asked_for_call
    assert lead.packet == {} or lead.tier is None or lead.tier == "needs_review"


async def test_danger_pauses_and_resumes_at_the_same_card(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.says("孩子说不想活了")
    assert family.key == "alarm.self_harm"
    assert family.shown.reply.kind == "urgent"
    await family.tap("resume")
    assert family.card == "birth_date"
    stored = await family.stored()
    assert stored.interview.safety
    assert stored.interview.remarks[0].said == "孩子说不想活了"


async def test_private_answers_are_folded(family: Family) -> None:
    await family.begin()
    await family.answer({**BOY, "hepatitis_b": "choose:negative"})
    row = next(row for row in family.shown.reply.rows if row.label.key == "card.hepatitis_b.short")
    assert row.answer.key == "answered.private"
    await family.tap("reveal:hepatitis_b")
    row = next(row for row in family.shown.reply.rows if row.label.key == "card.hepatitis_b.short")
    assert row.answer.key != "answered.private"


async def test_change_returns_to_the_review_and_drops_what_no_longer_applies(family: Family) -> None:
    await family.begin()
    await family.answer({**BOY, "cns_event": "choose:lupus", "cns_when": "'2024-03"})
    await family.tap("change:cns_event")
    await family.tap("choose:none")
    assert family.key == "review.text"
    assert "dropped" in family.notes
    assert "cns_when" not in (await family.stored()).interview.given


async def test_language_changes_midway_without_losing_an_answer(family: Family) -> None:
    await family.begin("en")
    await family.tap("choose:parent")
    await family.command("language")
    await family.tap("language:zh_Hans")
    assert family.card == "birth_date"
    assert family.shown.language == "zh_Hans"


async def test_the_same_message_twice_changes_nothing(family: Family) -> None:
    await family.begin()
    await family.send(id="once", button="choose:parent", revision=family.shown.revision)
    before = await family.stored()
    await family.send(id="once", button="choose:parent", revision=family.shown.revision)
    assert await family.stored() == before


async def test_a_stale_button_shows_the_current_card(family: Family) -> None:
    await family.begin()
    old = family.shown.revision
    await family.tap("choose:parent")
    await family.send(button="choose:self", revision=old)
    assert family.card == "birth_date"
    assert family.notes == ["stale"]


async def test_delete_leaves_nothing(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.command("delete")
    await family.tap("delete_yes")
    assert family.key == "delete.done"
    assert await family.talk._store.load(family.channel, family.address) is None


async def test_a_second_child(family: Family) -> None:
    await family.begin()
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("no_contact")
    await family.tap("another_child")
    assert family.card == "respondent"
    stored = await family.stored()
    assert stored.interview.child == 2
    assert len(stored.earlier) == 1


@pytest.mark.parametrize(("birth_date", "papers"), [("'2023-05", False), ("'2014-05", True)])
async def test_whoever_stops_at_a_child_too_young_is_not_sent_for_papers(
    family: Family, birth_date: str, papers: bool
) -> None:
    await family.begin()
    await family.answer({**BOY, "birth_date": birth_date})
    if not papers:
        await family.tap("finish")
    await family.tap("confirm")
    shown = [text.key for text in family.shown.reply.details]
    assert ("result.papers" in shown) is papers
    assert shown[-1] == "result.not_a_decision"


async def come_to(family: Family, card: str) -> None:
    await family.begin()
    while family.card != card:
        await family._reply(BOY.get(family.card))


async def test_not_sure_whether_it_was_read_right_keeps_the_words_and_the_other_ticks(family: Family) -> None:
    said = "serious reaction to rituximab infusion with shock, also eggs"
    await come_to(family, "allergy")
    await family.says(said)
    assert family.key == "confirm.ask"
    await family.tap("unsure")
    stored = (await family.stored()).interview
    assert stored.given["allergy"].sets == {"allergy": ["other_severe"]}
    assert [remark.said for remark in stored.remarks] == [said]


@pytest.mark.parametrize(
    ("card", "said", "asked"),
    [
        ("allergy", "serious reaction to rituximab infusion with shock", "confirm.ask"),
        ("medicines", "rituximab, xyzmabium", "medicine.which.ask"),
    ],
)
async def test_going_back_from_what_is_asked_back_keeps_the_words(
    family: Family, card: str, said: str, asked: str
) -> None:
    await come_to(family, card)
    await family.says(said)
    assert family.key == asked
    await family.command("back")
    assert family.card != card
    kept = (await family.stored()).interview
    words = " ".join([*(remark.said for remark in kept.remarks), *(one.said for one in kept.medicines)])
    assert said.rpartition(" ")[2] in words


async def test_not_sure_of_the_rest_in_words_keeps_the_list(family: Family) -> None:
    await come_to(family, "medicines")
    await family.says("MMF")
    await family.says("not sure about the others")
    interview = (await family.stored()).interview
    around = surroundings()
    answers = answers_of(interview, around.questions, around.protocol.medicines, around.today)
    assert answers["treatments"] == [{"drug": "mycophenolate_mofetil"}]
    assert [remark.said for remark in interview.remarks] == ["not sure about the others"]


async def test_names_beyond_the_longest_list_go_to_the_call_and_the_list_is_not_complete(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (name_list, plan):
        monkeypatch.setattr(module, "LONGEST_LIST", 1)
    await come_to(family, "medicines")
    await family.says("MMF, rituximab")
    await family.tap("done")
    await family.tap("choose:complete")
    interview = (await family.stored()).interview
    assert [one.name for one in interview.medicines] == ["mycophenolate_mofetil"]
    assert [remark.said for remark in interview.remarks] == ["MMF, rituximab"]
    around = surroundings()
    answers = answers_of(interview, around.questions, around.protocol.medicines, around.today)
    assert answers["treatments_complete"] == "unsure"


async def test_too_young_may_go_on(family: Family) -> None:
    await family.begin()
    await family.tap("choose:parent")
    await family.says("2023-05-01")
    assert family.key == "early_end.too_young"
    assert family.notes == ["understood.early_end"]
    await family.tap("go_on")
    assert family.card == "sex"


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_the_language_changes_no_answer(tmp_path: Path, language: str) -> None:
    """The same taps in either language give the same answers."""
    family = Family(conversation(tmp_path, Clock()))
    await family.begin(language)
    await family.answer({**BOY, "organs": "tick:effusion+only", "effusion": "choose:small", "infection": "choose:none"})
    stored = await family.stored()
    around = surroundings()
    answers = answers_of(stored.interview, around.questions, around.protocol.medicines, around.today)
    assert answers["heart"] == {
        "congenital": "none",
        "infarction": "never",
        "arrhythmia": "none",
        "pericardial_effusion": "small",
        "myocarditis": False,
        "intensive_care": False,
    }
    assert answers["antiphospholipid"] == "none"


async def test_ticks_without_only_these_leave_the_rest_unknown(family: Family) -> None:
    await family.begin()
    await family.answer({**BOY, "organs": "tick:effusion+done", "effusion": "choose:small"})
    stored = await family.stored()
    around = surroundings()
    answers = answers_of(stored.interview, around.questions, around.protocol.medicines, around.today)
    assert answers["heart"] == {"pericardial_effusion": "small"}
    assert "antiphospholipid" not in answers


async def test_ten_megabytes_get_a_kind_answer(family: Family) -> None:
    await family.begin()
    await family.says("孩" * 10_000_000)
    assert family.card == "respondent"
    assert family.notes == ["misread.too_long"]


def test_at_most_three_cards_a_medicine() -> None:
    """Over every entry of the lexicon, every way of giving it, and everything that may be answered about it."""
    around = surroundings()
    lexicon = around.protocol.medicines
    cards = {card.id: card for card in around.questions.medicine.card}
    for entry in lexicon:
        for route in (None, "oral", "injection", "topical", "unsure"):
            most = 0
            for use, having in itertools.product(
                (None, *(choice.id for choice in cards["use"].choices)), (None, "ongoing", "finished")
            ):
                given = {"medicines": Given(said="x", choices=("listed",)), "medicines_complete": Given(said="x")}
                for card, chosen in (("use", use), ("having", having)):
                    choice = cards[card].choice(chosen or "")
                    if choice is not None:
                        given[f"medicine.1.{card}"] = Given(said="x", choices=(choice.id,), sets=choice.sets)
                one = Medicine(number=1, said="x", name=entry.id, entry=entry.id, route=route)
                interview = Interview(given=given, medicines=(one,))
                asked = relevant(interview, around.questions, lexicon, around.today)
                most = max(most, sum(id.startswith("medicine.") for id in asked))
            assert most <= 3, f"{entry.id} by {route}: {most} cards"
