"""The questions: what was tapped or typed at a card becomes an answer, is read back, and the next card follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from bot.flows import listing, urgent
from bot.flows.agreement import agreed_to
from bot.flows.cards import about, answered, choice_label, joined, question_card, window_label, words
from bot.flows.dialogue import Dialogue, Given, Interview, remarked
from bot.flows.plan import SKIPPED, UNSURE, answers_at, first_open, relevant, surely_minor
from bot.flows.turn import Happened, Surroundings, Turn, go, pause, stay
from bot.flows.understanding import AskBack, Doubtful, Ticked, chosen, understand
from bot.message import Incoming, Reply, Text
from brasle_prescreen import AnswerError, check_answers
from brasle_prescreen.facts import Facts
from brasle_prescreen.question import Card, Choice, WindowChoice

# After so many replies in a row that could not be read, a person is offered.
OFFER_A_PERSON_AFTER = 3


def card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return question_card(dialogue, around)


def take(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """One reply at a question."""
    id = dialogue.interview.card or ""
    asked, _ = around.questions.template(id)
    if said.button is None and said.text and said.choices and asked.kind == "multiple":
        said = said.model_copy(update={"button": "done"})
    if said.button is not None:
        return _pressed(dialogue, said, asked, id, around)
    if said.text is None:
        return stay(dialogue)
    if dialogue.interview.doubts:
        return listing.typed_at_doubt(dialogue, said.text, around)
    if dialogue.interview.confirming is not None:
        agreed = agreed_to(said.text)
        if agreed is None:
            return stay(dialogue, Text(key="confirm.please_tap"))
        return _confirm(dialogue, "yes" if agreed else "no", asked, id, around)
    if asked.kind in ("medicines", "vaccines"):
        return listing.typed(listing.picked(dialogue, said.choices, asked, around), said.text, asked, around)
    if said.box is not None and asked.kind == "multiple":
        read = chosen(dialogue, asked, id, said.text, [said.box.partition(":")[2]], around)
    else:
        read = understand(dialogue, asked, id, said.text, around)
    if isinstance(read, AskBack):
        return not_read(dialogue, said.text, read, id)
    if isinstance(read, Doubtful):
        return Turn(dialogue.with_interview(confirming=read.given).having(notes=()), refreshed=True)
    if isinstance(read, Ticked):
        remarks = remarked(dialogue.interview.remarks, id, said.text)
        return stay(dialogue.with_interview(ticked=read.choices, remarks=remarks), Text(key="multiple.rest"))
    return give(dialogue, read, asked, id, around, read_from_text=True)


def _pressed(dialogue: Dialogue, said: Incoming, asked: Card, id: str, around: Surroundings) -> Turn:
    word, _, rest = (said.button or "").partition(":")
    interview = dialogue.interview
    number = around.questions.template(id)[1]
    if word == "back":
        return back(dialogue)
    if word == "why":
        return stay(dialogue, Text(key=f"{words(id, asked)}.why", values=about(dialogue, number, around)))
    if word in ("unsure", "skip") and not asked.no_skip:
        return _left_open(dialogue, word, said, asked, id, around)
    if interview.confirming is not None:
        return _confirm(dialogue, rest, asked, id, around)
    if interview.doubts:
        return listing.settle_doubt(dialogue, word, rest, around)
    if asked.kind in ("medicines", "vaccines") and (asked.choice(rest) is None or word != "choose"):
        return listing.pressed(dialogue, word, rest, said, asked, id, around)
    dialogue = _with_words(dialogue, said, id)
    if said.choices is not None and asked.kind == "multiple":
        known = tuple(choice.id for choice in asked.choices)
        dialogue = dialogue.with_interview(ticked=tuple(c for c in known if c in _ids(said.choices)))
    if word == "tick" and (choice := asked.choice(rest)):
        return _tick(dialogue, choice)
    if word in ("done", "only") and asked.kind == "multiple":
        if not dialogue.interview.ticked:
            return stay(dialogue, Text(key="multiple.nothing_ticked"))
        return give(dialogue, _several(dialogue, asked, id, around, only=word == "only"), asked, id, around)
    if word == "keep" and (kept := interview.given.get(id)) is not None:
        return give(dialogue, kept, asked, id, around)
    if word == "choose" and (choice := asked.choice(rest)):
        return give(dialogue, _one(choice, asked, id, around), asked, id, around)
    if word == "window" and (window := asked.window(rest)):
        return give(dialogue, _window(window, asked, around), asked, id, around)
    if word == "ongoing" and asked.ongoing and asked.sets_date:
        given = Given(
            said="ongoing", choices=("ongoing",), sets={asked.sets_date: "ongoing"}, shown=Text(key="ongoing")
        )
        return give(dialogue, given, asked, id, around)
    return stay(dialogue, Text(key="stale"))


def _left_open(dialogue: Dialogue, word: str, said: Incoming, asked: Card, id: str, around: Surroundings) -> Turn:
    """Not sure, or skipped. What is ticked or listed already stays: whoever is not sure then is not sure of the rest."""
    interview = dialogue.interview
    if word == "unsure" and interview.confirming is None and not interview.doubts:
        if asked.kind in ("medicines", "vaccines"):
            return listing.not_sure(dialogue, said, asked, id, around)
        if asked.kind == "multiple":
            sent = _ids(said.choices or ())
            ticked = tuple(choice.id for choice in asked.choices if choice.id in sent) or interview.ticked
            if ticked:
                dialogue = dialogue.with_interview(ticked=ticked)
                return give(
                    _with_words(dialogue, said, id),
                    _several(dialogue, asked, id, around, only=False),
                    asked,
                    id,
                    around,
                )
    return give(_with_words(dialogue, said, id), _open(asked, word), asked, id, around)


def _with_words(dialogue: Dialogue, said: Incoming, id: str) -> Dialogue:
    """A page sends what stands in its field along with a press: the press answers, the words are kept for the call."""
    if not said.text:
        return dialogue
    return dialogue.with_interview(remarks=remarked(dialogue.interview.remarks, id, said.text))


def _ids(pressed: tuple[str, ...]) -> set[str]:
    return {one.partition(":")[2] or one for one in pressed}


def _open(asked: Card, word: str) -> Given:
    """An answer left open: unknown stays unknown, under every key that the card would have filled."""
    keys = asked.fills or ((asked.sets_date,) if asked.sets_date and "*" not in asked.sets_date else ())
    value = UNSURE if word == "unsure" else SKIPPED
    return Given(said=word, choices=(word,), sets=dict.fromkeys(keys, value), shown=Text(key=f"answered.{value}"))


def _one(choice: Choice, asked: Card, id: str, around: Surroundings) -> Given:
    sets: dict[str, Any] = dict(choice.sets)
    if choice.since is not None:
        earliest, latest = choice.since.interval(around.today)
        sets["dose_stable_since"] = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    sets |= _implied_dates(asked, sets, around)
    return Given(said=choice.id, choices=(choice.id,), sets=sets, shown=choice_label(asked, id, choice.id))


def _several(dialogue: Dialogue, asked: Card, id: str, around: Surroundings, *, only: bool) -> Given:
    """The ticked choices. Only "these, and none of the others" says anything about the choices left blank."""
    ticked = dialogue.interview.ticked
    sets: dict[str, Any] = dict(asked.absent) if only else {}
    for choice in asked.choices:
        if choice.id in ticked:
            for key, value in choice.sets.items():
                both = isinstance(value, list) and isinstance(sets.get(key), list)
                sets[key] = [*sets[key], *value] if both else value
        elif only:
            sets |= choice.absent
    sets |= _implied_dates(asked, sets, around)
    shown = joined(choice_label(asked, id, choice) for choice in ticked)
    return Given(said=",".join(ticked), choices=ticked, sets=sets, shown=shown)


def _implied_dates(asked: Card, sets: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    if asked.dated is None:
        return {}
    earliest, latest = asked.dated.interval(around.today)
    parents = {key.rpartition(".")[0] for key in sets}
    span = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    return {key: span for key in asked.dated.keys if key.rpartition(".")[0] in parents}


def _window(window: WindowChoice, asked: Card, around: Surroundings) -> Given:
    earliest, latest = window.interval(around.today)
    value = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    return Given(said=window.id, choices=(window.id,), sets={asked.sets_date or "": value}, shown=window_label(window))


def _tick(dialogue: Dialogue, choice: Choice) -> Turn:
    ticked = dialogue.interview.ticked
    now = tuple(one for one in ticked if one != choice.id) if choice.id in ticked else (*ticked, choice.id)
    return Turn(dialogue.with_interview(ticked=now).having(notes=()), refreshed=True)


def _confirm(dialogue: Dialogue, rest: str, asked: Card, id: str, around: Surroundings) -> Turn:
    given = dialogue.interview.confirming
    assert given is not None
    dialogue = dialogue.with_interview(confirming=None)
    if rest == "yes":
        return give(dialogue, given, asked, id, around, confirmed=True)
    if given.said not in (*given.choices, ",".join(given.choices)):
        # The words were read wrong: they are kept for the call.
        dialogue = dialogue.with_interview(remarks=remarked(dialogue.interview.remarks, id, given.said))
    return stay(dialogue.with_interview(ticked=()), Text(key="confirm.choose_again"))


def back(dialogue: Dialogue) -> Turn:
    """To the card before, its answer kept until another one is given; while changing, back to the review."""
    interview = dialogue.interview
    cleared: dict[str, Any] = {"ticked": (), "confirming": None, "doubts": (), "misread": 0}
    if interview.changing:
        return Turn(go(dialogue.with_interview(**cleared, changing=False), "finish"))
    if not interview.trail:
        return stay(dialogue, Text(key="back.first"))
    moved = dialogue.with_interview(**cleared, card=interview.trail[-1], trail=interview.trail[:-1])
    return Turn(moved.having(notes=()))


def not_read(dialogue: Dialogue, said: str, read: AskBack, id: str) -> Turn:
    """Ask back; the words are kept for the call, and after a few tries a person is offered."""
    interview = dialogue.interview
    misread = interview.misread + 1
    kept = dialogue.with_interview(misread=misread, remarks=remarked(interview.remarks, id, said))
    notes = [Text(key=read.why, values=read.values)]
    if misread >= OFFER_A_PERSON_AFTER:
        notes.append(Text(key="misread.offer_person"))
    return stay(kept, *notes)


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
            interview = listing.added(
                interview, choice.adds_medicine, said="", entry=choice.adds_medicine, unnamed=True
            )
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
    )
