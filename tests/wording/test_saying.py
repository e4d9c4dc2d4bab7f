"""What a family reads: the right words, its own words as typed, and never an exception."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.message import Day, Joined, Term, Text, Value
from bot.wording import Wording, WordingError

LANGUAGES = ("en", "zh_Hans")
LOADED = Wording.load()


def day(earliest: str, latest: str | None = None) -> Day:
    return Day(earliest=date.fromisoformat(earliest), latest=date.fromisoformat(latest or earliest))


def test_both_languages_are_offered_by_their_own_names(wording: Wording) -> None:
    assert wording.languages() == (("zh_Hans", "简体中文"), ("en", "English"))


def test_a_key_is_said_in_each_language(wording: Wording) -> None:
    assert wording.say(Text(key="nav.skip"), "en") == "Skip"
    assert wording.say(Text(key="nav.skip"), "zh_Hans") == "跳过"


def test_an_adult_who_answers_alone_is_not_called_a_child(wording: Wording) -> None:
    ask = Text(key="card.symptoms.ask")
    assert wording.say(ask, "zh_Hans") == "最近一个月，孩子有哪些不舒服？"
    assert wording.say(ask, "zh_Hans", self_answering=True) == "最近一个月，您有哪些不舒服？"
    assert wording.say(Text(key="nav.skip"), "zh_Hans", self_answering=True) == "跳过"


def test_a_nested_text_follows_who_answers(wording: Wording) -> None:
    because = Text(key="result.because", values={"reasons": Joined(items=(Text(key="reason.I1"),))})
    assert "您的年龄" in wording.say(because, "zh_Hans", self_answering=True)
    assert "孩子的年龄" in wording.say(because, "zh_Hans")


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (day("2026-08-22"), "2026-08-22", "2026年8月22日"),
        (day("2026-08-01", "2026-08-31"), "August 2026", "2026年8月"),
        (day("2024-02-01", "2024-02-29"), "February 2024", "2024年2月"),
        (
            day("2026-02-01", "2026-02-27"),
            "between 2026-02-01 and 2026-02-27",
            "2026年2月1日到2026年2月27日之间",
        ),
        (day("2025-01-01", "2025-12-31"), "2025", "2025年"),
        (
            day("2027-01-01", "2027-12-30"),
            "between 2027-01-01 and 2027-12-30",
            "2027年1月1日到2027年12月30日之间",
        ),
        (day("1906-08-23", "2026-08-22"), "2026-08-22 or earlier", "2026年8月22日或更早"),
    ],
)
def test_days_and_spans(wording: Wording, value: Day, english: str, chinese: str) -> None:
    assert wording.value(value, "en") == english
    assert wording.value(value, "zh_Hans") == chinese


def test_a_list_in_running_text_and_one_a_line(wording: Wording) -> None:
    items = (Text(key="nav.skip"), "骁悉", 3)
    assert wording.value(Joined(items=items), "en") == "Skip, 骁悉, 3"
    assert wording.value(Joined(items=items), "zh_Hans") == "跳过、骁悉、3"
    assert wording.value(Joined(items=items, lines=True), "zh_Hans") == "跳过\n骁悉\n3"


def test_a_term_is_named_in_the_nearest_language(wording: Wording) -> None:
    term = Term(by_language={"en": "prednisone", "zh_Hans": "泼尼松"})
    assert wording.value(term, "zh_Hans") == "泼尼松"
    assert wording.value(term, "zh_Hant") == "泼尼松"
    assert wording.value(term, "fr") == "prednisone"


def test_own_words_are_raw_in_plain_text_and_escaped_in_markup(wording: Wording) -> None:
    text = Text(key="answered.as", values={"answer": "<b>A & B</b> {answer} {0.__class__}"})
    assert wording.say(text, "en") == "✓ <b>A & B</b> {answer} {0.__class__}"
    assert wording.say_html(text, "en") == "✓ &lt;b&gt;A &amp; B&lt;/b&gt; {answer} {0.__class__}"


def test_the_texts_own_tags_stay_in_markup_and_go_in_plain_text() -> None:
    from bot.wording_template import parse

    template = parse("<b>Now</b>: {a} & SpO2 < 92 <script>x</script>")
    assert template.fill({"a": "1"}, markup=True) == "<b>Now</b>: 1 &amp; SpO2 &lt; 92 &lt;script&gt;x&lt;/script&gt;"
    assert template.fill({"a": "1"}, markup=False) == "Now: 1 & SpO2 < 92 <script>x</script>"


def test_the_hash_is_that_of_the_wording_shown(wording: Wording) -> None:
    shown = wording.say(Text(key="permission.abroad.ask"), "zh_Hans")
    assert wording.text_hash("permission.abroad.ask", "zh_Hans") == hashlib.sha256(shown.encode()).hexdigest()
    assert wording.text_hash("permission.abroad.ask", "en") != wording.text_hash("permission.abroad.ask", "zh_Hans")


HINTS: dict[str, list[str | None]] = {
    "zh_Hans": [
        "zh-hans", "zh", "zh-CN,zh;q=0.9,en;q=0.8", "zh-hans-raw", "zh-TW", "zh_CN", "yue",
        "fr;q=0.8,zh-CN;q=0.9", "zh-CN;q=oops",
    ],
    "en": ["en", "en-US,zh;q=0.5", "en-GB", "fr", "", None, "*", "x", "\x00", "a" * 5000],
}  # fmt: skip


@pytest.mark.parametrize(
    ("hint", "language"), [(hint, language) for language, hints in HINTS.items() for hint in hints]
)
def test_the_language_is_guessed(wording: Wording, hint: str | None, language: str) -> None:
    assert wording.guess(hint) == language


def test_a_gap_is_an_error_in_tests_and_a_log_line_for_families(
    wording: Wording, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(WordingError, match=r"no\.such\.key"):
        wording.say(Text(key="no.such.key"), "en")
    with pytest.raises(WordingError, match="answer"):
        wording.say(Text(key="answered.as"), "en")
    assert LOADED.say(Text(key="answered.as"), "en") == "✓ "
    assert LOADED.say(Text(key="no.such.key"), "zh_Hans") == "[no.such.key]"
    assert "no.such.key" in caplog.text


def test_the_log_never_holds_a_value(caplog: pytest.LogCaptureFixture) -> None:
    LOADED.say(Text(key="no.such.key", values={"answer": "private words"}), "en")
    assert "private words" not in caplog.text


STRINGS = st.text(max_size=40) | st.sampled_from(
    ["{", "}", "{answer}", "{0}", "%s", "\x00", "\ud800", "<b>", "&amp;", "\u202ex"]
)
DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
LEAVES = (
    STRINGS
    | st.integers()
    | st.builds(
        lambda first, days: Day(
            earliest=first, latest=min(date.max, first + timedelta(min(days, (date.max - first).days)))
        ),
        DAYS,
        st.integers(0, 50000),
    )
    | st.builds(Day, earliest=DAYS, latest=DAYS)
    | st.builds(
        Term,
        by_language=st.dictionaries(st.sampled_from(["en", "zh_Hans", "zh", "", "fr"]), STRINGS, max_size=3),
    )
)
NAMES = st.sampled_from(["answer", "medicine", "date", "n", "reason", "x"])
KEYS = st.sampled_from([*LOADED.all_keys(), "no.such.key", "", "{x}"])
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES,
    lambda inner: st.builds(Joined, items=st.lists(inner, max_size=4).map(tuple), lines=st.booleans())
    | st.builds(Text, key=KEYS, values=st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    key=KEYS,
    values=st.dictionaries(st.sampled_from(["answer", "medicine", "date", "n", "reason", "x"]), VALUES, max_size=3),
    language=st.sampled_from([*LANGUAGES, "zh_Hant", "fr", "", "not a language", "xx"]),
    self_answering=st.booleans(),
)
def test_nothing_makes_it_fail(key: str, values: dict[str, Value], language: str, self_answering: bool) -> None:
    text = Text(key=key, values=values)
    assert isinstance(LOADED.say(text, language, self_answering=self_answering), str)
    assert isinstance(LOADED.say_html(text, language, self_answering=self_answering), str)


@settings(max_examples=300, deadline=None)
@given(said=STRINGS)
def test_own_words_never_become_markup(said: str) -> None:
    shown = LOADED.say_html(Text(key="answered.as", values={"answer": said}), "en")
    assert "<" not in shown
    assert ">" not in shown
    assert said in LOADED.say(Text(key="answered.as", values={"answer": said}), "en")


@settings(max_examples=200, deadline=None)
@given(hint=st.text(max_size=60) | st.from_regex(r"[a-z-]{1,20}(;q=[0-9.]{1,4})?(,[a-z-]{1,12})?", fullmatch=True))
def test_any_hint_gives_an_offered_language(hint: str) -> None:
    assert LOADED.guess(hint) in dict(LOADED.languages())
