"""The shipped texts themselves: complete, gentle, within limits, and word for word where they are given."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.locale_checks.forbidden import OF_THE_TEAM
from bot.locale_checks.length import display_width, limit_of
from bot.locale_checks.question_keys import needed
from bot.locale_checks.shelf import Shelf
from bot.locale_checks.source_keys import named_in
from bot.message import Day, Text
from bot.wording import FOLDER, SELF, Wording
from brasle_prescreen.question import load_questions

LANGUAGES = ("en", "zh_Hans")
CARD_KEYS = sorted(needed(load_questions()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_all_its_texts(wording: Wording, language: str) -> None:
    assert [key for key in CARD_KEYS if not wording.has(key, language)] == []


def test_no_text_for_an_adult_speaks_of_a_child(shelf: Shelf) -> None:
    for line in shelf.lines():
        if line.entry.key.endswith(SELF):
            assert not re.search(r"孩子|\bchild\b", line.text), line.entry.key


def test_every_question_that_speaks_of_a_child_has_another_wording_for_an_adult() -> None:
    wording = Wording.load()  # not strict: templates name a medicine that is not given here
    only_for_families = ("card.respondent.", "card.guardian.", "card.adult.")
    for key in CARD_KEYS:
        said = [wording.say(Text(key=key), language) for language in LANGUAGES]
        if key.startswith(only_for_families) or not any(re.search(r"孩子|your child\b", one) for one in said):
            continue
        adult = [wording.say(Text(key=key), language, self_answering=True) for language in LANGUAGES]
        assert not any(re.search(r"孩子|your child\b", one) for one in adult), key


def test_choices_of_one_card_read_differently(wording: Wording) -> None:
    questions = load_questions()
    groups = [
        ("card.", questions.card),
        ("card.medicine.", questions.medicine.card),
        ("card.vaccine.", questions.vaccine.card),
    ]
    for root, cards in groups:
        for card in cards:
            for language in LANGUAGES:
                for adult in (False, True):
                    keys = [f"{root}{card.id}.choice.{choice.id}" for choice in card.choices]
                    labels = [wording.say(Text(key=key), language, self_answering=adult) for key in keys]
                    assert len(set(labels)) == len(labels), (card.id, labels)


def test_every_button_of_the_program_is_measured_as_one(shelf: Shelf) -> None:
    """A key that stands on a Button in the source must be under a length limit made for buttons."""
    import ast

    unmeasured = []
    for path in sorted((FOLDER.parent / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Button"):
                continue
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Text":
                    keys = [k.value for k in call.keywords if k.arg == "key"]
                    for key in keys:
                        if isinstance(key, ast.Constant) and isinstance(key.value, str):
                            limit = limit_of(key.value, shelf.rules.length)
                            if limit is None or limit.width is None or limit.width > 32:
                                unmeasured.append(f"{path.name}:{key.lineno} {key.value}")
    assert unmeasured == []


def test_buttons_fit_a_phone(wording: Wording) -> None:
    questions = load_questions()
    for card in questions.card:
        for choice in card.choices:
            for language in LANGUAGES:
                assert display_width(wording.say(Text(key=f"card.{card.id}.choice.{choice.id}"), language)) <= 32


def test_window_buttons_read_well(wording: Wording) -> None:
    near = Text(key="span.weeks", values={"n": 4})
    far = Text(key="span.months", values={"n": 3})
    one = Text(key="span.month", values={"n": 1})
    between = Text(key="window.between", values={"from_span": near, "to_span": far})
    assert wording.say(between, "en") == "4 weeks to 3 months ago"
    assert wording.say(between, "zh_Hans") == "4周前到3个月前"
    assert wording.say(Text(key="window.within", values={"span": one}), "en") == "In the last 1 month"
    assert wording.say(Text(key="window.before", values={"span": far}), "zh_Hans") == "超过3个月了"


GIVEN = tomllib.loads((Path(__file__).parent / "given.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(GIVEN))
def test_given_wordings_are_kept_to_the_letter(shelf: Shelf, key: str) -> None:
    entry = shelf.translations["zh_Hans"].entries[key]
    assert {"en": entry.english, "zh_Hans": entry.translation} == GIVEN[key]


def test_the_safety_text_differs_by_who_answers_and_never_says_both(wording: Wording) -> None:
    text = Text(key="alarm.self_harm")
    parent = wording.say(text, "zh_Hans")
    alone = wording.say(text, "zh_Hans", self_answering=True)
    for said in (parent, alone):
        assert all(number in said for number in ("120", "110", "12356"))
    assert "陪在孩子身边" in parent
    assert "孩子" not in alone
    assert "请不要一个人待着" in alone


def test_private_reasons_are_never_named(wording: Wording) -> None:
    named = re.compile(r"乙肝|艾滋|HIV|结核|怀孕|抑郁|情绪|hepatitis|tubercul|pregnan|mood|depress", re.IGNORECASE)
    for key in wording.all_keys():
        if key.startswith("reason."):
            for language in LANGUAGES:
                assert not named.search(wording.say(Text(key=key), language)), key
    assert wording.say(Text(key="reason.private"), "zh_Hans") == "有一项需要和医生单独聊"


def test_the_button_that_the_private_line_names_is_there(wording: Wording) -> None:
    for language in LANGUAGES:
        label = wording.say(Text(key="card.hepatitis_b.choice.tell_doctor"), language)
        assert label in wording.say(Text(key="private.preface"), language)


# A text that names a button, and the button.
NAMES_A_BUTTON = """
card.cns_when.ask ongoing
card.clots_when.ask ongoing
understood nav.back
understood.review review.change
multiple.rest multiple.only
multiple.rest multiple.only_not_sure
understood.early_end early_end.fix
permission.handover.withdraw nav.stop
misread.choice nav.unsure
misread.offer_person nav.unsure
why.everything nav.why
done.withdraw nav.stop
permission.kept browser.mydata
page.privacy.rights browser.mydata
browser.moved_on nav.back
page.help.text nav.unsure
"""


@pytest.mark.parametrize(("inside", "button"), [line.split() for line in NAMES_A_BUTTON.strip().splitlines()])
def test_a_button_named_in_a_text_is_called_as_on_the_button(shelf: Shelf, inside: str, button: str) -> None:
    for file, label in ((shelf.master, "english"), (shelf.translations["zh_Hans"], "translation")):
        name = getattr(file.entries[button], label)
        assert name.casefold() in getattr(file.entries[inside], label).casefold()


def test_chinese_uses_full_width_punctuation(shelf: Shelf) -> None:
    for entry in shelf.translations["zh_Hans"].entries.values():
        wrong = re.search(r"[一-鿿][,;:?!()]|[,;:?!][一-鿿]", entry.translation)
        assert not wrong, f"{entry.key}: {entry.translation}"


def test_no_invisible_characters(shelf: Shelf) -> None:
    for line in shelf.lines():
        assert not re.search("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00a0\u00ad]", line.text), line.entry.key


def test_chinese_sentences_are_short(shelf: Shelf) -> None:
    """The mean of twenty Chinese lupus leaflets was 30.6 characters (BMJ Open 2020, e038091)."""
    lengths = []
    for entry in shelf.translations["zh_Hans"].entries.values():
        if not re.search(r"\.(ask|why|text)(\||$)|^(permission|result|alarm|page|misread)\.", entry.key):
            continue
        sentences = re.split(r"[。！？\n]", re.sub(r"\{\w+\}", "某", entry.translation))
        lengths += [len(re.findall(r"[一-鿿]|[A-Za-z0-9]+", sentence)) for sentence in sentences if sentence.strip()]
    assert sum(lengths) / len(lengths) < 20


def test_no_text_tells_anybody_to_stop_or_put_off_a_medicine(shelf: Shelf) -> None:
    """Every sentence with such a word says not to, or asks or tells about the past."""
    allowed = re.compile(
        r"不要|不能|不用|停了|停药后|因为副作用停|现在停"
        r"|do not|must not|stopped|change nothing|stopping",
        re.IGNORECASE,
    )
    advice = re.compile(
        r"停药|停用|减药|换药|改药|加药|(?<!月经)推迟|\bstop\b.*\bmedicine|\b(delay|put off|postpone)\b",
        re.IGNORECASE,
    )
    asked = (
        "card.kidney_plan.ask",
        "card.kidney_plan.short",
        "card.allergy.choice.blinatumomab_reaction",
        "question.medicines.ask",
        "question.medicines.button",
    )
    for line in shelf.lines():
        if line.entry.key.startswith(OF_THE_TEAM):
            continue
        for sentence in re.split(r"[。！？.!?\n]", line.text):
            if advice.search(sentence) and not line.entry.key.startswith(asked):
                assert allowed.search(sentence), (line.entry.key, sentence)


def test_a_result_with_a_day_never_promises(wording: Wording) -> None:
    from datetime import date

    day = Day(earliest=date(2027, 1, 4), latest=date(2027, 1, 4))
    assert wording.say(Text(key="result.not_now.dated", values={"date": day}), "zh_Hans") == (
        "按公开的条件，有些项目目前还没到时间，大约在2027年1月4日之后可以再看。"
    )


def test_the_source_reader_sees_keys_and_patterns() -> None:
    named = list(named_in(FOLDER.parent / "bot"))
    assert any(one.key == "confirm.ask" and one.values == frozenset({"answer"}) for one in named)
    assert any(one.pattern is not None and one.pattern.match("reason.E13") for one in named)
