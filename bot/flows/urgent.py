"""The urgent lane: looks at every message first, pauses the interview, and lets the person go on later."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue, remarked
from bot.flows.person import ask_person, resume
from bot.flows.plan import surely_at_least
from bot.flows.turn import Happened, Surroundings, Turn, pause, stay
from bot.flows.welcome import site_lines
from bot.message import Button, Incoming, Reply, Text
from brasle_prescreen.reading.disclosed import disclosed
from brasle_prescreen.reading.red_flags import alarm

# Alarms that stop everything, and those that are answered in a line above the card that stays.
PAUSING = ("self_harm", "emergency", "call_now", "private")
SAID_ABOVE = ("pregnancy", "call_today", "medicine_advice", "study_question")
# Alarms that the coordinator must see first, once there is permission to call.
FOR_THE_COORDINATOR = ("self_harm", "emergency", "private")
# Younger than that, no message of ours says anything of a pregnancy: a person does, in private (criteria 5.3).
OLD_ENOUGH = 14


def urgent_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    details = []
    if dialogue.alarm == "self_harm" and dialogue.state == "urgent" and dialogue.back_to == "fetching_adult":
        details.append(Text(key="alarm.minor"))
    if dialogue.alarm == "private":
        details += site_lines(around)
    return Reply(
        text=Text(key=f"alarm.{dialogue.alarm}"),
        notes=dialogue.notes,
        details=tuple(details),
        choices=(
            Button(id="resume", label=Text(key="alarm.resume")),
            Button(id="person", label=Text(key="nav.person")),
        ),
        kind="urgent",
        card="urgent",
    )


def look(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn | Text | None:
    """A pause, a line to say above the card, or nothing. The words that raised it are kept for the call."""
    if not said.text:
        return None
    found = _heard(dialogue, said.text, around)
    if found in PAUSING:
        interview = dialogue.interview
        kept = dialogue.with_interview(
            safety=interview.safety or found in FOR_THE_COORDINATOR,
            remarks=remarked(interview.remarks, interview.card or dialogue.state, said.text)
            if dialogue.may_be_asked and not around.is_door(dialogue.channel)
            else interview.remarks,
        )
        return Turn(
            pause(kept, "alarm", alarm=found),
            happened=(Happened("alarm", found),),
            hand_over=dialogue.handed_over,
        )
    if found in SAID_ABOVE:
        return Text(key=f"alarm.{found}")
    return None


def _heard(dialogue: Dialogue, text: str, around: Surroundings) -> str:
    """The alarm that the words raise; a disclosure goes before what is only asked."""
    found = alarm(text)
    if found in PAUSING:
        return found
    told = disclosed(text, oneself=dialogue.self_answering)
    if told == "abuse" or (told == "pregnancy" and for_a_person(dialogue, around)):
        return "private"
    return told if told != "none" else found


def for_a_person(dialogue: Dialogue, around: Surroundings) -> bool:
    """Whether a pregnancy is for a person to speak of: of a child who is not surely fourteen."""
    return not surely_at_least(dialogue.interview, OLD_ENOUGH, around.today)


def take_urgent(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button in ("resume", "back"):
        return resume(dialogue)
    if said.button == "person":
        return ask_person(dialogue)
    return stay(dialogue)
