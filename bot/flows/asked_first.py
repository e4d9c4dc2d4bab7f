"""A card that waits for a permission: health questions for theirs, and what passes through Telegram, abroad, for that one.

Both are asked once on the way into the questions. Whoever comes to Telegram from a browser, asks for a call first, or has
taken a permission back, is asked before anything else; the card that waits lies underneath.
"""

from __future__ import annotations

from bot.flows import anytime
from bot.flows.dialogue import Dialogue, PermissionName
from bot.flows.table import HEALTH
from bot.flows.turn import Happened, PermissionChange, Surroundings, Turn, go, stay
from bot.flows.welcome import ABROAD_TEXT, PERMISSION_TEXT, abroad_card, permission_card
from bot.message import Incoming, Reply, Text

# What may not pass through a server abroad without its permission: health questions, and how to be reached.
NOT_ABROAD = (*HEALTH, "asking_handover", "giving_contact")
TEXTS: dict[PermissionName, str] = {"health": PERMISSION_TEXT, "abroad": ABROAD_TEXT}
COMMANDS = (
    *("language", "help", "questions", "about", "privacy", "contact", "person"),
    *("status", "stop", "delete", "mydata", "export", "later", "start"),
)


def missing(dialogue: Dialogue) -> PermissionName | None:
    """The permission without which the card of this state may not be shown on this channel."""
    if dialogue.state in HEALTH and not dialogue.permitted("health"):
        return "health"
    if dialogue.state in NOT_ABROAD and dialogue.channel == "telegram" and not dialogue.permitted("abroad"):
        return "abroad"
    return None


def card(name: PermissionName, dialogue: Dialogue, around: Surroundings) -> Reply:
    return permission_card(dialogue, around) if name == "health" else abroad_card(dialogue, around)


def take(name: PermissionName, dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """One message while a permission is asked for over a card that waits. What is typed is not read."""
    command = said.command or (said.button if said.button in COMMANDS and dialogue.page is None else None)
    if command is not None:
        turn = anytime.take_command(dialogue, said.model_copy(update={"command": command}), around)
        if command.lower() in COMMANDS and turn is not None:
            return turn
        return stay(dialogue.having(page=None), Text(key="please_tap"))
    if dialogue.page is not None:
        return anytime.take_page(dialogue, said, around)
    if said.button == "agree":
        return Turn(dialogue.having(notes=()), permissions=(PermissionChange(name, "given", TEXTS[name]),))
    if said.button == "refuse":
        refused = (PermissionChange(name, "refused", TEXTS[name]),)
        away = dialogue.having(contact_step=None)
        return Turn(go(away, "take_back"), permissions=refused, happened=(Happened("refused"),))
    return stay(dialogue, Text(key="please_tap"))
