"""One turn of talk: the urgent lane first, then the commands of any time, then the flow of the present state."""

from __future__ import annotations

from collections.abc import Callable

from bot.flows import answering, anytime, contact, person, result, review, stopping, urgent, welcome
from bot.flows.cards import opened
from bot.flows.dialogue import Dialogue
from bot.flows.turn import Surroundings, Turn, stay
from bot.message import Incoming, Reply, Text

Card = Callable[[Dialogue, Surroundings], Reply]
Take = Callable[[Dialogue, Incoming, Surroundings], Turn]

FLOWS: dict[str, tuple[Card, Take]] = {
    "choosing_language": (welcome.choosing_language_card, welcome.take_language),
    "asking_permission": (welcome.permission_card, welcome.take_permission),
    "asking_abroad": (welcome.abroad_card, welcome.take_abroad),
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
    if dialogue.page is not None:
        return anytime.page_card(dialogue, around)
    return FLOWS[dialogue.state][0](dialogue, around)


def take_turn(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """What this message does. Pure: the same dialogue, message and surroundings give the same turn."""
    if said.text is not None and not said.text.strip():
        said = said.model_copy(update={"text": None})
    found = urgent.look(dialogue, said)
    if isinstance(found, Turn):
        return _counted(found, dialogue)
    turn = _take(dialogue, said, around)
    if found is not None:
        after = turn.dialogue
        # A question to us is no answer: that it could not be read as one need not be said beside it.
        others = tuple(note for note in after.notes if not note.key.startswith("misread."))
        turn = turn.with_(dialogue=after.having(notes=(found, *others)))
    return _counted(turn, dialogue)


def _take(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.other is not None:
        return stay(dialogue, Text(key=f"other.{said.other}"))
    if said.command is not None:
        turn = anytime.take_command(dialogue, said, around)
        return turn if turn is not None else stay(dialogue, Text(key="unknown_command"))
    if said.button is not None and said.button.startswith("open:"):
        # A card answered long ago: its answer is shown for a moment, and nothing else changes.
        return Turn(dialogue, refreshed=True, toast=opened(dialogue, said.button.removeprefix("open:")))
    if said.revision is not None and said.revision != dialogue.revision:
        return stay(dialogue, Text(key="stale")).with_(toast=Text(key="stale"))
    if said.button in ("person", "stop", *anytime.PAGES) and dialogue.page is None:
        turn = anytime.take_command(dialogue, said.model_copy(update={"command": said.button}), around)
        assert turn is not None
        return turn
    if dialogue.page is not None:
        closed = anytime.take_page(dialogue, said, around)
        if said.button is not None or not said.text:
            return closed
        dialogue = dialogue.having(page=None, notes=())
    return FLOWS[dialogue.state][1](dialogue, said, around)


def _counted(turn: Turn, before: Dialogue) -> Turn:
    """The revision goes up with every new card; a toggle keeps it, so that quick taps all count."""
    after = turn.dialogue
    same = turn.refreshed and after.state == before.state and after.interview.card == before.interview.card
    return turn.with_(dialogue=after.having(revision=before.revision if same else before.revision + 1), refreshed=same)
