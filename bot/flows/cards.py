"""How a question stands on the screen: a card of the plan as a `Reply`, with choices, field and navigation."""

from __future__ import annotations

from collections.abc import Iterable

from bot.flows.buttons import navigation_button
from bot.flows.dialogue import Dialogue, Doubt, Medicine
from bot.flows.turn import Surroundings
from bot.message import Answered, Button, Entry, EntryKind, Joined, Reply, Row, Term, Text, Value
from brasle_prescreen.question import Card, WindowChoice

# Entry fields by kind of card: what may be typed there.
FIELDS: dict[str, EntryKind] = {
    "choice": "text",
    "multiple": "text",
    "age": "date",
    "date": "date",
    "number": "number",
    "titer": "text",
    "medicines": "long",
    "medicine_dose": "text",
    "vaccines": "long",
    "slip": "long",
}


# Cards answered by typing: whoever comes back to one may keep what was typed.
TYPED = ("age", "date", "number", "titer", "medicine_dose")


def question_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """The card at which this child's interview stands."""
    interview = dialogue.interview
    id = interview.card or around.questions.card[0].id
    card, number = around.questions.template(id)
    if interview.confirming is not None:
        return _confirming(dialogue, card, id)
    if interview.doubts:
        return doubt_card(dialogue, interview.doubts[0], around)
    return Reply(
        text=Text(key=f"{words(id, card)}.ask", values=about(dialogue, number, around)),
        notes=dialogue.notes,
        details=(Text(key="private.preface"),) if card.private and not _after_private(dialogue, around) else (),
        choices=tuple(_choices(dialogue, card, id, around)),
        multiple=card.kind in ("multiple", "medicines", "vaccines"),
        rows=tuple(_listed(dialogue, card, around)),
        entry=Entry(
            kind=FIELDS[card.kind],
            label=Text(key="entry.type_here"),
            hint=Text(key=f"{words(id, card)}.hint") if card.kind not in ("choice", "multiple") else None,
        ),
        navigation=navigation(card, dialogue),
        part=(_part(card, id, around), around.questions.parts),
        private=card.private,
        card=id,
    )


def _after_private(dialogue: Dialogue, around: Surroundings) -> bool:
    """Whether the card before was private, too: "the next questions are private" is said once."""
    trail = dialogue.interview.trail
    return bool(trail) and not dialogue.interview.changing and around.questions.template(trail[-1])[0].private


def words(id: str, card: Card) -> str:
    """The message key of a card's words: templates share theirs, whatever the number in the id."""
    group, _, rest = id.partition(".")
    return f"card.{group}.{card.id}" if rest else f"card.{card.id}"


def about(dialogue: Dialogue, number: int | None, around: Surroundings) -> dict[str, Value]:
    """The medicine or vaccine that a template's words speak of."""
    if number is None:
        return {}
    interview = dialogue.interview
    for one in (*interview.medicines, *interview.vaccines):
        if one.number == number:
            return {"medicine": name_of(one, around), "vaccine": name_of(one, around)}
    return {"medicine": "", "vaccine": ""}


def name_of(one: Medicine, around: Surroundings) -> Value:
    """As the family typed it; one that was picked is named in the reader's language."""
    return one.said or term(one.entry or one.name, around)


def answered(dialogue: Dialogue, around: Surroundings, shown: Value | None) -> Answered:
    """The card just answered, as it reads from now on; a private one is folded."""
    id = dialogue.interview.card or ""
    card, number = around.questions.template(id)
    answer = Text(key="answered.private") if card.private else Text(key="answered.as", values={"answer": shown or ""})
    return Answered(
        text=Text(key=f"{words(id, card)}.ask", values=about(dialogue, number, around)),
        answer=answer,
        private=card.private,
        open=Button(id=f"open:{dialogue.interview.child}:{id}", label=Text(key="review.open"))
        if card.private
        else None,
    )


def opened(dialogue: Dialogue, place: str) -> Text:
    """The answer to the private card at `place` ("child:card"), as it stands now; stale if there is none."""
    child, _, id = place.partition(":")
    for interview in (dialogue.interview, *dialogue.earlier):
        if str(interview.child) == child and id in interview.given:
            return Text(key="answer", values={"answer": interview.given[id].shown})
    return Text(key="stale")


def choice_label(card: Card, id: str, choice: str) -> Text:
    return Text(key=f"{words(id, card)}.choice.{choice}")


def window_label(window: WindowChoice) -> Text:
    if window.before and window.within:
        return Text(key="window.between", values={"from_span": span(window.before), "to_span": span(window.within)})
    if window.within:
        return Text(key="window.within", values={"span": span(window.within)})
    return Text(key="window.before", values={"span": span(window.before or "")})


def span(words_: str) -> Text:
    count, unit = words_.split()
    key = f"span.{unit}" if count != "1" else f"span.{unit.removesuffix('s')}"
    return Text(key=key, values={"n": int(count)})


def term(medicine: str, around: Surroundings) -> Term:
    return Term(by_language=around.questions.called(medicine, around.protocol.medicines.names(medicine)))


def navigation(card: Card, dialogue: Dialogue) -> tuple[Button, ...]:
    buttons = []
    if not card.no_skip:
        buttons += [navigation_button("unsure"), navigation_button("skip")]
    if dialogue.interview.trail:
        buttons.append(navigation_button("back"))
    return (*buttons, navigation_button("why"), navigation_button("person"))


