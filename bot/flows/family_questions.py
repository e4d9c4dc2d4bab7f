"""What families want to know about the study: answered from its public listing, or kept for the study team's call.

A list of questions lies over any card, as the other pages do; what is typed at a card is answered above that card.
Nothing is kept before the permission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.flows.buttons import navigation_button
from bot.flows.cards import joined
from bot.flows.dialogue import Asked, Dialogue
from bot.flows.person import ask_person
from bot.flows.turn import Surroundings, Turn, stay
from bot.message import Button, Day, Entry, Incoming, Reply, Row, Text
from brasle_prescreen.family_question import FamilyQuestion, load_family_questions
from brasle_prescreen.reading.family_question import is_question, read_family_questions
from brasle_prescreen.reading.red_flags import alarm

PAGE = "questions"
OTHER = f"{PAGE}:other"
# Where the button stands: on every card but those of the urgent lane, of leaving, of a child who fetches an adult, and of
# the first choice of a language.
ASKABLE = frozenset((
    "asking_permission", "asking_abroad", "declined", "answering", "ending_early", "reviewing", "showing_result",
    "asking_handover", "giving_contact", "done", "talking_to_person",
))  # fmt: skip
# Here nothing else is asked: what was typed as a question can only be one.
NOTHING_ASKED = frozenset(
    ("ending_early", "reviewing", "showing_result", "asking_handover", "done", "talking_to_person")
)
# Cards of these states may not be passed on, so the page that takes their place may not either.
PROTECTED = ("answering", "reviewing")
# More than a call can go through.
MOST_ASKED = 30
LONGEST_ASKED = 1000

Take = Callable[[Dialogue, Incoming, Surroundings], Turn]


def with_button(reply: Reply, dialogue: Dialogue) -> Reply:
    """The card with its quiet way to the list of questions, beside "talk to a person"."""
    if dialogue.state not in ASKABLE:
        return reply
    buttons = list(reply.navigation)
    at = next((place for place, one in enumerate(buttons) if one.id == "person"), len(buttons))
    buttons.insert(at, navigation_button(PAGE))
    return replace(reply, navigation=tuple(buttons))


def open_list(dialogue: Dialogue) -> Turn:
    """The list over the card; where there is more urgent to say, the card itself."""
    if dialogue.state not in ASKABLE and dialogue.state != "stopped":
        return stay(dialogue)
    return Turn(dialogue.having(page=PAGE, notes=()))


def is_open(dialogue: Dialogue) -> bool:
    """Whether the list, or a page of it, lies over the card."""
    return (dialogue.page or "").partition(":")[0] == PAGE


# ------------------------------------------------------------------ pages


def page(dialogue: Dialogue, around: Surroundings) -> Reply:
    id = (dialogue.page or "").partition(":")[2]
    question = load_family_questions().get(id)
    if question is not None:
        shown = _answer_page(dialogue, question, around)
    elif dialogue.page == OTHER:
        shown = _other_page(dialogue, around)
    else:
        shown = _list_page(dialogue, around)
    notes = tuple(note for note in dialogue.notes if note not in shown.details)
    return replace(shown, notes=notes, private=dialogue.state in PROTECTED)


def _list_page(dialogue: Dialogue, around: Surroundings) -> Reply:
    updated = around.protocol.record.updated
    details = [] if _may_keep(dialogue) else [Text(key="questions.nothing_kept")]
    asked = dialogue.interview.asked if _may_keep(dialogue) else ()
    if asked:
        listed = joined((Text(key="list.bullet", values={"item": worded(one)}) for one in asked), lines=True)
        details.append(Text(key="questions.mine", values={"questions": listed}))
    choices = [Button(id=f"ask:{id}", label=Text(key=f"question.{id}.button")) for id in load_family_questions()]
    if _may_keep(dialogue):
        choices.append(Button(id="other", label=Text(key="questions.other")))
    return Reply(
        text=Text(key="questions.list", values={"date": Day(earliest=updated, latest=updated)}),
        details=tuple(details),
        choices=tuple(choices),
        navigation=(Button(id="close", label=Text(key="questions.back"), style="primary"), navigation_button("person")),
        card="questions",
    )


def _answer_page(dialogue: Dialogue, question: FamilyQuestion, around: Surroundings) -> Reply:
    kept = Asked(question=question.id) in dialogue.interview.asked
    choices = [
        Button(id="close", label=Text(key="questions.back"), style="primary"),
        Button(id="list", label=Text(key="questions.more")),
    ]
    if kept:
        choices.append(Button(id=f"drop:{question.id}", label=Text(key="questions.drop")))
    elif _may_keep(dialogue) and question.answered != "chat":
        choices.append(Button(id=f"note:{question.id}", label=Text(key="questions.note")))
    return Reply(
        text=Text(key=f"question.{question.id}.ask"),
        details=tuple(_answer(dialogue, question, around)),
        choices=tuple(choices),
        navigation=(navigation_button("person"),),
        card="question",
    )


def _other_page(dialogue: Dialogue, around: Surroundings) -> Reply:
    typed = [one for one in dialogue.interview.asked if one.said]
    around_it = [
        Button(id="close", label=Text(key="questions.back")),
        Button(id="list", label=Text(key="questions.more")),
    ]
    if typed:
        around_it.append(Button(id="drop:", label=Text(key="questions.drop_last")))
    return Reply(
        text=Text(key="questions.other.ask"),
        details=() if dialogue.handed_over else (Text(key="questions.when_seen"),),
        entry=Entry(kind="long", label=Text(key="questions.other.field")),
        navigation=(*around_it, navigation_button("person")),
        card="questions_other",
    )


def rows(dialogue: Dialogue) -> tuple[Row, ...]:
    """What is kept of the family's questions, for the page of all that is kept."""
    return tuple(
        Row(label=Text(key="questions.mine.short"), answer=Text(key="answer", values={"answer": worded(one)}))
        for one in dialogue.interview.asked
    )


