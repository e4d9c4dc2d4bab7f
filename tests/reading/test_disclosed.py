"""What is disclosed in any message, whatever was asked: a pregnancy, or that somebody is being hurt."""

from __future__ import annotations

import time

import pytest

from brasle_prescreen.reading.disclosed import disclosed

PREGNANT = (
    "孩子怀孕了", "女儿怀孕8周了", "查出怀孕", "她怀孕了，怎么办", "我女儿上个月发现怀孕了", "验孕棒两条杠", "怀孕了", "my daughter is pregnant",
    "she's pregnant", "She is 8 weeks pregnant", "the pregnancy test came back positive", "pregnant", "we found out she is pregnant",
)  # fmt: skip
HURT = (
    "她被同学性侵了", "爸爸经常打她", "孩子被家暴", "继父猥亵她", "孩子被老师虐待", "he hits her", "my uncle molested me",
    "her father beats her every day", "she was raped", "last year she was sexually assaulted",
)  # fmt: skip
NEITHER = (
    "没怀孕", "没有怀孕", "不可能怀孕", "怀孕了能参加吗", "如果怀孕了要退出吗", "妈妈怀孕了", "我怀孕了", "我怀她的时候吃过药", "她妈妈怀孕的时候感染过",
    "担心怀孕", "以后能怀孕吗", "去年怀孕了，后来流产了", "去年打了疫苗", "他经常打她电话", "打针", "被蚊子咬了", "免疫系统攻击自己", "老是打喷嚏",
    "心脏没问题", "not pregnant", "she is not pregnant", "if she gets pregnant", "her mother is pregnant", "I am pregnant with her brother",
    "can she get pregnant later", "was she abused? no", "no abuse", "I was pregnant in 2012", "", "11岁", "prednisone 10 mg",
)  # fmt: skip


@pytest.mark.parametrize("text", PREGNANT)
def test_a_pregnancy_is_heard_wherever_it_is_told(text: str) -> None:
    assert disclosed(text) == "pregnancy"


@pytest.mark.parametrize("text", HURT)
def test_that_somebody_is_hurt_is_heard(text: str) -> None:
    assert disclosed(text) == "abuse"


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_denied_asked_or_of_another_is_no_disclosure(text: str) -> None:
    assert disclosed(text) == "none"


def test_whoever_answers_for_themselves_speaks_of_themselves() -> None:
    assert disclosed("我怀孕了", oneself=True) == "pregnancy"
    assert disclosed("I'm pregnant", oneself=True) == "pregnancy"


def test_a_very_long_message_is_heard_at_both_ends_and_quickly() -> None:
    began = time.perf_counter()
    assert disclosed("x" * 20_000 + " my daughter is pregnant") == "pregnancy"
    assert disclosed("打" * 20_000) == "none"
    assert disclosed("is pregnan " * 2_000) == "none"
    assert time.perf_counter() - began < 2
