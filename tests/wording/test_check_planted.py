"""`locales check` finds every planted mistake: twenty and more of each kind, made from the shipped texts."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from bot.locale_checks import (
    complete,
    forbidden,
    glossary,
    invisible,
    keys,
    length,
    markup,
    negation,
    numbers,
    punctuation,
    reading,
    same_as_source,
    variables,
)
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf
from tests.wording import planting as plant
from tests.wording.planting import PO, POT, Mistake, english_swap, swap

# How many of a kind there have to be, and how many are made at most.
LEAST, MOST = 20, 60

Check = Callable[[Shelf], Iterable[Finding]]
HARD_HAN = "龘麤饕餮"
HARD_ENGLISH = (
    " Notwithstanding the aforementioned considerations, participation necessitates comprehensive documentation "
    "of immunological abnormalities, encompassing institutional verification procedures."
)
LONG_CHINESE = "，然后请您把家里能找到的每一张单子和本子都拿出来放在一起慢慢看一看再告诉我上面都写了什么和哪一天写的"

# Kind of mistake: the check that has to find it, the file it stands in, how it is made.
KINDS: dict[str, tuple[Check, str, Mistake]] = {
    "empty": (complete.check, PO, lambda _, zh: ""),
    "stale: the English changed": (complete.check, POT, lambda en, _: en + " Really."),
    "placeholder renamed": (variables.check, PO, swap(r"\{[a-z_]+\}", "{other}")),
    "placeholder left out": (variables.check, PO, swap(r"\{[a-z_]+\}", "", where=r"^[A-Za-z][^{]*\{[a-z_]+\}[^{]*$")),
    "placeholder too many": (variables.check, PO, plant.after("{surplus}")),
    "placeholder in Chinese": (variables.check, PO, swap(r"\{[a-z_]+\}", "{名字}")),
    "brace alone": (variables.check, PO, plant.after("{")),
    "placeholder not explained": (variables.check, POT, lambda en, _: en + " {surplus}"),
    "tag not allowed": (markup.check, PO, lambda _, zh: f"<em>{zh}</em>"),
    "tag with an attribute": (markup.check, PO, lambda _, zh: f'<b class="x">{zh}</b>'),
    "tag never closed": (markup.check, PO, lambda _, zh: f"<b>{zh}"),
    "tags crossed": (markup.check, PO, lambda _, zh: f"<b><i>{zh}</b></i>"),
    "entity": (markup.check, PO, plant.after("&nbsp;")),
    "forbidden word": (forbidden.check, PO, plant.after("合格")),
    "promise to a family": (forbidden.check, PO, lambda en, zh: zh + "保证" if "?" in en else None),
    "number changed": (numbers.check, PO, plant.number_changed),
    "number in words changed": (numbers.check, PO, plant.numeral_changed),
    "number left out": (numbers.check, PO, plant.number_dropped),
    "number too many": (numbers.check, PO, plant.after("再等17天。")),
    "months for weeks": (numbers.check, PO, swap("个月", "周", where=r"[2-9] months")),
    "another unit": (numbers.check, PO, plant.unit_changed),
    "full-width number": (punctuation.check, PO, plant.after("２天")),
    "negation left out": (negation.check, PO, plant.without_negation),
    "negation too many": (negation.check, PO, plant.with_negation),
    "study is 实验": (glossary.check, PO, swap("研究", "实验", where=r"\b[Ss]tudy\b")),
    "lupus in other words": (
        glossary.check,
        PO,
        swap("(?:系统性)?(?:红斑)?狼疮.*", "这个病", where=r"\b[Ll]upus\b|SLE"),
    ),
    "study team in other words": (
        glossary.check,
        PO,
        lambda en, zh: zh.replace("研究团队", "研究小组") if "study team" in en and "研究团队" in zh else None,
    ),
    "button too wide": (length.check, PO, lambda _, zh: "宽" * 17),
    "card too long": (length.check, PO, lambda en, zh: "长" * 4097),
    "half-width comma": (punctuation.check, PO, swap("，", ",")),
    "half-width stop": (punctuation.check, PO, swap("。", ".")),
    "half-width question mark": (punctuation.check, PO, swap("？", "?")),
    "half-width brackets": (punctuation.check, PO, swap("（", "(")),
    "bracket never closed": (punctuation.check, PO, swap("）", "")),
    "quotation mark never closed": (punctuation.check, PO, swap("”", "")),
    "straight quotation mark": (punctuation.check, PO, swap("“([\u4e00-\u9fff]+)”", r'"\1"')),
    "space between characters": (punctuation.check, PO, plant.one_space_in),
    "space beside a mark": (punctuation.check, PO, swap("，", "， ")),
    "two marks in a row": (punctuation.check, PO, swap("。", "。。")),
    "ellipsis of dots": (punctuation.check, PO, plant.after("好...")),
    "ellipsis cut in half": (punctuation.check, PO, plant.after("好…")),
    "space at the end": (punctuation.check, PO, plant.after(" ")),
    "empty line at the end": (punctuation.check, PO, plant.after("\n")),
    "space at the beginning": (punctuation.check, PO, lambda _, zh: " " + zh),
    "question made a statement": (punctuation.check, PO, swap("？$", "。", where=r"\?$")),
    "lines run together": (punctuation.check, PO, swap("\n", "")),
    "Chinese mark in English": (punctuation.check, POT, english_swap(r"\.(?= |$)", "。")),
    "space before a mark": (punctuation.check, POT, english_swap(r"(?<=\w)\.(?= |$)", " .")),
    "zero-width space": (invisible.check, PO, plant.invisible("\u200b")),
    "byte order mark": (invisible.check, PO, plant.invisible("\ufeff")),
    "soft hyphen": (invisible.check, PO, plant.invisible("\u00ad")),
    "right-to-left override": (invisible.check, PO, plant.invisible("\u202e")),
    "no-break space": (invisible.check, PO, plant.invisible("\u00a0")),
    "full-width space": (invisible.check, PO, plant.invisible("\u3000")),
    "control character": (invisible.check, PO, plant.invisible("\u0007")),
    "zero-width space in English": (invisible.check, POT, lambda en, _: en[:1] + "\u200b" + en[1:]),
    "not translated": (same_as_source.check, PO, lambda en, _: en if re.search(r"[a-z]{4} [a-z]{4}", en) else None),
    "hard English": (reading.check, POT, lambda en, _: en + HARD_ENGLISH if en.endswith(".") else None),
    "long word on a button": (reading.check, POT, lambda en, _: "Immunological" if len(en) < 20 else None),
    "hard Chinese": (reading.check, PO, plant.after(HARD_HAN)),
    "long Chinese sentence": (reading.check, PO, lambda _, zh: zh.rstrip("。？") + LONG_CHINESE * 2 + "。"),
}


# Checks that look at each text by itself.
ALONE = (markup.check, forbidden.check, invisible.check, length.check, reading.check)
# Kinds that only some keys can have.
KEYS = {"button too wide": r"card\..*\.choice\."}


@pytest.mark.parametrize("kind", KINDS)
def test_every_planted_mistake_of_a_kind_is_found(
    shelf: Shelf, kind: str, record_property: Callable[..., None]
) -> None:
    check, language, mistake = KINDS[kind]
    wanted = re.compile(KEYS.get(kind, ""))
    there = {
        key: entry
        for key, entry in shelf.master.entries.items()
        if wanted.match(key) and not (check is reading.check and key.startswith(shelf.rules.reading.not_for))
    }
    among = dataclasses.replace(shelf, master=dataclasses.replace(shelf.master, entries=there))
    changed = plant.planted(among, language, mistake, MOST)
    wrong = plant.only if check in ALONE else plant.with_entries
    found = {finding.key for finding in check(wrong(shelf, language, changed))}
    missed = {key: (entry.english, entry.translation) for key, entry in changed.items() if key not in found}
    record_property("planted", len(changed))
    assert len(changed) >= LEAST, f"only {len(changed)} made"
    assert missed == {}


def test_missing_renamed_and_fuzzy_texts_are_found(shelf: Shelf) -> None:
    some = list(shelf.translations[PO].entries.items())[:: len(shelf.master.entries) // 40]
    missing = plant.with_entries(shelf, PO, {key: None for key, _ in some})
    assert {finding.key for finding in complete.check(missing)} == {key for key, _ in some}
    renamed = plant.with_entries(
        shelf, PO, {key + "x": dataclasses.replace(entry, key=key + "x") for key, entry in some}
    )
    found = {finding.key: finding for finding in complete.check(renamed)}
    assert set(found) == {key + "x" for key, _ in some}
    assert all(key in found[key + "x"].mend for key, _ in some)
    fuzzy = plant.with_entries(shelf, PO, {key: dataclasses.replace(entry, fuzzy=True) for key, entry in some})
    assert {finding.key for finding in complete.check(fuzzy)} == {key for key, _ in some}
    assert len(some) >= LEAST


def test_repeated_keys_and_texts_without_a_key_are_found(folder: Path) -> None:
    path = folder / "zh_Hans.po"
    text = path.read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n")[1:] if "msgctxt" in block and "#~" not in block][:LEAST]
    unnamed = [f'msgid "Unnamed {n}"\nmsgstr "没有名字"' for n in range(LEAST)]
    path.write_text("\n\n".join([text.rstrip("\n"), *blocks, *unnamed]) + "\n", encoding="utf-8")
    found = list(complete.check(Shelf.read(folder)))
    assert sum("second time" in finding.what for finding in found) == LEAST
    assert sum("no msgctxt" in finding.what for finding in found) == LEAST


def test_texts_that_nothing_uses_and_uses_without_a_text_are_found(shelf: Shelf) -> None:
    some = [key for key in shelf.master.entries if key.endswith((".ask", ".why")) and key.startswith("card.")][:LEAST]
    assert len(some) == LEAST
    assert {finding.key for finding in keys.check(plant.with_entries(shelf, POT, dict.fromkeys(some)))} >= set(some)
    entry = next(iter(shelf.master.entries.values()))
    unused = {f"card.nowhere_{n}.ask": dataclasses.replace(entry, key=f"card.nowhere_{n}.ask") for n in range(LEAST)}
    assert {finding.key for finding in keys.check(plant.with_entries(shelf, POT, unused))} >= set(unused)


@pytest.mark.parametrize("language", [PO, POT])
def test_every_limit_of_length_holds_to_the_character(shelf: Shelf, language: str) -> None:
    """Of each kind (button, pop-up, command, card ...) a text of just the limit passes, one more is found."""
    entries = plant.entries_of(shelf, language).entries
    limits = {key: length.limit_of(key, shelf.rules.length) for key in entries}
    planted = 0
    for rule in shelf.rules.length:
        limit = rule.width if rule.width is not None else rule.characters
        assert limit is not None
        wide = language == PO and rule.width is not None
        mine = [key for key in entries if limits[key] == rule][:LEAST]
        for more in range(1, 1 + -(-LEAST // len(mine))):
            for size, wrong in ((limit, False), (limit + more, True)):
                text = "宽" * (size // 2) + "x" * (size % 2) if wide else "x" * size
                changed = {key: plant.said(entries[key], language, text) for key in mine}
                found = {finding.key for finding in length.check(plant.only(shelf, language, changed))}
                assert found == (set(mine) if wrong else set()), (rule.kind, size)
            planted += len(mine)
    assert planted >= LEAST * len(shelf.rules.length)


BY_HAND = tomllib.loads((Path(__file__).parent / "planted.toml").read_text(encoding="utf-8"))
CHECKS: dict[str, Check] = {"numbers": numbers.check, "negation": negation.check, "glossary": glossary.check}


def said_by(check: Check, shelf: Shelf, english: str, chinese: str) -> list[str]:
    key = "nav.skip"
    master = dataclasses.replace(shelf.master.entries[key], english=english)
    entry = dataclasses.replace(shelf.translations[PO].entries[key], english=english, translation=chinese)
    alone = plant.with_entries(plant.with_entries(shelf, POT, {key: master}), PO, {key: entry})
    only = dataclasses.replace(alone.translations[PO], entries={key: entry})
    return [finding.what for finding in check(dataclasses.replace(alone, translations={PO: only}))]


@pytest.mark.parametrize("name", CHECKS)
def test_pairs_that_differ_are_found_and_pairs_that_agree_are_not(shelf: Shelf, name: str) -> None:
    pairs = BY_HAND[name]
    missed = [(en, zh) for en, zh in pairs["differ"] if not said_by(CHECKS[name], shelf, en, zh)]
    alarms = [(en, zh, told) for en, zh in pairs["agree"] if (told := said_by(CHECKS[name], shelf, en, zh))]
    assert len(pairs["differ"]) >= LEAST
    assert missed == []
    assert alarms == []
