"""A messenger that is only a door: it greets, shows the way to the browser, and answers the urgent lane.

Nothing about health passes through it in either direction: no question, no answer, no list of what is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.flows import anytime
from bot.flows.buttons import navigation_button
from bot.flows.dialogue import Dialogue
from bot.flows.turn import Surroundings, Turn, stay
from bot.flows.welcome import site_lines
from bot.message import Button, Incoming, Reply, Text

# What may stand on the screen here; in every other state and on every other page, the way to the browser.
STATES = ("choosing_language", "urgent", "talking_to_person", "stopped", "erased")
PAGES = ("language", "help", "about", "privacy")
COMMANDS = (*PAGES, "contact", "person", "stop", "delete", "start", "back")

Card = Callable[[Dialogue, Surroundings], Reply]
Take = Callable[[Dialogue, Incoming, Surroundings], Turn]


def card(dialogue: Dialogue, around: Surroundings, own: Card) -> Reply:
    """The card `own` of the present state, or the way to the browser."""
    if dialogue.page in PAGES:
        return anytime.page_card(dialogue, around)
    if dialogue.state in STATES:
        return own(dialogue, around)
    url = around.site.public_url
    way = (Text(key="door.page", values={"url": url}),) if url else site_lines(around)
    return Reply(
        text=Text(key="door.text"),
        notes=dialogue.notes,
        details=(Text(key="permission.program"), *way),
        choices=(Button(id="link", label=Text(key="later.link"), style="primary"),) if url else (),
        navigation=tuple(navigation_button(id) for id in ("about", "privacy", "help", "person")),
        card="door",
    )


def take(dialogue: Dialogue, said: Incoming, around: Surroundings, own: Take) -> Turn:
    """One message at the door. What is typed is not read, and nothing of it is kept."""
    if said.command is not None:
        return _command(dialogue, said, around)
    if said.button is None:
        at_language = dialogue.state == "choosing_language" and said.text is not None
        return _led_on(own(dialogue, said, around), dialogue) if at_language else _not_read(dialogue)
    if said.button.startswith("open:"):
        return stay(dialogue)
    if said.button in ("person", "stop", *PAGES) and dialogue.page is None:
        return _command(dialogue, said.model_copy(update={"command": said.button}), around)
    if dialogue.page is not None:
        return anytime.take_page(dialogue, said, around) if dialogue.page in PAGES else Turn(dialogue.having(page=None))
    if dialogue.state in STATES:
        return _led_on(own(dialogue, said, around), dialogue)
    return stay(dialogue).with_(wants_link=said.button == "link")


def _led_on(turn: Turn, before: Dialogue) -> Turn:
    """Whoever has just chosen a language gets the link at once."""
    arrived = before.state == "choosing_language" and turn.dialogue.state == "asking_permission"
    return turn.with_(wants_link=True) if arrived else turn


def _command(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if (said.command or "").lower() in COMMANDS:
        turn = anytime.take_command(dialogue.having(page=None), said, around)
        if turn is not None and turn.dialogue.interview == dialogue.interview:
            return _led_on(turn, dialogue)
    return stay(dialogue.having(page=None), Text(key="door.in_browser"))


def _not_read(dialogue: Dialogue) -> Turn:
    return stay(dialogue.having(page=None), Text(key="door.not_read"))
