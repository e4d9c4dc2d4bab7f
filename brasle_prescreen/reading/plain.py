"""What was typed, made plain: one width, one script, one way to write a number. Nothing that is typed can break it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from brasle_prescreen.reading.numerals import fold_numerals

if TYPE_CHECKING:
    from opencc import OpenCC

# Telegram's longest message. More than this in one reply is nothing that a question asked for.
LONGEST = 4096

_BEFORE_NFKC = {
    0x00BD: " 1/2",
    0x00BC: " 1/4",
    0x00BE: " 3/4",
    0x2236: ":",
    0x00D7: "*",
    0x2715: "*",
    0x2716: "*",
    0x2019: "'",
    0x2018: "'",
    0x02BC: "'",
    0x201C: '"',
    0x201D: '"',
    0x301C: "~",
    0x223C: "~",
    0x00B5: "u",
    0x03BC: "u",
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500, 0xFE63, 0xFF0D), "-"),
    # Invisible: zero width, direction marks, joiners, soft hyphen, variation selectors.
    **dict.fromkeys((0x00AD, 0xFEFF, 0xFE0E, 0xFE0F, *range(0x200B, 0x2010), *range(0x202A, 0x202F)), ""),
    **dict.fromkeys(range(0x2060, 0x2070), ""),
}
# Traditional forms that stand in GB 2312 beside the simplified ones (at, -ing, after, what, suffer, dry, sign, mate): the
# converter keeps some of them, and is not asked about a text that holds no others.
_VARIANTS = {
    0x65BC: 0x4E8E, 0x8457: 0x7740, 0x5F8C: 0x540E, 0x9EBD: 0x4E48, 0x6371: 0x6328, 0x4E7E: 0x5E72, 0x5FB5: 0x5F81,
    0x5925: 0x4F19,
}  # fmt: skip
# Faces and hands say nothing that a question asked for; ticks and crosses do, and stay.
_EMOJI = re.compile("[\U0001f000-\U0001fbff\u2639\u263a\u2665\u2764]")
_SUPERSCRIPT = re.compile("[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+")
# A text with a space after every character.
_SPACED_OUT = re.compile(r"\s*\S(?: {1,3}\S){3,}\s*")
_BROKEN = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")
# Runs that no answer needs: they only cost time.
_SAME_AGAIN = re.compile(r"(.)\1{24,}", re.DOTALL)
_MANY_DIGITS = re.compile(r"(\d{40})\d+")
# A dash or a dot before the first word, as in a list; spaces around the sign that parts a list.
_BULLET = re.compile("^[-*\u2022\u00b7] +(?=[^\\d])")
_SPACES_AT_LIST = re.compile(" *\u3001 *")
_SPACES = re.compile(r"[^\S\n]+")
_CJK = r"\u3400-\u9fff\uf900-\ufaff"
_HAN = re.compile(f"[{_CJK}]")
_SPACE_AT_HAN = re.compile(rf"(?<=[{_CJK}])[^\S\n]+(?=[{_CJK}0-9a-z])|(?<=[0-9a-z])[^\S\n]+(?=[{_CJK}])")
_AND_A_HALF = re.compile(r"(\d+) (?:and )?(?:an? )?(?:half(?! (?:an?|of|a)\b)|1/2)(?![a-z])")


def is_too_long(text: str, longest: int = LONGEST) -> bool:
    return len(text) > longest


def plain(text: str) -> str:
    """The text in one form: NFKC, lower case, simplified characters, Arabic numerals, no invisible characters.

    At most `LONGEST` characters of it; spaces between words stay, line breaks too.
    """
    import unicodedata

    text = text[:LONGEST].translate(_BEFORE_NFKC)
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0], text)
    text = unicodedata.normalize("NFKC", _EMOJI.sub(" ", _BROKEN.sub(" ", text))).lower()
    if _SPACED_OUT.fullmatch(text) and _HAN.search(text):
        text = text.replace(" ", "")
    text = _simplified(text).translate(_VARIANTS)
    text = _SPACES_AT_LIST.sub("\u3001", _BULLET.sub("", _SPACES.sub(" ", text).strip()))
    text = _SAME_AGAIN.sub(lambda match: match[1] * 24, text)
    text = _MANY_DIGITS.sub(r"\1", fold_numerals(text))
    return _AND_A_HALF.sub(r"\1.5", text)


def tight(text: str) -> str:
    """Plain text without the spaces that stand next to Chinese characters: they separate nothing there."""
    return _SPACE_AT_HAN.sub("", text)


def _simplified(text: str) -> str:
    """Traditional characters become simplified ones. GB 2312 holds no traditional character that has a simplified
    form, so most replies never load the converter."""
    han = "".join(set(_HAN.findall(text)))
    try:
        han.encode("gb2312")
    except UnicodeEncodeError:
        return str(_converter().convert(text))
    return text


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
