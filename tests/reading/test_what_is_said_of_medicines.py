"""Which of several medicines in one message were taken: plans, refusals, other people, lists and remarks in brackets."""

from __future__ import annotations

import pytest

from brasle_prescreen.protocol import load_protocol
from brasle_prescreen.reading import read_medicines
from brasle_prescreen.reading.medicines_beside import read_beside

LEXICON = load_protocol().medicines
# "+" taken, "-" not taken, "?" asked back; in the order in which the medicines are named.
SAYINGS = {
    # What is done every day, and a course that goes on, is no plan.
    "主要用骁悉，每天要吃强的松": "++",
    "贝利尤每个月要打一次": "+",
    "下周打第三次美罗华": "+",
    "贝利尤准备打第二针": "+",
    "due for her third Benlysta dose next week": "+",
    "强的松打算停了，医生建议继续吃羟氯喹": "++",
    "plan to stop prednisone soon": "+",
    "骁悉减了，羟氯喹没减": "++",
    "not on methotrexate any more": "+",
    # Plans, and what was only spoken of.
    "想换成泰它西普": "-",
    "羟氯喹在吃，等指标稳了再加骁悉": "+-",
    "要是蛋白尿不降就加骁悉": "-",
    "拟用贝利尤单抗": "-",
    "贝利尤问过": "?",
    "医生提到过羟氯喹的副作用，吃着骁悉": "++",
    "CAR-T was discussed": "?",
    "We considered rituximab but decided against it": "-",
    "The doctor might add CellCept": "-",
    "on the waiting list for telitacicept": "-",
    "吃着骁悉，在等贝利尤": "+-",
    "医生说看情况可能加贝利尤": "-",
    "telitacicept is what we would like": "-",
    "贝利尤单抗待用": "-",
    "先不上环磷酰胺，吃着骁悉": "-+",
    "开了来氟米特，没拿药": "-",
    "医生本来开的是环磷酰胺": "?",
    "advised to try belimumab": "?",
    "she will move on to mycophenolate": "-",
    "用骁悉代替环磷酰胺": "+?",
    "we skipped azathioprine": "-",
    "MMF to be started once approved": "-",
    "骁悉和他克莫司能一起吃吗": "??",
    "can she take plaquenil with CellCept": "??",
    # Told to take it, needs more of it, is not changed: taken.
    "一直让吃羟氯喹，强的松感冒时要加量": "++",
    "医院让吃羟氯喹，吃到现在": "+",
    "羟氯喹一直两片，没加别的药": "+",
    # From one to the other, and a plan that was carried out.
    "医生建议骁悉换成他克莫司": "+-",
    "强的松准备换成美卓乐": "+-",
    "骁悉换成了他克莫司": "++",
    "she wants to switch him from cellcept to tacrolimus": "+-",
    "医生建议上贝利尤，打了六次": "?",
    "医生推荐的白芍总苷吃了一阵": "+",
    "going to stop MMF and start Benlysta": "+?",
    "贝利尤太贵没打，去年吃了中药，强的松减到两片": "-+",
    # Not now, but before; not I, but she.
    "目前没用贝利尤，之前用过": "?",
    "羟氯喹缺货没吃，后来才吃的": "?",
    "我没吃过羟氯喹，我女儿吃的": "?",
    # Other people.
    "孩子他爸打阿达木单抗，孩子吃羟氯喹": "-+",
    "同病房的孩子都打贝利尤，我们家打的是泰它西普": "-+",
    "同学的妈妈说她家孩子用的倍力腾，我们用的是泰爱": "-+",
    "My niece is on Humira; my daughter takes Plaquenil": "-+",
    "MMF wasn't enough, tacrolimus was added": "++",
    "亲戚家孩子也是这病，吃骁悉": "?",
    "她大姨有类风湿，吃甲氨蝶呤。孩子吃强的松": "?+",
    "开了骁悉，但我没给孩子吃": "-",
    # Remarks in brackets speak of the name before them.
    "强的松（有）羟氯喹（有）骁悉（无）": "++-",
    "1）甲泼尼龙 2）羟氯喹 3）环磷酰胺（还没开始）": "++-",
    "羟氯喹和骁悉（没吃过）": "?-",
    "美卓乐，羟氯喹。没打过针": "++",
    # Lists, with what is said of them before or behind.
    "没有：环磷酰胺、美罗华": "--",
    "吃过：\n强的松\n羟氯喹\n没吃过：\n骁悉\n环磷酰胺": "++--",
    "Never taken:\nMMF\nrituximab\n\nprednisone": "--+",
    "not used: MMF, CYC, RTX": "---",
    "never had MMF, CYC, RTX": "-??",
    "强的松吃过，环磷酰胺，美罗华都没用过": "+--",
    "强的松，羟氯喹，骁悉，没用过": "??-",
    "羟氯喹 是\n骁悉 否": "+-",
    "除了美罗华没用过，其他的骁悉、环磷酰胺都用过": "?++",
    "强的松跟纷乐，环磷酰胺签了字但最后没打": "++-",
    "has not had rituximab, cyclophosphamide or IVIG": "---",
    "Lupkynis wasn't available so tacrolimus with cellcept": "-++",
}


@pytest.mark.parametrize("said", SAYINGS)
def test_what_is_said_of_each(said: str) -> None:
    read = read_medicines(said, LEXICON)
    assert "".join("-" if one.negated else "?" if one.unclear else "+" for one in read) == SAYINGS[said]


def test_a_short_name_among_words_that_do_not_show_it_is_kept_to_be_asked_back() -> None:
    assert read_beside("白细胞低骁悉停了", LEXICON).hidden == (("骁悉", "mycophenolate_mofetil"),)


@pytest.mark.parametrize("said", ["topical tacrolimus", "外用他克莫司", "涂他克莫司"])
def test_what_is_put_on_the_skin(said: str) -> None:
    assert [one.route for one in read_medicines(said, LEXICON)] == ["topical"]
