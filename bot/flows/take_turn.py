"""One turn of talk: the urgent lane first, then the commands of any time, then the flow of the present state."""

from __future__ import annotations

from collections.abc import Callable

from bot.flows import (
    answering,
    anytime,
    asked_first,
    contact,
    door,
    family_questions,
    looking,
    person,
    result,
    review,
    stopping,
    urgent,
    welcome,
)
from bot.flows.cards import opened
from bot.flows.dialogue import Dialogue
from bot.flows.offered import is_offered
from bot.flows.turn import Surroundings, Turn, stay
from bot.flows.typed_wish import as_command
from bot.message import Incoming, Reply, Text

Card = Callable[[Dialogue, Surroundings], Reply]
Take = Callable[[Dialogue, Incoming, Surroundings], Turn]

FLOWS: dict[str, tuple[Card, Take]] = {
    "choosing_language": (welcome.choosing_language_card, welcome.take_language),
    "asking_permission": (welcome.permission_card, welcome.take_permission),
    "asking_abroad": (welcome.abroad_card, welcome.take_abroad),
    "looking": (looking.looking_card, looking.take_looking),
    "declined": (welcome.declined_card, welcome.take_declined),
    "fetching_adult": (welcome.fetching_card, welcome.take_fetching),
    "answering": (answering.card, answering.take),
    "ending_early": (review.early_card, review.take_early),
    "reviewing": (review.review_card, review.take_review),
    "showing_result": (result.result_card, result.take_result),
    "asking_handover": (contact.handover_card, contact.take_handover),
    "giving_contact": (contact.contact_card, contact.take_contact),
    "done": (result.done_card, result.take_done),
    "urgent": (urgent.urgent_card, urgent.take_urgent),
    "talking_to_person": (person.person_card, person.take_person),
    "stopped": (stopping.stopped_card, stopping.take_stopped),
    "erased": (stopping.erased_card, stopping.take_erased),
}


def present(dialogue: Dialogue, around: Surroundings) -> Reply:
    """The card that stands on the family's screen now."""
    if around.is_door(dialogue.channel):
        return door.card(dialogue, around, FLOWS[dialogue.state][0])
    if dialogue.page is not None:
        return anytime.page_card(dialogue, around)
    missing = asked_first.missing(dialogue)
    if missing is not None:
        return family_questions.with_button(asked_first.card(missing, dialogue, around), dialogue)
    return family_questions.with_button(FLOWS[dialogue.state][0](dialogue, around), dialogue)


def take_turn(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """What this message does. Pure: the same dialogue, message and surroundings give the same turn."""
    if said.text is not None and not said.text.strip():
        said = said.model_copy(update={"text": None})
    found = urgent.look(dialogue, said, around)
    if isinstance(found, Turn):
        return _counted(found, dialogue)
    # A wish is done only after the words were heard for danger: "I don't want to go on" may say more than "stop".
    said = as_command(said, dialogue, around)
    turn = family_questions.noticing(_take(dialogue, said, around), dialogue)
    if found is not None and not _is_answered(found, turn):
        after = turn.dialogue
        # A question to us is no answer: that it could not be read as one need not be said beside it.
        others = tuple(n for n in after.notes if n != found and not n.key.startswith("misread."))
        turn = turn.with_(dialogue=after.having(notes=(found, *others)))
    return _counted(turn, dialogue)


def _is_answered(found: Text, turn: Turn) -> bool:
    """Whether the listing's own answer stands there already: "I cannot answer it" would be untrue beside it."""
    notes = turn.dialogue.notes
    listed = any(note.key.startswith("question.") for note in notes) or family_questions.is_open(turn.dialogue)
    return listed and found.key == "alarm.study_question"


def _take(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if _is_nobodys(dialogue, said, around):
        return stay(dialogue, Text(key="stale")).with_(toast=Text(key="stale"))
    if around.is_door(dialogue.channel):
        return door.take(dialogue, said, around, FLOWS[dialogue.state][1])
    if said.other is not None:
        return stay(dialogue, Text(key=f"other.{said.other}"))
    missing = asked_first.missing(dialogue)
    if said.command is not None and missing is not None:
        return asked_first.take(missing, dialogue, said, around)
    if said.command is not None:
        turn = anytime.take_command(dialogue, said, around)
        return turn if turn is not None else stay(dialogue, Text(key="unknown_command"))
    if said.button is not None and said.button.startswith("open:"):
        # A card answered long ago: its answer is shown for a moment, and nothing else changes.
        if dialogue.channel == "telegram" and not dialogue.permitted("abroad"):
            return stay(dialogue)
        return Turn(dialogue, refreshed=True, toast=opened(dialogue, said.button.removeprefix("open:")))
    if said.revision is not None and said.revision != dialogue.revision:
        return stay(dialogue, Text(key="stale")).with_(toast=Text(key="stale"))
    if missing is not None:
        return asked_first.take(missing, dialogue, said, around)
    if said.button in ("person", "stop", *anytime.PAGES) and dialogue.page is None:
        turn = anytime.take_command(dialogue, said.model_copy(update={"command": said.button}), around)
        assert turn is not None
        return turn
    asked = family_questions.typed(dialogue, said, around)
    if asked is not None:
        return asked
    if dialogue.page is not None:
        closed = anytime.take_page(dialogue, said, around)
        if said.button is not None or not said.text:
            return closed
        dialogue = dialogue.having(page=None, notes=())
    flow = FLOWS[dialogue.state][1]
    if said.text and said.button is None and dialogue.state in family_questions.ASKABLE:
        return family_questions.heard(dialogue, said, around, flow)
    return flow(dialogue, said, around)


def _is_nobodys(dialogue: Dialogue, said: Incoming, around: Surroundings) -> bool:
    """Whether a press is none that the card on the screen offers: of an older card, or made up."""
    if said.button is None or said.command is not None or said.button.startswith("open:"):
        return False
    if said.revision is not None and said.revision != dialogue.revision:
        return True
    return not is_offered(said.button, present(dialogue, around))


def _counted(turn: Turn, before: Dialogue) -> Turn:
    """The revision goes up with every new card; a toggle keeps it, so that quick taps all count."""
    after = turn.dialogue
    same = turn.refreshed and after.state == before.state and after.interview.card == before.interview.card
    return turn.with_(dialogue=after.having(revision=before.revision if same else before.revision + 1), refreshed=same)
