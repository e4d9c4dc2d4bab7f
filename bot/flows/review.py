"""Every answer once more before it is judged, each with a way to change it; and the page of an early end."""

from __future__ import annotations

from bot.flows.buttons import navigation_button
from bot.flows.cards import about, words
from bot.flows.dialogue import Dialogue, Given
from bot.flows.plan import answers_of, next_card, relevant
from bot.flows.turn import Happened, Surroundings, Turn, go, stay
from bot.message import Button, Incoming, Reply, Row, Text
from brasle_prescreen import screen


def review_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return Reply(
        text=Text(key="review.text"),
        notes=dialogue.notes,
        rows=tuple(rows(dialogue, around)),
        choices=(Button(id="confirm", label=Text(key="review.confirm"), style="primary"),),
        navigation=(navigation_button("person"), navigation_button("help")),
        card="review",
    )


def rows(dialogue: Dialogue, around: Surroundings) -> list[Row]:
    """The answers in asking order, each with its Change; a private one is folded until it is opened."""
    interview = dialogue.interview
    ids = relevant(interview, around.questions, around.protocol.medicines, around.today)
    return [row(dialogue, id, interview.given[id], around) for id in ids if id in interview.given]


def row(dialogue: Dialogue, id: str, given: Given, around: Surroundings) -> Row:
    """One answer, with the button that changes it, or opens it if it is folded."""
    card, number = around.questions.template(id)
    folded = card.private and id not in dialogue.interview.revealed
    return Row(
        label=Text(key=f"{words(id, card)}.short", values=about(dialogue, number, around)),
        answer=Text(key="answered.private") if folded else Text(key="answer", values={"answer": given.shown}),
        change=Button(
            id=f"reveal:{id}" if folded else f"change:{id}",
            label=Text(key="review.open" if folded else "review.change"),
        ),
        private=card.private,
        revealed=card.private and not folded,
    )


def take_review(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    word, _, rest = (said.button or "").partition(":")
    if word == "confirm":
        return _judged(dialogue, around)
    if word == "reveal" and rest in dialogue.interview.given:
        opened = (*dialogue.interview.revealed, rest)
        return Turn(dialogue.with_interview(revealed=opened).having(notes=()), refreshed=True)
    if word == "change" and rest in dialogue.interview.given:
        return change(dialogue, rest)
    if word == "back" and dialogue.interview.trail:
        return change(dialogue, dialogue.interview.trail[-1])
    return stay(dialogue, Text(key="review.please_tap"))


def change(dialogue: Dialogue, id: str) -> Turn:
    """Back to one card; its answer stands until another is given, and the review follows again."""
    return Turn(go(dialogue.with_interview(card=id, changing=True, ticked=(), misread=0, revealed=()), "change"))


def _judged(dialogue: Dialogue, around: Surroundings) -> Turn:
    answers = answers_of(dialogue.interview, around.questions, around.protocol.medicines, around.today)
    screening = screen(around.protocol, answers, around.today)
    judged = dialogue.with_interview(screened=True, tier=str(screening.tier), revealed=())
    # A lead that stands already follows the changed answers; one that was taken back stays so.
    return Turn(go(judged, "confirm"), happened=(Happened("screened"),), hand_over=dialogue.handed_over)


def early_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    page = dialogue.interview.ends[-1]
    return Reply(
        text=Text(key=f"early_end.{page}"),
        notes=dialogue.notes,
        choices=(
            Button(id="go_on", label=Text(key="early_end.go_on")),
            Button(id="finish", label=Text(key="early_end.finish")),
            Button(id="fix", label=Text(key="early_end.fix")),
        ),
        navigation=(navigation_button("person"),),
        card="early_end",
    )


def take_early(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "go_on":
        following = next_card(dialogue.interview, around.questions, around.protocol.medicines, around.today)
        return Turn(go(dialogue.with_interview(card=following), "go_on"))
    if said.button == "finish":
        return Turn(go(dialogue.with_interview(card=None), "finish"), happened=(Happened("finished_early"),))
    if said.button == "fix" and dialogue.interview.trail:
        *before, last = dialogue.interview.trail
        again = dialogue.with_interview(card=last, trail=tuple(before), ends=dialogue.interview.ends[:-1])
        return Turn(go(again, "go_on"))
    return stay(dialogue)
