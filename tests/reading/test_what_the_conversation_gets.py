"""What the conversation gets beyond a plain value: why it asks back, which medicine may be meant, tablets, slips, alarms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from brasle_prescreen import reading
from brasle_prescreen.partial_date import PartialDate
from brasle_prescreen.protocol import load_protocol
from brasle_prescreen.reading import Outcome

ON = date(2026, 11, 22)
LEXICON = load_protocol().medicines


def test_a_reading_says_why_it_asks_back() -> None:
    assert reading.read_when("下个月", ON).why == "future"
    assert reading.read_when("2月30号", ON).why == "impossible_date"
    assert reading.read_age("虚岁12", ON).why == "nominal_age"
    assert reading.read_steroid_dose("强的松3片", LEXICON).why == "no_strength"
    assert reading.read_steroid_dose("强的松1000mg", LEXICON).why == "implausible"
    assert reading.read_quantity("25%", "lymphocytes").why == "percent"
    assert reading.read_phone("138****2345").why == "masked"


def test_what_was_typed_is_kept_unchanged() -> None:
    assert reading.read_when("２０２６年 ３月", ON).said == "２０２６年 ３月"


def test_an_age_is_completed_years_or_a_birth() -> None:
    age = reading.read_age("12岁半", ON).value
    assert age is not None
    assert (int(age.years or 0), age.birth) == (12, None)
    born = reading.read_age("2015年3月", ON).value
    assert born is not None
    assert born.birth == PartialDate(date(2015, 3, 1), date(2015, 3, 31))


@pytest.mark.parametrize("text", ["差一天五岁", "下周满五岁", "快五岁了", "almost five", "5 next month", "明年五岁"])
def test_nobody_is_made_five_too_early(text: str) -> None:
    age = reading.read_age(text, ON)
    assert age.value is None or int(age.value.years or 0) < 5


# ------------------------------------------------------------------ medicines


def one(text: str) -> reading.Mention:
    (mention,) = reading.read_medicines(text, LEXICON)
    return mention


def test_a_known_name_is_not_doubted_and_a_slip_is() -> None:
    assert (one("骁悉").entry, one("骁悉").doubtful, one("骁悉").how) == ("mycophenolate_mofetil", False, "exact")
    slip = one("吗替麦考分酯")
    assert (slip.entry, slip.doubtful, slip.said) == ("mycophenolate_mofetil", True, "吗替麦考分酯")


def test_names_that_are_easily_confused_are_always_asked() -> None:
    for text, entry, other in [
        ("倍利妥", "blinatumomab", "belimumab"),
        ("倍力腾", "belimumab", "blinatumomab"),
        ("美罗华", "rituximab", "obinutuzumab"),
        ("环孢素", "cyclosporine", "cyclophosphamide"),
    ]:
        mention = one(text)
        assert mention.entry == entry
        assert mention.doubtful
        assert other in mention.candidates


def test_a_word_of_form_tells_how_it_is_given() -> None:
    assert one("注射用环磷酰胺").route == "injection"
    assert one("醋酸泼尼松片").entry == "prednisone"
    assert one("他克莫司软膏").entry == "topical_inhaled_steroid"


def test_each_medicine_keeps_its_own_negation() -> None:
    mentions = reading.read_medicines("没用过美罗华，用过骁悉和纷乐", LEXICON)
    assert [(mention.entry, mention.negated) for mention in mentions] == [
        ("rituximab", True),
        ("mycophenolate_mofetil", False),
        ("hydroxychloroquine", False),
    ]


def test_mycophenolates_stay_two_medicines_inside() -> None:
    mentions = reading.read_medicines("骁悉和米芙", LEXICON)
    assert [mention.entry for mention in mentions] == ["mycophenolate_mofetil", "mycophenolate_sodium"]


def test_now_and_ever_are_two_questions() -> None:
    text = "以前吃骁悉，现在吃他克莫司"
    ever, now = (reading.read_medicines(text, LEXICON, tense=tense) for tense in ("ever", "now"))
    assert [mention.negated for mention in ever] == [False, False]
    assert [mention.negated for mention in now] == [True, False]


# ------------------------------------------------------------------ doses


def dose(text: str, entry: str = "prednisone") -> reading.Dose:
    read = reading.read_dose_of(text, entry, LEXICON)
    assert read.value is not None, read.why
    return read.value


def test_a_dose_in_tablets_keeps_them() -> None:
    taken = dose("一天3片，每片4mg", "methylprednisolone_oral")
    assert (taken.tablet_mg, taken.tablets_per_day, taken.least) == (Decimal(4), Decimal(3), Decimal(12))
    assert taken.prednisone_least == taken.prednisone_most == Decimal(15)


def test_half_tablets_every_other_day() -> None:
    taken = dose("隔天一片半，5mg一片")
    assert (taken.least, taken.every_days, taken.tablets_per_day) == (Decimal("3.75"), 2, Decimal("0.75"))


def test_a_range_keeps_both_ends() -> None:
    taken = dose("10到15毫克")
    assert (taken.least, taken.most, taken.tablet_mg) == (Decimal(10), Decimal(15), None)


def test_a_known_medicine_may_be_left_unnamed_but_not_swapped() -> None:
    assert dose("每天20毫克").least == Decimal(20)
    assert reading.read_dose_of("两片", "prednisone", LEXICON).why == "no_strength"
    assert reading.read_dose_of("不知道", "prednisone", LEXICON).outcome is Outcome.UNSURE


# ------------------------------------------------------------------ laboratory slips


def test_a_slip_of_several_lines() -> None:
    slip = """2026-11-10 血常规
    白细胞 WBC 5.2 10^9/L 4-10
    血红蛋白 HGB 98 g/L 115-150 ↓
    血小板 PLT 7.4 万/ul
    淋巴细胞百分比 LYM% 18.2 % 20-50
    淋巴细胞绝对值 LYM# 0.85 10^9/L 1.1-3.2
    谷丙转氨酶（ALT）：19 U/L（参考值：9-50）"""
    lines = {line.analyte: line for line in reading.read_lab_slip(slip, ON)}
    assert {name: (line.value, line.unit) for name, line in lines.items()} == {
        "hemoglobin": (Decimal(98), "g/L"),
        "platelets": (Decimal("7.4"), "10^4/uL"),
        "lymphocytes": (Decimal("0.85"), "10^9/L"),
        "alt": (Decimal(19), "U/L"),
    }
    assert lines["alt"].upper_limit == Decimal(50)
    assert lines["hemoglobin"].date == PartialDate.exactly(date(2026, 11, 10))


def test_a_slip_in_one_line_and_in_english() -> None:
    lines = reading.read_lab_slip("Hb 11.2 g/dL, platelets 210 K/uL, ALT 35 (0-40), EF 62%, SpO2 98", ON)
    assert [(line.analyte, line.value, line.unit) for line in lines] == [
        ("hemoglobin", Decimal("11.2"), "g/dL"),
        ("platelets", Decimal(210), "K/uL"),
        ("alt", Decimal(35), None),
        ("lvef", Decimal(62), "%"),
        ("spo2", Decimal(98), "%"),
    ]


def test_what_no_patient_has_is_left_out_of_a_slip() -> None:
    assert reading.read_lab_slip("血红蛋白 1180\n血氧 120%\n血小板 正常", ON) == ()


def test_a_score_with_its_day() -> None:
    score = reading.read_score("上个月评的，SLEDAI-2000 是12分", ON, least=0, most=105).value
    assert score is not None
    assert (score.score, score.date) == (12, PartialDate(date(2026, 10, 1), date(2026, 10, 31)))
    assert reading.read_score("没评过", ON, least=0, most=105).outcome is Outcome.UNSURE
    assert reading.read_score("110", ON, least=0, most=105).outcome is Outcome.ASK_BACK


# ------------------------------------------------------------------ alarms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我不想活了", "self_harm"),
        ("she took all the pills", "self_harm"),
        ("正在抽筋", "emergency"),
        ("血氧只有88", "emergency"),
        ("血小板1.5万，流鼻血", "emergency"),
        ("发烧38.6度", "call_now"),
        ("38.2度，一直打寒战", "call_now"),
        ("fever of 38.1 with chills", "call_now"),
        ("高烧不退", "call_now"),
        ("发烧38.2度", "none"),
        ("低烧37.6", "none"),
        ("上个月发烧39度", "none"),
        ("班上有同学得了水痘", "call_today"),
        ("长了带状疱疹", "call_today"),
        ("exposed to chickenpox at school", "call_today"),
        ("打过水痘疫苗", "none"),
        ("小时候得过水痘", "none"),
        ("激素能不能停？", "medicine_advice"),
        ("我想减一片强的松行不行", "medicine_advice"),
        ("should we stop the prednisone?", "medicine_advice"),
        ("漏吃了一次要不要补", "medicine_advice"),
        ("骁悉吃了没效果，停了", "none"),
        ("这个药副作用大吗", "study_question"),
        ("参加要花钱吗", "study_question"),
        ("is the study safe?", "study_question"),
        ("12岁", "none"),
        ("没有", "none"),
    ],
)
def test_alarms(text: str, kind: str) -> None:
    assert reading.alarm(text) == kind


def test_an_alarm_in_the_middle_of_a_long_message_is_heard() -> None:
    chatter = "今天天气很好，我们去了公园，她画了一幅画。" * 80
    assert reading.alarm(chatter + "她说不想活了。" + chatter) == "self_harm"
    assert reading.alarm(chatter + chatter) == "none"
