"""Talk to a person: the site's number and hours as they are set, and "please call me", from anywhere."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue
from bot.flows.status import status_text
from bot.flows.turn import Surroundings, Turn, go, pause, stay
from bot.flows.welcome import site_lines
from bot.message import Button, Incoming, Reply, Text


def person_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    choices = []
    door = around.is_door(dialogue.channel)
    if around.may_hand_over and not dialogue.handed_over and not door:
        choices.append(Button(id="call_me", label=Text(key="person.call_me"), style="primary"))
    choices.append(Button(id="resume", label=Text(key="person.resume")))
    asked_already = (status_text(around),) if dialogue.handed_over and not door else ()
    return Reply(
        text=Text(key="person.text"),
        notes=dialogue.notes,
        details=(*asked_already, *site_lines(around), Text(key="person.not_watched")),
        choices=tuple(choices),
        card="person",
    )


def ask_person(dialogue: Dialogue) -> Turn:
    return Turn(pause(dialogue, "ask_person"))


def take_person(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    asks = said.button == "call_me" and not around.is_door(dialogue.channel)
    if asks and around.may_hand_over and not dialogue.handed_over:
        return Turn(go(dialogue.with_interview(asked_for_call=True), "call_me"))
    if said.button in ("resume", "back"):
        return resume(dialogue)
    return stay(dialogue, Text(key="please_tap"))


def resume(dialogue: Dialogue) -> Turn:
    """From a pause back to where the family was."""
    trigger = f"resume_{dialogue.back_to or 'choosing_language'}"
    return Turn(go(dialogue, trigger, back_to=None, alarm=None, asking_delete=""))
