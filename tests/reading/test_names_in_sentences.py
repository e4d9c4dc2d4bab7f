"""A known name is heard in any everyday sentence: nothing that a family took is lost because of the words around it."""

from __future__ import annotations

import pytest

from brasle_prescreen.protocol import load_protocol
from brasle_prescreen.reading import read_medicines
from brasle_prescreen.reading.plain import plain, tight

LEXICON = load_protocol().medicines
# Each says that the medicine was taken.
SENTENCES = [
    "_去年停了",
    "_今年才开始吃的",
    "_半年前停掉了",
    "_三年了",
    "_一天两片",
    "_每天两片半",
    "_效果不好",
    "_好像打过两次",
    "_打了6次",
    "_过敏停了",
    "_从确诊吃到现在",
    "_大概用了一年",
    "_断断续续吃",
    "_先用的，后来换了",
    "_医生给停的",
    "_最近加的",
    "_刚开始吃",
    "_快两年了",
    "_用了没效果",
    "_住院的时候打过",
    "_也吃过",
    "_不管用",
    "_吃着",
    "_冲击过三次",
    "_静滴过",
    "_口服",
    "以前吃_",
    "之前一直吃_来着",
    "现在每天吃_两片",
    "医生开了_给孩子吃",
    "去年住院用_了",
    "后来换成_了",
    "上个月刚打完_",
    "孩子吃_吃了三年",
    "就吃_",
    "除了激素还有_",
    "激素加_",
    "曾经用过_半年",
    "主要是_",
    "还在吃_",
    "目前_",
    "长期_",
    "口服_",
    "静滴_",
    "小剂量_",
]


def is_chinese(name: str) -> bool:
    return all("\u3400" <= letter <= "\u9fff" for letter in name)


NAMES = sorted(
    {
        tight(plain(name))
        for medicine in LEXICON
        if not medicine.marks & {"group", "unnamed", "vaccine"}
        for name in (medicine.zh, *medicine.brands, *medicine.aliases)
        if is_chinese(tight(plain(name)))
    }
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_name_is_heard_and_counts_as_taken(sentence: str) -> None:
    assert len(NAMES) > 300
    lost = []
    for name in NAMES:
        heard = read_medicines(sentence.replace("_", name), LEXICON)
        if not any(name in mention.said and not mention.negated for mention in heard):
            lost.append(name)
    assert lost == []
