"""An answer is taken: recorded, judged against the others, and followed by the next card."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from bot.flows import urgent
from bot.flows.cards import about, answered, joined, words
from bot.flows.dialogue import Dialogue, Given, Interview, remarked
from bot.flows.name_list import added
from bot.flows.plan import answers_at, first_open, relevant, surely_minor
from bot.flows.turn import Happened, Surroundings, Turn, go, pause, stay
from bot.flows.understanding import AskBack
from bot.message import Text
from brasle_prescreen import AnswerError, check_answers
from brasle_prescreen.facts import Facts
from brasle_prescreen.question import Card, Choice

# After so many replies in a row that could not be read, a person is offered.
OFFER_A_PERSON_AFTER = 3


class _Standing(NamedTuple):
    """How the interview stands with the new answer: the cards that apply to this child, and the answers as read."""

    applies: tuple[str, ...]
    facts: Facts


def give(
    dialogue: Dialogue,
    given: Given,
    asked: Card,
    id: str,
    around: Surroundings,
    *,
    confirmed: bool = False,
    read_from_text: bool = False,
) -> Turn:
    """Take `given` as the answer to this card, unless it must be confirmed first or contradicts what was said."""
    chosen = [choice for choice in asked.choices if choice.id in given.choices]
    if not confirmed and any(choice.confirm for choice in chosen):
        return Turn(dialogue.with_interview(confirming=given).having(notes=()), refreshed=True)
    interview = _recorded(dialogue.interview, id, given)
    for choice in chosen:
        if choice.adds_medicine:
            interview = added(interview, choice.adds_medicine, said="", entry=choice.adds_medicine, unnamed=True)
    interview, applies, gone = _pruned(interview, around)
    try:
        facts = check_answers(around.protocol, answers_at(applies, interview, around.questions), around.today)
    except AnswerError as error:
        return not_read(dialogue, given.said, AskBack(f"contradiction.{error.code}"), id)
    settled = answered(dialogue, around, given.shown)
    notes = [Text(key="understood", values={"answer": given.shown})] if read_from_text and not asked.private else []
    if _is_low(given, asked, around):
        notes.insert(0, Text(key="alarm.labs"))
    if gone:
        notes.append(Text(key="dropped", values={"what": joined(_short(dialogue, one, around) for one in gone)}))
    after = dialogue.having(interview=interview)
    turn = _advance(after, id, asked, chosen, _Standing(applies, facts), around, tuple(notes))
    return _alarmed(turn.with_(answered=settled), chosen, around)


def not_read(dialogue: Dialogue, said: str, read: AskBack, id: str) -> Turn:
    """Ask back; the words are kept for the call, and after a few tries a person is offered."""
    interview = dialogue.interview
    misread = interview.misread + 1
    kept = dialogue.with_interview(misread=misread, remarks=remarked(interview.remarks, id, said))
    notes = [Text(key=read.why, values=read.values)]
    if misread >= OFFER_A_PERSON_AFTER:
        notes.append(Text(key="misread.offer_person"))
    return stay(kept, *notes)


def _is_low(given: Given, asked: Card, around: Surroundings) -> bool:
    """Whether a typed result is so low that the treating doctor should hear of it today."""
    for low in asked.call_today:
        result = given.sets.get(f"labs.{low.analyte}")
        if not isinstance(result, dict):
            continue
        value = around.protocol.analytes[low.analyte].convert(Decimal(str(result["value"])), result.get("unit"))
        if value is not None and value < Decimal(str(low.below)):
            return True
    return False


def _recorded(interview: Interview, id: str, given: Given) -> Interview:
    return interview.model_copy(
        update={
            "given": {**interview.given, id: given},
            "ticked": (),
            "confirming": None,
            "misread": 0,
        }
    )


def _pruned(interview: Interview, around: Surroundings) -> tuple[Interview, tuple[str, ...], list[str]]:
    """Without the answers whose question no longer applies; the cards that do; and those whose answers went."""
    applies = _applying(interview, around)
    gone = [id for id in interview.given if id not in applies]
    if not gone:
        return interview, applies, gone
    kept = {id: given for id, given in interview.given.items() if id in applies}
    trail = tuple(id for id in interview.trail if id in applies)
    pruned = interview.model_copy(update={"given": kept, "trail": trail})
    return pruned, _applying(pruned, around), gone


def _applying(interview: Interview, around: Surroundings) -> tuple[str, ...]:
    return tuple(relevant(interview, around.questions, around.protocol.medicines, around.today))


def _short(dialogue: Dialogue, id: str, around: Surroundings) -> Text:
    card, number = around.questions.template(id)
    return Text(key=f"{words(id, card)}.short", values=about(dialogue, number, around))


def _advance(
    dialogue: Dialogue,
    id: str,
    asked: Card,
    chosen: list[Choice],
    standing: _Standing,
    around: Surroundings,
    notes: tuple[Text, ...],
) -> Turn:
    happened = (Happened("answered", asked.id),)
    interview = dialogue.interview
    if any(choice.alarm == "minor_alone" for choice in chosen) or _minor_for_himself(dialogue, around):
        # A child's own permission is none: the adult who comes is asked for one.
        alone = dialogue.having(interview=Interview(child=interview.child), permissions={})
        if dialogue.earlier:
            alone = alone.having(permissions=dialogue.permissions)
        return Turn(go(alone, "child_alone"), happened=happened)
    trail = interview.trail if id in interview.trail else (*interview.trail, id)
    ended = _early_end(interview, asked, standing.facts, around)
    if ended is not None:
        ended_here = dialogue.with_interview(trail=trail, ends=(*interview.ends, ended))
        return Turn(go(ended_here, "end_early", *_put_right(notes, "early_end")), happened=happened)
    returning = next((choice.returns_to for choice in chosen if choice.returns_to), None)
    following = returning or first_open(standing.applies, interview)
    if returning:
        without = {key: given for key, given in interview.given.items() if key != id}
        dialogue = dialogue.with_interview(given=without)
    if following is None:
        return Turn(
            go(dialogue.with_interview(card=None, trail=trail, changing=False), "finish", *_put_right(notes, "review")),
            happened=(*happened, Happened("finished")),
        )
    return Turn(go(dialogue.with_interview(card=following, trail=trail), "answer", *notes), happened=happened)


def _put_right(notes: tuple[Text, ...], where: str) -> list[Text]:
    """A reply read back where there is no Back: above the list of answers, or where the interview may end."""
    return [replace(note, key=f"understood.{where}") if note.key == "understood" else note for note in notes]


def _minor_for_himself(dialogue: Dialogue, around: Surroundings) -> bool:
    return dialogue.self_answering and surely_minor(dialogue.interview, around.today)


def _early_end(interview: Interview, asked: Card, facts: Facts, around: Surroundings) -> str | None:
    """The page that may end the interview here, the first time only: going on is always possible."""
    end = asked.early_end
    if end is None or end.page in interview.ends or interview.changing:
        return None
    return end.page if around.protocol.criterion(end.criterion).judge(facts).failed else None


def _alarmed(turn: Turn, chosen: list[Choice], around: Surroundings) -> Turn:
    """What a choice sets off: the urgent lane, or a line of care above the next card."""
    alarm = next((choice.alarm for choice in chosen if choice.alarm and choice.alarm != "minor_alone"), None)
    if alarm is None:
        return turn
    dialogue = turn.dialogue
    if alarm == "pregnancy_note" and urgent.for_a_person(dialogue, around):
        alarm = "private"
    if alarm.endswith("_note"):
        return turn.with_(
            dialogue=dialogue.having(notes=(Text(key=f"alarm.{alarm.removesuffix('_note')}"), *dialogue.notes))
        )
    paused = dialogue.with_interview(safety=True)
    return turn.with_(
        dialogue=pause(paused, "alarm", alarm=alarm),
        happened=(*turn.happened, Happened("alarm", alarm)),
        hand_over=paused.handed_over,
    )
