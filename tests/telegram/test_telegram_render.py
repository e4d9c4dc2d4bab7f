"""A card becomes what Telegram takes: within its limits, escaped, and the card before is dealt with."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.telegram_keyboard import callback_data, read_callback_data
from bot.channels.telegram_limits import cut, utf16_length
from bot.channels.telegram_live import Live
from bot.channels.telegram_render import TelegramRenderer, pack, tap_id, visible_length
from bot.message import Answered, Button, Entry, Incoming, Reply
from bot.store.records import Outgoing
from tests.fake_telegram import parse_html
from tests.fake_telegram import utf16_length as counted_by_telegram
from tests.fake_telegram.keyboards import read_keyboard

from .small_talk import Shown, rows, small_wording, text

RENDERER = TelegramRenderer(small_wording())
TYPED = Incoming(channel="telegram", address="7", id="message:3", text="hello")
PRESS = Incoming(channel="telegram", address="7", id=tap_id("99", 12), button="yes", revision=4)

CLOSE = PRESS.model_copy(update={"button": "close"})


def render(incoming: Incoming, shown: Shown) -> list[Outgoing]:
    return list(RENDERER.render(incoming, shown))  # type: ignore[arg-type]


def card(reply: Reply, **more: Any) -> dict[str, Any]:
    """The payload of a card that is sent anew."""
    return dict(render(TYPED, Shown(reply, **more))[-1].payload)


def labels(payload: dict[str, Any]) -> list[list[str]]:
    return [[key["text"] for key in row] for row in payload["keyboard"]]


def button(id: str, label: str, **more: Any) -> Button:
    return Button(id=id, label=text("said", words=label), **more)


QUESTION = Reply(
    text=text("q", n=1),
    choices=(button("yes", "Yes"), button("no", "No"), button("some", "Sometimes")),
    navigation=(
        button("unsure", "Not sure", style="navigation"),
        button("skip", "Skip", style="navigation"),
        button("why", "Why?", style="navigation"),
        button("person", "Talk to a person", style="navigation"),
    ),
    entry=Entry(kind="date", label=text("said", words="Type"), hint=text("said", words="For example 2024-05")),
    part=(2, 5),
)


def test_a_question_stands_out_with_its_part_and_its_hint() -> None:
    payload = card(QUESTION, revision=6)
    assert payload["texts"] == ["<i>Part 2 of 5</i>\n\n<b>Question 1</b>\n\n<i>\u270e For example 2024-05</i>"]
    assert labels(payload) == [
        ["Yes", "No"],
        ["Sometimes"],
        ["Not sure", "Skip", "Why?"],
        ["Talk to a person"],
    ]
    assert payload["keyboard"][0][0] == {"text": "Yes", "callback_data": "6:yes"}


def test_long_choices_stand_one_a_row() -> None:
    reply = replace(QUESTION, choices=(button("a", "Short"), button("b", "\u4e00" * 8)))
    assert labels(card(reply))[:2] == [["Short"], ["\u4e00" * 8]]


def test_only_finishing_and_deleting_are_coloured() -> None:
    reply = replace(
        QUESTION,
        choices=(button("yes", "Yes"), button("done", "Go on", style="primary")),
        navigation=(button("delete", "Delete", style="danger"),),
    )
    styles = {key["text"]: key.get("style") for row in card(reply)["keyboard"] for key in row}
    assert styles == {"Yes": None, "Go on": "primary", "Delete": "danger"}


def test_boxes_show_whether_they_are_ticked_and_what_stands_alone_has_none() -> None:
    choices = (button("tick:a", "A", chosen=True), button("tick:b", "B"), button("choose:none", "None"))
    found = labels(card(replace(QUESTION, multiple=True, choices=choices)))
    assert found[:2] == [["\u2611 A", "\u2610 B"], ["None"]]


def test_few_lines_have_their_names_on_the_buttons_many_their_numbers() -> None:
    few = card(Reply(text=text("list"), rows=rows(2)))
    assert few["texts"] == ["<b>List</b>\n\n1. Row 0: <b>0</b>\n2. Row 1: <b>1</b>"]
    assert labels(few) == [["Change \u00b7 Row 0"], ["Change \u00b7 Row 1"]]
    many = labels(card(Reply(text=text("list"), rows=rows(12))))
    assert [len(row) for row in many] == [5, 5, 2]
    assert many[0][0] == "\u270e 1"


def test_links_are_links_and_what_telegram_takes_no_link_for_is_left_to_the_text() -> None:
    choices = (button("a", "Site", url="https://example.org"), button("b", "Call", url="tel:120"))
    assert card(replace(QUESTION, choices=choices))["keyboard"][0] == [{"text": "Site", "url": "https://example.org"}]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "question"),  # it holds its answer once it is settled
        ({"part": None}, "open"),
        ({"part": None, "private": True}, "question"),
        ({"part": None, "rows": rows(1)}, "list"),
    ],
)
def test_only_cards_with_answers_are_protected(change: dict[str, Any], kind: str) -> None:
    assert card(replace(QUESTION, **change))["kind"] == kind


def test_an_urgent_card_looks_different_and_is_always_a_message_of_its_own() -> None:
    urgent = Reply(text=text("said", words="Call 120"), kind="urgent")
    assert card(urgent)["texts"][0].startswith("\u26a0\ufe0f Call 120")
    assert [row.op for row in render(PRESS, Shown(urgent))] == ["answer_callback", "retire", "card"]


def test_draft_and_demo_are_said_on_cards_that_are_no_questions() -> None:
    assert card(Reply(text=text("list")), draft=True, demo=True)["texts"] == [
        "<b>List</b>\n\n<i>Draft</i>\n<i>Demo</i>"
    ]
    assert "Draft" not in card(QUESTION, draft=True, demo=True)["texts"][0]


ANSWERED = Answered(text=text("q", n=1), answer=text("a", answer="<yes> & no"))


@pytest.mark.parametrize(
    ("incoming", "change", "ops"),
    [
        (PRESS, {"answered": ANSWERED}, ["answer_callback", "settle", "card"]),
        (PRESS, {}, ["answer_callback", "retire", "card"]),
        (CLOSE, {}, ["answer_callback", "refresh"]),
        (PRESS, {"refreshed": True}, ["answer_callback", "refresh"]),
        (TYPED, {"answered": ANSWERED}, ["settle", "card"]),
        (TYPED, {}, ["retire", "card"]),
        (TYPED, {"refreshed": True}, ["retire", "card"]),
    ],
)
def test_the_card_before_is_settled_changed_or_retired(
    incoming: Incoming, change: dict[str, Any], ops: list[str]
) -> None:
    found = render(incoming, Shown(QUESTION, revision=5, **change))
    assert [row.op for row in found] == ops
    assert {row.payload["before"] for row in found} == {5 if change.get("refreshed") else 4}
    assert {(row.channel, row.address) for row in found} == {("telegram", "7")}


def test_a_settled_card_keeps_its_question_and_the_answer_as_typed() -> None:
    settle = render(PRESS, Shown(QUESTION, ANSWERED))[1]
    assert settle.payload["text"] == "Question 1\n\u2713 &lt;yes&gt; &amp; no"
    assert settle.payload["pressed"] == 12


def test_a_folded_answer_keeps_one_button_that_opens_it_in_a_window() -> None:
    opens = button("open:1:hepatitis", "Open")
    folded = Answered(text=text("q", n=1), answer=text("said", words="answered (private)"), private=True, open=opens)
    settle = render(PRESS, Shown(QUESTION, folded, revision=5))[1]
    assert settle.payload["keyboard"] == [[{"text": "Open", "callback_data": "4:open:1:hepatitis"}]]
    press = PRESS.model_copy(update={"button": "open:1:hepatitis"})
    [answer] = render(press, Shown(QUESTION, toast=text("said", words="positive"), refreshed=True))
    assert (answer.op, answer.payload["text"], answer.payload["alert"]) == ("answer_callback", "positive", True)


def test_a_toast_fits() -> None:
    [answer, *_] = render(PRESS, Shown(QUESTION, toast=text("said", words="\U0001f600" * 150)))
    assert answer.payload["query"] == "99"
    assert utf16_length(answer.payload["text"]) <= 200


@pytest.mark.parametrize(
    "data", ["", ":", "1:", ":x", "x:yes", "-1:yes", "\u0663:yes", "1" * 19 + ":yes", "yes", "1;yes"]
)
def test_foreign_callback_data_is_no_button_of_ours(data: str) -> None:
    assert read_callback_data(data) is None


def test_callback_data_comes_back_as_it_went() -> None:
    assert read_callback_data(callback_data(12, "is:a:b")) == (12, "is:a:b")
    with pytest.raises(ValueError, match="too long"):
        callback_data(1, "x" * 64)


@pytest.mark.parametrize("kept", [None, "", "12", "12:3", "a:b:c", "12:3:x", "12:3:open:4"])
def test_an_unknown_form_of_the_live_card_is_none(kept: str | None) -> None:
    assert Live.read(kept) is None
    assert Live.read(str(Live(12, 3, "list"))) == Live(12, 3, "list")


words = some.text(some.characters(exclude_categories=["Cs"]), max_size=9000)


@given(some.lists(words, max_size=4), some.lists(words, max_size=3))
def test_whatever_is_said_telegram_takes_it(details: list[str], typed: list[str]) -> None:
    """No text of a family, however long or odd, makes a card that Telegram refuses."""
    reply = Reply(
        text=text("said", words="Question"),
        details=tuple(text("said", words=one) for one in details),
        rows=tuple(replace(rows(1)[0], answer=text("a", answer=one)) for one in typed),
        choices=tuple(button(f"pick:{number}", one) for number, one in enumerate(typed) if one.strip()),
    )
    payload = card(reply)
    for message in payload["texts"]:
        plain, _ = parse_html(message)
        assert 1 <= counted_by_telegram(plain) <= 4096
    read_keyboard({"inline_keyboard": payload["keyboard"]})


@given(some.lists(some.text("ab<&\U0001f600\n", min_size=1, max_size=3000), max_size=6))
def test_nothing_is_lost_when_a_card_needs_several_messages(blocks: list[str]) -> None:
    packed = pack([html.escape(block) for block in blocks])
    if len(packed) < 4:
        seen = "".join(parse_html(one)[0] for one in packed).replace("\n", "")
        assert seen == ("".join(blocks).replace("\n", "") or "\u2026")


def test_a_tag_is_never_cut_in_two() -> None:
    [first, second] = pack(["<blockquote>" + "x" * 5000 + "</blockquote>"])
    assert (visible_length(first), visible_length(second)) == (4096, 904)
    parse_html(first)


def test_cutting_never_splits_a_character() -> None:
    assert cut("\U0001f600" * 3, 5) == "\U0001f600" * 2 + "\u2026"
    assert cut("abc", 3) == "abc"
