"""What must stand of one family's chat, as plain as can be; and how updates and cards are read for it."""

from __future__ import annotations

from typing import Any

from brasle_prescreen.question import load_questions
from tests.fake_telegram import Message
from tests.fake_telegram.parameters import Parameters

CALM = ("choose:parent", "choose:none", "choose:no", "choose:complete", "choose:negative", "choose:not_told")
# Ticked, and then "not sure" of the rest: what was ticked is asked back first, and that step the model does not know.
ASKED_BACK = frozenset(
    f"tick:{choice.id}"
    for card in load_questions().card
    if card.kind == "multiple"
    for choice in card.choices
    if choice.confirm
)


class Model:
    """What must stand. It knows cards and buttons only as a family sees them."""

    def __init__(self) -> None:
        self.turns = 0
        self.revision = 0
        self.leads = 0
        self.answers: dict[str, tuple[str, ...]] = {}
        self.earlier: list[dict[str, tuple[str, ...]]] = []
        self.ticked: list[str] = []
        self.heard: set[str] = set()
        # What stands on the screen; None from a press that moved on until somebody looks.
        self.state = ""
        self.card: str | None = None
        self.is_pruned = False

    def hears(self, id: str) -> bool:
        """Whether this message is new; then it is one more turn."""
        if id in self.heard:
            return False
        self.heard.add(id)
        self.turns += 1
        return True

    def press(self, button: str, revision: int) -> None:
        if revision != self.revision or self.state == "":
            return  # of a card that is gone
        word, _, rest = button.partition(":")
        if self.state == "answering" and self.card is not None:
            if word == "tick":
                if rest in self.ticked:
                    self.ticked.remove(rest)
                else:
                    self.ticked.append(rest)
                return
            if word == "why":
                return
            self.is_pruned = self.card in self.answers
            self.answers[self.card] = self.meant(button)
            self.ticked = []
        elif button == "send":
            self.leads += 1
        elif button == "another_child":
            self.earlier.append(self.answers)
            self.answers = {}
        self.move()

    def meant(self, button: str) -> tuple[str, ...]:
        """What a press on a question answers: whoever has ticked something and is not sure is not sure of the rest."""
        if button == "unsure" and self.ticked:
            return tuple(self.ticked)
        return (button.partition(":")[2] or button,)

    def move(self) -> None:
        """Another card stands there now."""
        self.revision += 1
        self.state, self.card = "", None


def id_of(update: dict[str, Any]) -> str:
    press = update.get("callback_query")
    return f"press {press['id']}" if press is not None else f"message {update['message']['message_id']}"


def buttons_of(card: Message) -> dict[str, str]:
    """Callback data: button id."""
    keys = (key.get("callback_data", "") for row in card.keyboard or [] for key in row)
    return {data: data.partition(":")[2] for data in keys if data}


def moves(data: str) -> bool:
    return data.partition(":")[2] in (*CALM, "unsure", "skip")


def revision_of(given: Parameters) -> int | None:
    """Of the card that was sent, from its buttons."""
    markup = given.tree("reply_markup", "keyboard") or {}
    keys = [key.get("callback_data", "") for row in markup.get("inline_keyboard", []) for key in row]
    revisions = [
        int(data.partition(":")[0]) for data in keys if data and not data.partition(":")[2].startswith("open:")
    ]
    return max(revisions, default=None)
