"""Questions about the study in what is typed: heard in both languages and scripts, and never where an answer may be."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.reading.family_question import is_question, read_family_questions

HEARD = {
    "drug": ["贝林妥欧单抗是什么药？", "什么是倍利妥", "What is blinatumomab?", "what kind of drug is it?"],
    "placebo": ["有安慰剂吗", "有沒有安慰劑？", "医生您好，请问会分到安慰剂组吗？", "is there a placebo", "Will she get a placebo?"],
    "trips": ["要跑几趟杭州？", "要去幾次醫院？", "整个研究要多久", "要住院吗", "How many trips do we need?", "how long is the study?"],
    "where": ["在哪里做？", "在哪個醫院做？", "要去杭州吗", "Where is the study?", "which hospital is it?"],
    "pays": ["谁出钱？", "誰付費用？", "我想问一下，参加的话要不要钱？", "免费吗", "Who pays?", "is it free?", "how much does it cost?"],
    "medicines": ["要停药吗？", "要停現在吃的藥嗎", "现在吃的药要停吗", "Must we stop our medicines?", "do we have to stop her medicines"],
    "leave": ["能退出吗？", "中途可以退出嗎？", "参加了还能反悔吗", "Can we leave?", "can we change our minds later?"],
    "people": ["有多少人参加？", "How many children are in it?", "how many people take part?"],
    "risks": ["有副作用吗？", "有什么风险？", "安全吗", "what are the side effects?", "is it safe for children?"],
    "works": ["有效果吗", "能治好吗？", "does it work?", "will it help my daughter?"],
    "blood": ["要抽血吗", "抽多少血？", "will blood be taken?", "how much blood do you take?"],
    "seen": ["谁能看到我们填的？", "会保密吗", "who sees our answers?", "is this private?"],
}  # fmt: skip
ANSWERS = (
    "有", "没有", "没有吗？", "2015年3月", "2015?", "有安慰剂", "安慰剂", "placebo", "参加过别的研究，有安慰剂", "停药了", "因为副作用停药",
    "副作用太大", "副作用大", "不清楚", "要", "不要", "no", "两次", "几次", "有几次？", "抽过血", "有效", "有效果", "没效果", "多少", "免费的",
    "安全", "杭州", "在杭州做的", "六个人", "住院了", "要住院", "住过几次院", "强的松吗？", "贝林妥欧单抗", "哪个医院诊断的", "is she free of disease",
    "they stopped the medicines", "do I have blood in urine", "rituximab in Hangzhou", "she had side effects", "how many tablets?", "",
)  # fmt: skip
# Asked about one's own treatment: the safety text answers, not the listing.
ADVICE = ("可以停药吗", "能不能停激素", "激素能停吗", "can I stop prednisone?", "漏吃了一次要不要补")


@pytest.mark.parametrize("id", load_family_questions())
def test_each_question_is_heard(id: str) -> None:
    assert {words: read_family_questions(words) for words in HEARD[id]} == dict.fromkeys(HEARD[id], ((id,), ""))


def test_answers_and_advice_are_none_of_them() -> None:
    wrong = {words: read_family_questions(words) for words in (*ANSWERS, *ADVICE)}
    assert wrong == {words: ((), words) for words in (*ANSWERS, *ADVICE)}


def test_what_stands_beside_a_question_is_left_as_typed() -> None:
    assert read_family_questions("2015年3月。有安慰剂吗？") == (("placebo",), "2015年3月。")
    assert read_family_questions("Yes, SLE! Who pays? Can we leave?") == (("pays", "leave"), "Yes, SLE!")
    story = "有安慰剂吗？" * 200
    assert read_family_questions(story) == ((), story)


def test_what_ends_as_a_question_is_one() -> None:
    assert all(map(is_question, ("能带奶奶去吗", "能帶奶奶去嗎？", "Can granny come?", "那怎么去呢")))
    assert not any(map(is_question, ("奶奶去", "granny came", "", "x" * 5000 + "?")))


REPLIES = Path(__file__).parents[1] / "replies"


def said(found: Any) -> Iterator[str]:
    """Every text in a file of worked replies."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        yield from (text for key, value in found.items() for part in (key, value) for text in said(part))
    elif isinstance(found, list):
        yield from (text for value in found for text in said(value))


def test_no_worked_reply_is_taken_for_a_question() -> None:
    """Of all replies that are known to be answers, none; the three below ask about the study."""
    files = [tomllib.loads(file.read_text(encoding="utf-8")) for file in REPLIES.glob("*.toml")]
    files += [json.loads(line) for line in (REPLIES / "worked.jsonl").read_text(encoding="utf-8").splitlines() if line]
    replies = {text for file in files for text in said(file)}
    assert len(replies) > 1000
    asked = {text for text in replies if read_family_questions(text)[0]}
    assert asked <= {"is it dangerous?", "请问这个研究要抽多少血", "what are the side effects?"}