def worded(one: Asked) -> Text:
    """A question as it reads on a list; typed ones word for word."""
    if one.question in load_family_questions():
        return Text(key=f"question.{one.question}.ask")
    return Text(key="answer", values={"answer": one.said or one.question})


def _answer(dialogue: Dialogue, question: FamilyQuestion, around: Surroundings) -> list[Text]:
    """The answer, after what must be said before it; then what becomes of the rest of the question."""
    said = [Text(key=question.first)] if question.first else []
    said.append(Text(key=f"question.{question.id}.answer"))
    if Asked(question=question.id) in dialogue.interview.asked:
        said.append(_noted(dialogue, around))
    elif question.for_the_call and not _may_keep(dialogue):
        said.append(Text(key="questions.not_kept"))
    return said


def _noted(dialogue: Dialogue, around: Surroundings) -> Text:
    if dialogue.handed_over:
        return Text(key="questions.noted.handed_over")
    return Text(key="questions.noted" if around.may_hand_over else "questions.noted.kept")


# ------------------------------------------------------------------ what is kept


def _may_keep(dialogue: Dialogue) -> bool:
    return dialogue.may_be_asked


def _keep(dialogue: Dialogue, one: Asked) -> Dialogue:
    """With one more question on the list; once is enough, and nothing is kept without its permission."""
    asked = dialogue.interview.asked
    if not _may_keep(dialogue) or one in asked or len(asked) >= MOST_ASKED:
        return dialogue
    return dialogue.with_interview(asked=(*asked, one))


def _keep_open(dialogue: Dialogue, id: str) -> Dialogue:
    """A listed question goes on the list if the listing does not answer it wholly."""
    return _keep(dialogue, Asked(question=id)) if load_family_questions()[id].for_the_call else dialogue


def _without(dialogue: Dialogue, gone: Asked) -> Dialogue:
    return dialogue.with_interview(asked=tuple(one for one in dialogue.interview.asked if one != gone))


def noticing(turn: Turn, before: Dialogue) -> Turn:
    """The turn, told to bring the questions of a lead that stands already up to date if they changed."""
    changed = turn.dialogue.interview.asked != before.interview.asked
    return turn.with_(asked=True) if changed and turn.dialogue.handed_over else turn


# ------------------------------------------------------------------ presses and words on the pages


