"""Words that are exactly what stands on a button are a tap on that button: "back", "agree", "not sure"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.message import Incoming, Reply, Text

# Boxes are ticked together with others: their names are read as an answer, not as a tap.
BOXES = ("tick:", "pick:")
_BESIDE_WORDS = re.compile(r"[\W_]+")


def as_tap(said: Incoming, shown: Reply, say: Callable[[Text], str]) -> Incoming:
    """The message as a tap, if its words are those of one button on the screen; otherwise the message as it is."""
    if not said.text or said.button is not None or said.command is not None or len(said.text) > 100:
        return said
    wanted = _bare(said.text)
    buttons = [one for one in (*shown.choices, *shown.navigation) if not one.id.startswith(BOXES) and one.url is None]
    named = [one for one in buttons if wanted and _bare(say(one.label)) == wanted]
    if len(named) != 1:
        return said
    return said.model_copy(update={"button": named[0].id, "text": None})


def _bare(words: str) -> str:
    return _BESIDE_WORDS.sub("", unicodedata.normalize("NFKC", words)).casefold()
