"""Mistakes made on purpose in the shipped texts: each kind changes one text, or leaves it alone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from bot.locale_checks.shelf import Shelf
from bot.wording_file import Entry, WordingFile

PO, POT = "zh_Hans", "en"
# (English, Chinese) -> the Chinese (or, for a mistake in the master, the English) with one mistake; None: not here.
Mistake = Callable[[str, str], str | None]


def entries_of(shelf: Shelf, language: str) -> WordingFile:
    return shelf.master if language == POT else shelf.translations[language]


def with_entries(shelf: Shelf, language: str, changed: Mapping[str, Entry | None]) -> Shelf:
    """The shelf with some entries of one file replaced, or (None) taken out."""
    file = entries_of(shelf, language)
    entries = {key: entry for key, entry in {**file.entries, **changed}.items() if entry is not None}
    new = dataclasses.replace(file, entries=entries)
    if language == POT:
        return dataclasses.replace(shelf, master=new)
    return dataclasses.replace(shelf, translations={**shelf.translations, language: new})


def only(shelf: Shelf, language: str, entries: Mapping[str, Entry]) -> Shelf:
    """A shelf with nothing else than these texts of one file: enough for a check that looks at each alone."""
    master = dataclasses.replace(shelf.master, entries=entries if language == POT else {}, repeated=())
    if language == POT:
        return dataclasses.replace(shelf, master=master, translations={})
    file = dataclasses.replace(entries_of(shelf, language), entries=entries, repeated=())
    return dataclasses.replace(shelf, master=master, translations={language: file})


def said(entry: Entry, language: str, text: str) -> Entry:
    return dataclasses.replace(entry, english=text) if language == POT else dataclasses.replace(entry, translation=text)


def planted(shelf: Shelf, language: str, mistake: Mistake, most: int) -> dict[str, Entry]:
    """Up to `most` texts of the shipped ones, each with the mistake, in the order of the file."""
    changed = {}
    for key, master in shelf.master.entries.items():
        entry = entries_of(shelf, language).entries[key]
        text = mistake(master.english, entry.translation or master.english)
        if text is not None:
            changed[key] = said(entry, language, text)
        if len(changed) == most:
            break
    return changed


def swap(pattern: str, by: str, *, where: str = "") -> Mistake:
    """Replace the first match in the Chinese, in texts whose English matches `where`."""

    def mistake(english: str, chinese: str) -> str | None:
        if not re.search(where, english) or not re.search(pattern, chinese):
            return None
        return re.sub(pattern, by, chinese, count=1)

    return mistake


def english_swap(pattern: str, by: str) -> Mistake:
    return lambda english, _: re.sub(pattern, by, english, count=1) if re.search(pattern, english) else None


def without_negation(english: str, chinese: str) -> str | None:
    """Every word that denies, taken out; only where the English denies in a plain statement."""
    if not re.search(r"\b(?:not|cannot|never|nobody|nothing|without|no)\b", english) or re.match(r"No\b", english):
        return None
    if re.search("除了|以外|失败|关闭|已停|已解除|已取消|^待|还在等|否$", chinese):
        return None
    left = re.sub("[不没未无别](?:要|用|会|能|有)?", "", chinese)
    return left if left != chinese and left else None


def with_negation(english: str, chinese: str) -> str | None:
    """A plain statement turned round."""
    if re.search(r"[Nn]o[tn]?\b|n't|[Nn]ever|[Nn]obody|[Nn]othing|[Cc]annot|[Ww]ithout|[Nn]either", english):
        return None
    if re.search("[不没未无别否]", chinese) or not re.search("(?<![需主只最重])要|会|可以", chinese):
        return None
    return re.sub("((?<![需主只最重])要|会|可以)", r"不\1", chinese, count=1)


def number_changed(english: str, chinese: str) -> str | None:
    match = re.search(r"(?<![\dA-Za-z.:^/-])([2-9]|[1-9]\d+)(?![\dA-Za-z.:^/-])", chinese)
    if not match or not re.search(rf"(?<![\w.:^/-]){match[1]}(?![\w:^/])", english):
        return None
    return chinese[: match.start()] + str(int(match[1]) + 1) + chinese[match.end() :]


def numeral_changed(english: str, chinese: str) -> str | None:
    """三个月 becomes 四个月."""
    match = re.search("[两三四五六七八九十](?=个月|周|天|年|个工作日|次|点)", chinese)
    if not match or not re.search(r"\d|two|three|four|five|six|twice", english):
        return None
    return chinese[: match.start()] + {"九": "三"}.get(match[0], "九") + chinese[match.end() :]


def number_dropped(english: str, chinese: str) -> str | None:
    if not re.search(r"(?<![\w.:/-])\d+ (?:weeks?|months?|days?|minutes|hours|mg|years)", english):
        return None
    left = re.sub(
        r"[\d两三四五六七八九十]+ ?(?:个?月|周岁|周|个工作日|天|分钟|小时|毫克|岁)(?:（60天）)?", "几天", chinese
    )
    return left if left != chinese else None


def one_space_in(english: str, chinese: str) -> str | None:
    match = re.search("[\u4e00-\u9fff](?=[\u4e00-\u9fff])", chinese)
    return chinese[: match.end()] + " " + chinese[match.end() :] if match else None


def invisible(character: str) -> Mistake:
    return lambda _, chinese: chinese[:1] + character + chinese[1:] if len(chinese) > 2 else None


def after(end: str) -> Mistake:
    return lambda _, chinese: chinese + end


UNITS = {
    "个月": "周",
    "周岁": "个月",
    "岁": "个月",
    "周": "天",
    "天": "小时",
    "分钟": "天",
    "小时": "天",
    "毫克": "克",
    "秒": "分钟",
    "个工作日": "个月",
}


def unit_changed(english: str, chinese: str) -> str | None:
    match = re.search(r"(?<=[\d}两三四五六七八九十 ])(个月|周岁|岁|周|个工作日|天|分钟|小时|毫克)", chinese)
    if not match or not re.search(
        r"(?:[2-9]|\d\d|\}|two|three|four|five|six) (?:working )?(?:months?|weeks?|days?|years?|minutes?|hours?|mg)",
        english,
    ):
        return None
    return chinese[: match.start()] + UNITS[match[1]] + chinese[match.end() :]
