"""The word files: every list is well formed, and reading loads no heavy library before it needs one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from brasle_prescreen import reading
from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.reading.choice import cards
from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.words import bounded, languages, load, phrases

HEAVY = ("pypinyin", "rapidfuzz", "phonenumbers", "opencc", "cn2an", "aiogram", "starlette")


def lists(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, list[Any]]]:
    for key, value in data.items():
        where = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from lists(value, where)
        elif isinstance(value, list):
            yield where, value


@pytest.mark.parametrize("name", [name for name, _ in languages()])
def test_every_phrase_is_a_pattern(name: str) -> None:
    for where, values in lists(load(name)):
        for value in values:
            sources = value if isinstance(value, list) else [value]
            assert isinstance(sources[0], str), f"{name}: {where}"
            assert re.compile(sources[0]), f"{name}: {where}"


def test_both_languages_answer_the_same_questions() -> None:
    zh, en = (dict(languages())[f"{code}.toml"] for code in ("zh", "en"))
    missing = {where for where, _ in lists(zh)} ^ {where for where, _ in lists(en)}
    # What only one language can say: characters, months by name, spoken frequencies.
    own = (
        "numerals",
        "time.month",
        "time.weekday",
        "time.festival",
        "time.year_mark",
        "time.counters",
        "time.of_word",
        "time.each",
        "time.years.3",
        "time.day",
        "time.year_part_alone",
        "time.already",
        "time.last",
        "dose.once",
        "dose.twice",
        "dose.thrice",
        "dose.four_times",
        "phone.regions",
        "time.weekend",
        "medicines.common_words",
    )
    assert sorted(where for where in missing if not where.startswith(own)) == []
    assert [one for one in own if not any(where.startswith(one) for where in missing)] == []


def test_lists_are_folded_like_what_is_typed() -> None:
    for phrase in phrases("time.festival.labour_day"):
        assert re.search(bounded(phrase), tight(plain("五一的时候"))) or "劳动节" in phrase


def test_cards_with_words_exist() -> None:
    from brasle_prescreen.question import load_questions

    questions = load_questions()
    templates = {f"medicine.{card.id}" for card in questions.medicine.card} | {
        f"vaccine.{card.id}" for card in questions.vaccine.card
    }
    assert cards() - {card.id for card in questions.card} - templates == set()


@pytest.mark.parametrize(
    "code",
    [
        "import brasle_prescreen.reading",
        "from datetime import date; from brasle_prescreen import reading as r; r.read_when('去年三月', date(2026, 11, 22))",
        "from brasle_prescreen import reading as r; r.alarm('挺好的'); r.read_yes_no('没有')",
    ],
)
def test_heavy_libraries_wait(code: str) -> None:
    script = f"import sys; {code}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# Sections of which the code asks by the last name alone: as one table, or with a person, a command or a question put in.
BY_LAST_NAME = ("numerals", "sex", "wish", "family_question")


def test_no_list_is_forgotten() -> None:
    """A list that nothing reads would mislead a translator."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(reading.__file__).parent.glob("*.py"))
    # A path written out, the part before {...} in one that is put together, or the part behind it.
    asked = {path.strip(".") for path in re.findall(r"""["'.}]([\w.]+?)(?:\.\{|["'])""", code)}
    asked |= set(load_family_questions())
    for name, data in languages():
        for section, table in data.items():
            keys = [section] if not isinstance(table, Mapping) else [f"{section}.{key}" for key in table]
            for key in keys:
                used = key in asked or (section in BY_LAST_NAME and key.rpartition(".")[2] in asked)
                assert used or key.startswith("sex.pronoun_"), f"{name}: {key} is read nowhere"
