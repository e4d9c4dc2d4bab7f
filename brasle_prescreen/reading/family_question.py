"""Hears a question about the study in what was typed at any card: "is there a placebo?" is no answer to anything."""

from __future__ import annotations

import re
from functools import cache

from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.words import any_of, says

PATH = "family_question"
# A longer message tells a story: it is read as an answer or kept whole, never as one of these.
LONGEST = 400
_SENTENCE = re.compile("[^.!?;\n\u3002\uff01\uff1f\uff1b]+[.!?;\n\u3002\uff01\uff1f\uff1b]*")
_AROUND = " ,.!?;:~\u3001\"'()-"


def read_family_questions(text: str) -> tuple[tuple[str, ...], str]:
    """The ids of the questions that the message asks, each once, and what else it says, as typed.

    Only a sentence that is one of the questions from beginning to end counts; all others stay with the rest.
    """
    if len(text) > LONGEST:
        return (), text
    found: dict[str, None] = {}
    rest = ""
    for match in _SENTENCE.finditer(text):
        id = _asked(match[0])
        if id is None:
            rest += match[0]
        else:
            found[id] = None
    return (tuple(found), rest.strip()) if found else ((), text)


def is_question(text: str) -> bool:
    """Whether a message ends as questions do, whatever it asks."""
    return len(text) <= LONGEST and says(tight(plain(text)), f"{PATH}.ends_as_question")


def _asked(sentence: str) -> str | None:
    said = tight(plain(sentence)).strip()
    if not said or not says(said, f"{PATH}.asking"):
        return None
    said = said.strip(_AROUND)
    return next((id for id in load_family_questions() if _whole(id).fullmatch(said)), None)


@cache
def _whole(id: str) -> re.Pattern[str]:
    between = r"[\s,.!?;:~-]*"
    lead, tail = any_of(f"{PATH}.lead"), any_of(f"{PATH}.tail")
    return re.compile(f"(?:{lead}{between}){{0,4}}{any_of(f'{PATH}.{id}')}(?:{between}{tail}){{0,3}}")
