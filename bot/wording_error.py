"""What is wrong in a locale file, in one sentence for the person who edits it."""

from __future__ import annotations

from bot.plain_words import PlainWords


class WordingError(PlainWords):
    """A locale file holds a mistake: the message says where, what is wrong and how to mend it."""
