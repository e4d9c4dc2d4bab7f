"""Words that are exactly what stands on a button are a tap on that button: "back", "agree", "not sure".

The name of a tick box is no tap, because boxes are ticked together: it is an answer that names this box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.message import Incoming, Reply, Text

BOXES = ("tick:", "pick:")
_BESIDE_WORDS = re.compile(r"[\W_]+")


def as_tap(said: Incoming, shown: Reply, say: Callable[[Text], str]) -> Incoming:
    """The message as a tap, if its words are those of one button on the screen; otherwise the message as it is."""
    if not said.text or said.button is not None or said.command is not None or len(said.text) > 100:
        return said
    if said.other is not None:  # the words under a picture, or of a message that was edited
        return said
    wanted = _bare(said.text)
    buttons = [one for one in (*shown.choices, *shown.navigation) if one.url is None]
    named = [one for one in buttons if wanted and _bare(say(one.label)) == wanted]
    if len(named) != 1:
        return said
    if named[0].id.startswith(BOXES):
        return said.model_copy(update={"box": named[0].id})
    return said.model_copy(update={"button": named[0].id, "text": None})


def _bare(words: str) -> str:
    return _BESIDE_WORDS.sub("", unicodedata.normalize("NFKC", words)).casefold()
