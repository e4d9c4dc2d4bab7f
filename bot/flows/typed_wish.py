"""Words that ask for a person, the question before, an end or a deletion are the command that does it."""

from __future__ import annotations

from bot.flows import family_questions
from bot.flows.dialogue import Dialogue
from bot.flows.turn import Surroundings
from bot.flows.understanding import AskBack, understand
from bot.message import Incoming

# Where a family writes names, places and questions of its own, its words are taken as they stand.
OWN_WORDS = ("giving_contact",)


def as_command(said: Incoming, before: Dialogue, around: Surroundings) -> Incoming:
    """The message as a command, if it asks for one and says nothing else; otherwise the message as it is."""
    from brasle_prescreen.reading.wish import read_wish

    if not said.text or said.button is not None or said.command is not None or said.box is not None:
        return said
    if said.other is not None or before.state in OWN_WORDS or family_questions.is_open(before):
        return said
    wish = read_wish(said.text)
    if wish is None or _chooses(said.text, before, around):
        return said
    if wish == "help" and before.state == "urgent":  # beside the numbers to call it asks for no list of commands
        return said
    return said.model_copy(update={"command": wish, "text": None, "choices": None})


def _chooses(text: str, before: Dialogue, around: Surroundings) -> bool:
    """Whether the words name a choice of the question on the screen: "stopped", of a medicine, is an answer."""
    id = before.interview.card
    if before.state != "answering" or id is None or before.interview.confirming is not None:
        return False
    asked, _ = around.questions.template(id)
    return asked.kind in ("choice", "multiple") and not isinstance(understand(before, asked, id, text, around), AskBack)
