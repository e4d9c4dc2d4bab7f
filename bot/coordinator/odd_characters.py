"""Characters that nobody sees, or that turn the line around them: staff see their numbers instead."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

# Control characters but tab and line ends, zero-width space, line and paragraph separators, byte-order mark, halves of
# pairs, and what turns the direction of writing (https://www.unicode.org/reports/tr9/). The joiners stay: emoji and
# several scripts need them.
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


class AsTyped(str):
    """What somebody typed into a form, given back in its field: every character as it was."""

    __slots__ = ()


def visible(value: Any) -> Any:
    """A text with each odd character as \u27e8U+202E\u27e9; anything else as it is.

    Of a piece of a page that is made already (Markup), every text has been through here, or is as it was typed.
    """
    if not isinstance(value, str) or isinstance(value, AsTyped | Markup) or _ODD.search(value) is None:
        return value
    return _ODD.sub(_number, value)


def _number(found: re.Match[str]) -> str:
    return f"\u27e8U+{ord(found[0]):04X}\u27e9"
