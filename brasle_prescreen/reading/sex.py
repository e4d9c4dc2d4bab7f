"""Reads whether the patient is a girl or a boy; who is writing does not matter."""

from __future__ import annotations

import re
from typing import Literal

from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Reading, ask_back, found
from brasle_prescreen.reading.words import any_of, matcher, says

LONGEST = 300

Sex = Literal["female", "male"]
SEXES: tuple[Sex, Sex] = ("female", "male")


def read_sex(text: str) -> Reading[Sex]:
    """Female or male. Both at once, twins, or only the writer's part ("I am the mother"): ask back."""
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = tight(plain(text))
    if says(said, "sex.both", "asks"):
        return ask_back("both", text)
    said = matcher("sex.writer").sub(" ", said)
    named = _named(said, "sex.")
    if len(named) == 1:
        return found(named.pop(), text)
    if named:
        return ask_back("both", text)
    pronouns = _named(said, "sex.pronoun_")
    return found(pronouns.pop(), text) if len(pronouns) == 1 else ask_back("no_answer", text)


def _named(said: str, prefix: str) -> set[Sex]:
    """The sexes named and not denied: "not a boy, a girl" names one."""
    denied = re.compile(rf"{any_of('sex.not')}\s*$")
    return {
        sex
        for sex in SEXES
        if any(not denied.search(said[: match.start()]) for match in matcher(prefix + sex).finditer(said))
    }
