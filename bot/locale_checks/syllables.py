"""How many syllables an English word has: groups of vowels, corrected by `locales/syllables.toml`.

Measured against the CMU Pronouncing Dictionary over the words of the shipped texts (see docs/reading-level.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_GROUP = re.compile(r"[aeiouy]+")
# Endings that are written with a vowel and spoken without one: `rule`, `used`, `takes` (not `rules` of `churches`).
_SILENT = re.compile(r"(?:(?<![aeiouyl])(?<!\bth)e|(?<=[aeiouy])le|(?<![aeioudty])ed|(?<![aeiouycsxzhg])es)$")
# Two vowels side by side that are spoken apart: `dialysis`, `idea`, `going`, `experience`, `usual`.
_APART = re.compile(r"ia(?!l\b|lly)|io(?!n|us)|iu|[aeiou]ing\b|eo(?!p)|ua(?!l?l?y?\b)|uous|creat|react|ien(?=ce|t)|yi")


def count(word: str, exceptions: Mapping[str, int]) -> int:
    """Syllables of one word; at least 1. A word without vowels (`TB`) is spelled out, letter by letter."""
    plain = word.lower().replace("’", "'").removesuffix("'s").replace("'", "")
    if plain in exceptions:
        return exceptions[plain]
    if plain.endswith("s") and plain[:-1] in exceptions:
        return exceptions[plain[:-1]]
    if not plain.isalpha():
        return 1
    groups = _GROUP.findall(plain.removeprefix("y"))
    if not groups and "y" not in plain:
        return len(plain)
    spoken = len(groups) + len(_APART.findall(plain))
    if spoken > 1 and len(plain) > 2 and _SILENT.search(plain):
        spoken -= 1
    return max(1, spoken)
