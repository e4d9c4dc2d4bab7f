""" "Just show me the questions": every card to look through, nothing to answer, and nothing kept of it."""

from __future__ import annotations

from bot.flows.cards import choice_label, joined, words
from bot.flows.dialogue import Dialogue
from bot.flows.turn import Surroundings, Turn, go, stay
from bot.message import Button, Incoming, Reply, Text
from brasle_prescreen.question import Card


def offer(dialogue: Dialogue) -> tuple[Button, ...]:
    """The way here, on the card of the first permission; not for a second child, of whom something is kept already."""
    allowed = any(one.state != "refused" for one in dialogue.permissions.values())
    here = dialogue.interview
    told = here.given or here.remarks or here.asked or here.lead_code or dialogue.contact.name or dialogue.earlier
    if allowed or told:
        return ()
    return (Button(id="look", label=Text(key="look.offer")),)


def begin(dialogue: Dialogue) -> Turn:
    return Turn(go(dialogue.having(looked=True, looking_at=0), "look"))


def looking_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """One question as it would be asked. Its choices are lines to read, no buttons."""
    cards = _cards(around)
    at = min(dialogue.looking_at, len(cards) - 1)
    id, card = cards[at]
    choices = joined((Text(key="list.bullet", values={"item": one}) for one in _choices(id, card)), lines=True)
    agree = Button(id="look:end", label=Text(key="look.end"), style="primary" if at == len(cards) - 1 else "choice")
    return Reply(
        text=Text(
            key=f"{words(id, card)}.ask",
            values={"medicine": Text(key="look.medicine"), "vaccine": Text(key="look.vaccine")},
        ),
        notes=(Text(key="look.banner", values={"n": at + 1, "total": len(cards)}), *dialogue.notes),
        details=(Text(key="look.choices", values={"choices": choices}),) if choices.items else (),
        choices=(
            *([Button(id="look:next", label=Text(key="look.next"), style="primary")] if at < len(cards) - 1 else []),
            *([Button(id="look:back", label=Text(key="nav.back"))] if at else []),
            agree,
        ),
        card="looking",
    )


def _cards(around: Surroundings) -> list[tuple[str, Card]]:
    """Every question with its id; those about each medicine and each vaccine stand after the list they ask about."""
    cards: list[tuple[str, Card]] = []
    for card in around.questions.card:
        cards.append((card.id, card))
        if card.kind == "medicines":
            cards += [(f"medicine.1.{one.id}", one) for one in around.questions.medicine.card]
        if card.kind == "vaccines":
            cards += [(f"vaccine.1.{one.id}", one) for one in around.questions.vaccine.card]
    return cards


def _choices(id: str, card: Card) -> list[Text]:
    return [choice_label(card, id, one.id) for one in card.choices]


def take_looking(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """On, back, or to the permission. What is typed here is not read as an answer."""
    last = len(_cards(around)) - 1
    if said.button == "look:end":
        return Turn(go(dialogue.having(looking_at=0), "looked"))
    if said.button == "look:next":
        return Turn(dialogue.having(looking_at=min(dialogue.looking_at + 1, last), notes=()))
    if said.button in ("look:back", "back"):
        return Turn(dialogue.having(looking_at=max(dialogue.looking_at - 1, 0), notes=()))
    return stay(dialogue, Text(key="look.not_read")) if said.text else stay(dialogue)
