"""Typed replies that say more than one answer, or the name of a button: nothing is taken by guess, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flows.cards import choice_label
from bot.flows.dialogue import Dialogue
from bot.flows.take_turn import present, take_turn
from bot.message import Incoming
from bot.typed_label import as_tap
from tests.bot.family import BOY, Clock, Family, conversation
from tests.bot.walk import surroundings


@pytest.fixture
async def family(tmp_path: Path) -> Family:
    family = Family(conversation(tmp_path, Clock()))
    await family.begin("zh_Hans")
    return family


async def come_to(family: Family, card: str, **answers: str) -> None:
    """Answer as the boy does until this card."""
    for _ in range(60):
        if family.card == card:
            return
        await family._reply({**BOY, **answers}.get(family.card))
    raise AssertionError(f"never came to {card}")


async def given(family: Family, card: str) -> tuple[str, ...] | None:
    answer = (await family.stored()).interview.given.get(card)
    return answer.choices if answer else None


@pytest.mark.parametrize("words", ["返回", "返回。", " 返 回 "])
async def test_the_words_on_a_button_are_a_tap(family: Family, words: str) -> None:
    await come_to(family, "sex")
    await family.says(words)
    assert family.card == "birth_date"
    assert (await family.stored()).interview.remarks == ()


async def test_a_button_typed_in_the_list_of_medicines_is_no_medicine(family: Family) -> None:
    await come_to(family, "medicines")
    await family.says("跳过")
    assert family.card == "medicines_complete"
    assert await given(family, "medicines") == ("skip",)


async def test_permission_may_be_typed_as_the_button_says(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path / "typed", Clock()))
    await family.command("start")
    await family.says("english")
    await family.says("Yes, I agree.")
    assert family.card == "respondent"


async def test_a_plain_no_counts_at_once(family: Family) -> None:
    await come_to(family, "organs")
    await family.says("没有")
    assert await given(family, "organs") == ("none",)
    assert family.card == "infection"


@pytest.mark.parametrize(
    "words", ["心包有一点点积液，别的没有", "nothing with the heart except that one valve leaks a bit"]
)
async def test_a_no_among_other_words_is_asked_back_first(family: Family, words: str) -> None:
    await come_to(family, "organs")
    await family.says(words)
    if family.key == "confirm.ask":
        await family.tap("confirm:no")
    assert family.card == "organs"
    assert await given(family, "organs") is None
    assert [remark.said for remark in (await family.stored()).interview.remarks] == [words]


async def test_a_no_that_is_confirmed_counts_with_its_words(family: Family) -> None:
    await come_to(family, "recurrent_infection")
    await family.says("没有，就是经常感冒")
    assert family.key == "confirm.ask"
    await family.tap("confirm:yes")
    stored = (await family.stored()).interview.given["recurrent_infection"]
    assert stored.choices == ("no",)
    assert stored.said == "没有，就是经常感冒"


async def test_one_of_a_list_and_nothing_else_is_ticked_and_the_rest_is_asked(family: Family) -> None:
    await come_to(family, "organs")
    await family.says("心包积液，其他都没有")
    assert family.card == "organs"
    assert family.notes == ["multiple.rest"]
    assert [one.id for one in family.shown.reply.choices if one.chosen] == ["tick:effusion"]
    await family.tap("only")
    assert family.card == "effusion"
    assert (await family.stored()).interview.remarks[-1].said == "心包积液，其他都没有"


async def test_a_test_for_tuberculosis_is_not_lost_beside_never_had_it(family: Family) -> None:
    await come_to(family, "tuberculosis")
    await family.says("T-SPOT阳性，没得过")
    await family.tap("done")
    assert await given(family, "tuberculosis") == ("test_positive",)


async def test_a_typed_private_answer_is_read_back_before_it_is_folded(family: Family) -> None:
    await come_to(family, "hepatitis_b")
    await family.says("没有乙肝")
    assert family.key == "confirm.ask"
    assert await given(family, "hepatitis_b") is None
    await family.tap("confirm:yes")
    assert await given(family, "hepatitis_b") == ("negative",)
    assert family.card == "viruses"


async def test_that_questions_are_private_is_said_once(family: Family) -> None:
    await come_to(family, "hepatitis_b")
    assert [one.key for one in family.shown.reply.details] == ["private.preface"]
    await family.tap("unsure")
    assert family.card == "viruses"
    assert family.shown.reply.details == ()


async def test_a_name_easily_confused_is_asked_with_those_it_may_be_taken_for(family: Family) -> None:
    await come_to(family, "medicines")
    await family.says("美罗华")
    offered = [one.id for one in family.shown.reply.choices]
    assert offered[0] == "is:rituximab"
    assert "is:ustekinumab" not in offered


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("激素、骁悉", "激素"),
        ("骁悉和糖皮质激素", "糖皮质激素"),
        ("骁悉、生物制剂都用过", "生物制剂"),
        ("骁悉、安博锐康片", "安博锐康片"),
        ("骁悉、珂露单抗", "珂露单抗"),
        ("骁悉没用，后来换成来氟米特", "骁悉"),
        ("来氟米特，白细胞低骁悉停了", "骁悉"),
        ("steroids, CellCept and Foobarine", "steroids Foobarine"),
    ],
)
async def test_beside_a_known_name_nothing_else_in_the_list_is_lost(family: Family, typed: str, asked: str) -> None:
    await come_to(family, "medicines")
    await family.says(typed)
    interview = (await family.stored()).interview
    assert " ".join(doubt.said for doubt in interview.doubts) == asked
    assert [one.said for one in interview.remarks] == [typed]


@pytest.mark.parametrize(
    "typed",
    [
        "地塞米松、骁悉",
        "激素地塞米松，骁悉",
        "没用过激素，吃骁悉",
        "骁悉，吃了两年，效果还可以",
        "MMF for two years",
        "骁悉、碳酸钙",
        "骁悉吃了两年，血压高，转氨酶高",
    ],
)
async def test_a_list_of_known_names_asks_nothing_back(family: Family, typed: str) -> None:
    await come_to(family, "medicines")
    await family.says(typed)
    assert (await family.stored()).interview.doubts == ()


async def test_whoever_types_steroids_is_asked_which_and_keeps_the_word_if_unknown(family: Family) -> None:
    await come_to(family, "medicines")
    await family.says("激素")
    assert "is:prednisone" in [one.id for one in family.shown.reply.choices]
    await family.tap("is:")
    assert [(one.name, one.entry) for one in (await family.stored()).interview.medicines] == [("激素", None)]
    await family.says("骁悉、激素")
    await family.tap("is:prednisone")
    last = (await family.stored()).interview.medicines[-1]
    assert (last.said, last.entry) == ("", "prednisone")


async def test_a_medicine_stays_as_it_was_written(family: Family) -> None:
    await come_to(family, "medicines")
    await family.says("Plaquenil and azathioprine")
    assert [one.said for one in (await family.stored()).interview.medicines] == ["Plaquenil", "azathioprine"]
    (note,) = family.shown.reply.notes
    said = family.talk._wording.say(note, "en")
    assert "Plaquenil = hydroxychloroquine" in said
    assert "azathioprine = azathioprine" not in said


async def test_a_question_about_medicines_is_answered_without_a_word_on_misreading(family: Family) -> None:
    await come_to(family, "diagnosis")
    await family.says("激素可以停吗")
    assert family.card == "diagnosis"
    assert family.notes == ["alarm.medicine_advice"]


async def test_the_last_reply_is_put_right_in_the_list_of_answers(family: Family) -> None:
    await family.answer({**BOY, "labs": "'血小板 150 10^9/L 2026年11月20日"})
    assert family.key == "review.text"
    assert family.notes == ["understood.review"]


async def test_whoever_comes_back_to_a_typed_answer_may_keep_it(family: Family) -> None:
    await come_to(family, "sex")
    before = (await family.stored()).interview.given["birth_date"]
    await family.tap("back")
    await family.tap("keep")
    assert family.card == "sex"
    assert (await family.stored()).interview.given["birth_date"] == before


async def test_a_dose_without_a_strength_asks_for_the_strength(family: Family) -> None:
    await come_to(family, "medicines")
    await family.tap("pick:prednisone")
    await family.tap("done")
    await come_to(family, "medicine.1.dose", **{"medicine.1.use": "choose:stable", "medicine.1.response": "unsure"})
    await family.says("早上两片")
    assert family.notes == ["misread.dose_strength"]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
async def test_the_very_name_of_any_tick_box_is_that_box(language: str, tmp_path: Path) -> None:
    """Whatever words a name is made of: "serious allergy to a -mab" is not "serious allergy to other things"."""
    talk = conversation(tmp_path, Clock())
    allowed = {"state": "given", "at": "2026-11-22T04:00:00Z", "language": language, "text_hash": ""}
    start = {"channel": "browser", "language": language, "language_chosen": True, "permissions": {"health": allowed}}
    dialogue = Dialogue.model_validate(start)
    around = surroundings()
    seen = 0
    for card in around.questions.card:
        if card.kind != "multiple":
            continue
        at = dialogue.having(state="answering").with_interview(card=card.id)
        for choice in card.choices:
            if choice.alone:
                continue
            label = talk._wording.say(choice_label(card, card.id, choice.id), language)
            said = Incoming(channel="browser", address="a", id="1", text=label, revision=at.revision)
            tapped = as_tap(said, present(at, around), lambda text: talk._wording.say(text, language))
            after = take_turn(at, tapped, around).dialogue
            if after.alarm is not None:
                assert choice.id == "infarction", label  # a heart attack comes before any question
                continue
            interview = after.interview
            confirming = interview.confirming.choices if interview.confirming else ()
            given = interview.given[card.id].choices if card.id in interview.given else ()
            assert (interview.ticked or confirming or given) == (choice.id,), label
            seen += 1
    assert seen > 30


async def test_not_sure_after_ticking_is_not_sure_of_the_rest(family: Family) -> None:
    await come_to(family, "symptoms")
    await family.tap("unsure", choices=("tick:rash", "tick:joints"))
    assert await given(family, "symptoms") == ("rash", "joints")


async def test_a_page_ticks_only_what_has_a_box(family: Family) -> None:
    await come_to(family, "symptoms")
    await family.tap("done", choices=("tick:rash", "tick:none", "tick:nonsense"))
    assert await given(family, "symptoms") == ("rash",)


async def test_not_sure_after_listing_a_medicine_keeps_the_list(family: Family) -> None:
    await come_to(family, "medicines")
    await family.tap("unsure", choices=("pick:mycophenolate_mofetil",))
    assert [one.entry for one in (await family.stored()).interview.medicines] == ["mycophenolate_mofetil"]
    assert await given(family, "medicines") == ("listed",)


async def test_what_was_typed_goes_along_with_not_sure(family: Family) -> None:
    await come_to(family, "birth_date")
    await family.send(text="大概上小学", button="unsure", revision=family.shown.revision)
    assert await given(family, "birth_date") == ("unsure",)
    assert [one.said for one in (await family.stored()).interview.remarks] == ["大概上小学"]


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("麻腮风、水痘", ["vax_mmr", "vax_varicella"]),
        ("MMR, flu nasal spray", ["vax_mmr", "vax_laiv"]),
        ("两周前打了流感", ["vax_ambiguous"]),
        ("flu shot two weeks ago", ["vax_inactivated"]),
        ("得过水痘", []),
        ("上周得了肺炎", []),
    ],
)
async def test_a_vaccine_may_be_named_without_the_word(family: Family, typed: str, heard: list[str]) -> None:
    await come_to(family, "vaccines")
    await family.says(typed)
    assert [one.entry for one in (await family.stored()).interview.vaccines] == heard


@pytest.mark.parametrize("typed", ["不怎么管用", "还是老样子，尿蛋白下不来", "it didn't really work"])
async def test_how_parents_say_that_a_medicine_did_not_help(family: Family, typed: str) -> None:
    await come_to(family, "medicines")
    await family.says("骁悉")
    await come_to(family, "medicine.1.response", medicines="done")
    await family.says(typed)
    assert await given(family, "medicine.1.response") == ("inadequate",)