def take(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """A press, or a text that `typed` leaves alone, while the list or a page of it lies over the card."""
    word, _, id = (said.button or "").partition(":")
    known = id in load_family_questions()
    fresh = dialogue.having(notes=())
    if word == "ask" and known:
        return Turn(_keep_open(fresh, id).having(page=f"{PAGE}:{id}"))
    if word == "note" and known:
        return Turn(_keep(fresh, Asked(question=id)), refreshed=True)
    if word == "drop" and (known or not id):
        return _dropped(fresh, id)
    if said.button == "list":
        return Turn(fresh.having(page=PAGE))
    if said.button == "other" and _may_keep(dialogue):
        return Turn(fresh.having(page=OTHER))
    if said.button == "person":
        return ask_person(dialogue)
    if said.button in ("close", "back") or said.text:
        return Turn(fresh.having(page=None))
    return stay(dialogue)


def _dropped(dialogue: Dialogue, id: str) -> Turn:
    typed = [one for one in dialogue.interview.asked if one.said]
    gone = Asked(question=id) if id else typed[-1] if typed else None
    if gone is None or gone not in dialogue.interview.asked:
        return stay(dialogue)
    return stay(_without(dialogue, gone), Text(key="questions.dropped"))


def typed(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn | None:
    """A question typed while the list is open; None for what is no question there: it belongs to the card underneath."""
    if not is_open(dialogue) or said.button is not None or not said.text:
        return None
    ids, rest = read_family_questions(said.text)
    if ids and not rest:
        opened = dialogue.having(notes=())
        for id in ids:
            opened = _keep_open(opened, id)
        return Turn(opened.having(page=f"{PAGE}:{ids[0]}"))
    if dialogue.page != OTHER and not is_question(said.text):
        return None
    return _note_typed(dialogue, said.text, around)


def _note_typed(dialogue: Dialogue, words: str, around: Surroundings) -> Turn:
    if not _may_keep(dialogue):
        return stay(dialogue, Text(key="questions.not_kept"))
    if len(words) > LONGEST_ASKED:
        return stay(dialogue, Text(key="misread.too_long"))
    kept = _keep(dialogue, Asked(said=words))
    if kept is dialogue and Asked(said=words) not in dialogue.interview.asked:
        return stay(dialogue, Text(key="questions.full"))
    return Turn(
        kept.having(page=OTHER, notes=(Text(key="questions.typed", values={"question": words}), _noted(kept, around)))
    )


# ------------------------------------------------------------------ questions typed at a card


def heard(dialogue: Dialogue, said: Incoming, around: Surroundings, flow: Take) -> Turn:
    """A text at a card: its questions are answered above the card, and all else goes to the card's own flow.

    The card does not see the questions: it would read "is there a placebo?" as a study drug, "her" as the sex.
    """
    words = said.text or ""
    ids, rest = read_family_questions(words)
    if not ids:
        return _unread(flow(dialogue, said, around), dialogue, words, around)
    kept = dialogue
    for id in ids:
        kept = _keep_open(kept, id)
    questions = [load_family_questions()[id] for id in ids]
    answers = [note for one in questions for note in _answer(kept, one, around)]
    turn = flow(kept, said.model_copy(update={"text": rest}), around) if rest else stay(kept)
    above = _once(answers)
    others = (note for note in turn.dialogue.notes if note not in above)
    return turn.with_(dialogue=turn.dialogue.having(notes=(*above, *others)))


def _once(notes: list[Text]) -> list[Text]:
    """That a question is noted, said once and last."""
    noted = [note for note in notes if note.key.startswith("questions.")]
    return [*(note for note in notes if note not in noted), *noted[:1]]


def _unread(turn: Turn, before: Dialogue, words: str, around: Surroundings) -> Turn:
    """A question that is none of the listed ones, at a card that could not read it: noted for the call.

    At a private card it stays among the words kept there; one about taking medicines is for the treating doctor.
    """
    asked_back = turn.dialogue.interview.misread > before.interview.misread
    if before.state == "answering" and (not asked_back or _is_private(before, around)):
        return turn
    if before.state not in (*NOTHING_ASKED, "answering") or not turn.refreshed or not is_question(words):
        return turn
    kept = _keep(turn.dialogue, Asked(said=words[:LONGEST_ASKED]))
    if kept.interview.asked == before.interview.asked or alarm(words) == "medicine_advice":
        return turn
    others = [note for note in kept.notes if note.key not in ("please_tap", "review.please_tap", "done.nothing_more")]
    read_back = Text(key="questions.typed", values={"question": words[:LONGEST_ASKED]})
    return turn.with_(dialogue=kept.having(notes=(read_back, _noted(kept, around), *others)))


def _is_private(dialogue: Dialogue, around: Surroundings) -> bool:
    card = dialogue.interview.card
    return card is not None and around.questions.template(card)[0].private
