"""The questions: what was tapped or typed at a card becomes an answer, is read back, and the next card follows."""

from __future__ import annotations

from typing import Any

from bot.flows import listing
from bot.flows.agreement import agreed_to
from bot.flows.as_given import left_open, one_choice, several_choices, window_choice
from bot.flows.cards import about, question_card, words
from bot.flows.dialogue import Dialogue, Given, Interview, remarked
from bot.flows.giving import give, not_read
from bot.flows.turn import Surroundings, Turn, go, stay
from bot.flows.understanding import AskBack, Doubtful, Ticked, chosen, understand
from bot.message import Incoming, Reply, Text
from brasle_prescreen.question import Card, Choice


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
        read = chosen(asked, id, said.text, [said.box.partition(":")[2]], around)
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
    if asked.kind == "multiple" and said.choices is not None:
        dialogue = dialogue.with_interview(ticked=_boxes(said, asked, interview))
    if word == "tick" and (choice := asked.choice(rest)):
        return _tick(dialogue, choice)
    if word in ("done", "only") and asked.kind == "multiple":
        if not dialogue.interview.ticked:
            return stay(dialogue, Text(key="multiple.nothing_ticked"))
        several = several_choices(dialogue.interview.ticked, asked, id, around, only=word == "only")
        return give(dialogue, several, asked, id, around)
    if word == "keep" and (kept := interview.given.get(id)) is not None:
        return give(dialogue, kept, asked, id, around)
    if word == "choose" and (choice := asked.choice(rest)):
        return give(dialogue, one_choice(choice, asked, id, around), asked, id, around)
    if word == "window" and (window := asked.window(rest)):
        return give(dialogue, window_choice(window, asked, around), asked, id, around)
    if word == "ongoing" and asked.ongoing and asked.sets_date:
        given = Given(
            said="ongoing", choices=("ongoing",), sets={asked.sets_date: "ongoing"}, shown=Text(key="ongoing")
        )
        return give(dialogue, given, asked, id, around)
    return stay(dialogue, Text(key="stale"))


def _left_open(dialogue: Dialogue, word: str, said: Incoming, asked: Card, id: str, around: Surroundings) -> Turn:
    """Not sure, or skipped. What is ticked or listed already stays: whoever is not sure then is not sure of the rest."""
    interview = dialogue.interview
    if word == "unsure" and not interview.doubts:
        if interview.confirming is None and asked.kind in ("medicines", "vaccines"):
            return listing.not_sure(dialogue, said, asked, id, around)
        if asked.kind == "multiple" and (ticked := _sure_of(said, asked, interview)):
            several = several_choices(ticked, asked, id, around)
            return give(_with_words(_words_kept(dialogue), said, id), several, asked, id, around)
    return give(_with_words(_words_kept(dialogue), said, id), left_open(asked, word), asked, id, around)


def _sure_of(said: Incoming, asked: Card, interview: Interview) -> tuple[str, ...]:
    """What is ticked. Not sure whether it was understood right: what need not be confirmed stays."""
    if interview.confirming is None:
        return _boxes(said, asked, interview)
    named = interview.confirming.choices
    return tuple(one.id for one in asked.choices if one.id in named and not one.confirm and not one.alone)


def _words_kept(dialogue: Dialogue) -> Dialogue:
    """What was typed and asked back, and is not answered now, is kept for the call."""
    interview = dialogue.interview
    card, remarks = interview.card or "", interview.remarks
    given = interview.confirming
    if given is not None and given.said not in (*given.choices, ",".join(given.choices)):
        remarks = remarked(remarks, card, given.said)
    for doubt in interview.doubts:
        if not doubt.ask_route:
            remarks = remarked(remarks, card, doubt.said)
    return dialogue.with_interview(remarks=remarks)


def _with_words(dialogue: Dialogue, said: Incoming, id: str) -> Dialogue:
    """A page sends what stands in its field along with a press: the press answers, the words are kept for the call."""
    if not said.text:
        return dialogue
    return dialogue.with_interview(remarks=remarked(dialogue.interview.remarks, id, said.text))


def _boxes(said: Incoming, asked: Card, interview: Interview) -> tuple[str, ...]:
    """What is ticked: as a page sent it, or as it was ticked one by one; in the order of the card."""
    if said.choices is None:
        return interview.ticked
    sent = {one.partition(":")[2] or one for one in said.choices}
    return tuple(choice.id for choice in asked.choices if choice.id in sent and not choice.alone)


def _tick(dialogue: Dialogue, choice: Choice) -> Turn:
    ticked = dialogue.interview.ticked
    now = tuple(one for one in ticked if one != choice.id) if choice.id in ticked else (*ticked, choice.id)
    return Turn(dialogue.with_interview(ticked=now).having(notes=()), refreshed=True)


def _confirm(dialogue: Dialogue, rest: str, asked: Card, id: str, around: Surroundings) -> Turn:
    given = dialogue.interview.confirming
    assert given is not None
    if rest == "yes":
        return give(dialogue.with_interview(confirming=None), given, asked, id, around, confirmed=True)
    return stay(_words_kept(dialogue).with_interview(confirming=None, ticked=()), Text(key="confirm.choose_again"))


def back(dialogue: Dialogue) -> Turn:
    """To the card before, its answer kept until another one is given; while changing, back to the review."""
    dialogue = _words_kept(dialogue)
    interview = dialogue.interview
    cleared: dict[str, Any] = {"ticked": (), "confirming": None, "doubts": (), "misread": 0}
    if interview.changing:
        return Turn(go(dialogue.with_interview(**cleared, changing=False), "finish"))
    if not interview.trail:
        return stay(dialogue, Text(key="back.first"))
    moved = dialogue.with_interview(**cleared, card=interview.trail[-1], trail=interview.trail[:-1])
    return Turn(moved.having(notes=()))