def _part(card: Card, id: str, around: Surroundings) -> int:
    if "." not in id:
        return card.part
    group = id.partition(".")[0]
    kind = {"medicine": "medicines", "vaccine": "vaccines"}[group]
    return next(one.part for one in around.questions.card if one.kind == kind)


def _choices(dialogue: Dialogue, card: Card, id: str, around: Surroundings) -> Iterable[Button]:
    ticked = dialogue.interview.ticked
    given = dialogue.interview.given.get(id)
    # Whoever comes back to a card sees what was answered; a private answer does not come back to the screen.
    earlier = given.choices if given is not None and not card.private else ()
    # A page sends its boxes and finishes in one go; elsewhere each tick is a message, and finishing follows the first.
    page = dialogue.channel == "browser"
    if card.kind in ("medicines", "vaccines"):
        listed = {one.entry for one in _items(dialogue, card)}
        for pick in card.picks:
            label = Text(key="button.term", values={"name": term(pick, around)})
            yield Button(id=f"pick:{pick}", label=label, chosen=pick in listed)
    for choice in card.choices:
        if card.kind in ("medicines", "vaccines") and _items(dialogue, card):
            continue
        tick = card.kind == "multiple" and not choice.alone
        yield Button(
            id=f"{'tick' if tick else 'choose'}:{choice.id}",
            label=choice_label(card, id, choice.id),
            chosen=choice.id in (ticked if tick and (ticked or not page) else earlier),
        )
    for window in card.windows:
        yield Button(id=f"window:{window.id}", label=window_label(window), chosen=window.id in earlier)
    if given is not None and not given.choices and card.kind in TYPED and not card.private:
        yield Button(id="keep", label=Text(key="answer.keep", values={"answer": given.shown}), chosen=True)
    if card.ongoing:
        yield Button(id="ongoing", label=Text(key="ongoing"), chosen="ongoing" in earlier)
    if card.kind == "multiple" and (ticked or page):
        open_rest = bool(card.absent) or any(choice.absent for choice in card.choices)
        if open_rest:
            yield Button(id="only", label=Text(key="multiple.only"), style="primary")
        # "Continue" alone would read as "and none of the others", which was not said.
        done = "multiple.only_not_sure" if open_rest else "multiple.done"
        yield Button(id="done", label=Text(key=done), style="primary")
    if card.kind == "medicines":
        if page and not dialogue.interview.medicines:
            yield Button(id="nothing", label=Text(key="medicines.none"))
        done = "medicines.done" if page or dialogue.interview.medicines else "medicines.none"
        yield Button(id="done", label=Text(key=done), style="primary")
    elif card.kind == "vaccines" and (page or dialogue.interview.vaccines):
        yield Button(id="done", label=Text(key="multiple.done"), style="primary")


def _items(dialogue: Dialogue, card: Card) -> tuple[Medicine, ...]:
    return dialogue.interview.medicines if card.kind == "medicines" else dialogue.interview.vaccines


def _listed(dialogue: Dialogue, card: Card, around: Surroundings) -> Iterable[Row]:
    if card.kind not in ("medicines", "vaccines"):
        return
    for one in _items(dialogue, card):
        yield Row(
            label=Text(key="list.item", values={"name": name_of(one, around)}),
            answer=Text(key="list.known" if one.entry else "list.as_typed"),
            change=Button(id=f"remove:{one.number}", label=Text(key="list.remove")),
        )


def _confirming(dialogue: Dialogue, card: Card, id: str) -> Reply:
    given = dialogue.interview.confirming
    assert given is not None
    return Reply(
        text=Text(key="confirm.ask", values={"answer": given.shown}),
        notes=dialogue.notes,
        choices=(
            Button(id="confirm:yes", label=Text(key="confirm.yes")),
            Button(id="confirm:no", label=Text(key="confirm.no")),
        ),
        navigation=(navigation_button("unsure"), navigation_button("person")),
        private=card.private,
        card=id,
    )


def doubt_card(dialogue: Dialogue, doubt: Doubt, around: Surroundings) -> Reply:
    """A typed name read back: which of these is it? Nothing is ever corrected without asking."""
    if doubt.ask_route:
        ask = Text(key="medicine.route.ask", values={"name": doubt.said})
        choices = [
            Button(id=f"route:{route}", label=Text(key=f"medicine.route.{route}"))
            for route in ("oral", "injection", "unsure")
        ]
    else:
        ask = Text(key="medicine.which.ask", values={"name": doubt.said})
        choices = [
            Button(id=f"is:{entry}", label=Text(key="button.term", values={"name": term(entry, around)}))
            for entry in doubt.candidates
        ]
        choices.append(Button(id="is:", label=Text(key="medicine.which.as_typed", values={"name": doubt.said})))
        choices.append(Button(id="is:none", label=Text(key="medicine.which.remove")))
    return Reply(
        text=ask,
        notes=dialogue.notes,
        choices=tuple(choices),
        navigation=(navigation_button("person"),),
        card=dialogue.interview.card or "",
    )


def joined(values: Iterable[Value], *, lines: bool = False) -> Joined:
    return Joined(items=tuple(values), lines=lines)
