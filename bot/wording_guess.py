"""Which offered language a person most likely reads, from the hint that Telegram or a browser gives."""

from __future__ import annotations

import re

# Farther than this (CLDR distance) a reader of one language is not served by the other: zh_Hant to zh_Hans
# is 54, Cantonese and Uyghur to zh_Hans 64 and 70, French to English 84.
FARTHEST = 70

_SHAPE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,6}\Z")


def nearest(hint: str, offered: tuple[str, ...]) -> str | None:
    """The offered language nearest to `zh-hans-raw`, or to the best understood of `fr;q=0.8, zh-CN;q=0.9`."""
    for wanted in _in_order(hint[:200]):
        found = _match(wanted, offered)
        if found:
            return found
    return None


def _in_order(hint: str) -> list[str]:
    weighted = []
    for position, part in enumerate(hint.split(",")):
        code, _, quality = part.strip().partition(";")
        if _SHAPE.match(code.strip()):
            weighted.append((-_quality(quality), position, code.strip()))
    return [code for _, _, code in sorted(weighted)]


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 1.0


def _match(wanted: str, offered: tuple[str, ...]) -> str | None:
    from langcodes import closest_match, standardize_tag
    from langcodes.tag_parser import LanguageTagError

    # Some Telegram clients add endings of their own (`zh-hans-raw`): fall back to the shorter tag.
    pieces = re.split("[-_]", wanted)
    by_tag = {code.replace("_", "-"): code for code in offered}
    for length in range(len(pieces), 0, -1):
        try:
            tag = standardize_tag("-".join(pieces[:length]))
            found, distance = closest_match(tag, list(by_tag), max_distance=FARTHEST)
        except (LanguageTagError, ValueError, RuntimeError):
            continue
        if distance <= FARTHEST and found in by_tag:
            return by_tag[found]
    return None
