"""The buttons under a card: choices first, then what changes a line of the list, then the way around."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.channels.telegram_limits import LONGEST_CALLBACK_DATA, MOST_BUTTONS, cut, display_width
from bot.message import Button, Reply, Row, Text

Keys = list[list[dict[str, Any]]]
Say = Callable[[Text], str]

# Half the width of a small phone, in columns: labels up to this stand two in a row.
HALF_WIDTH = 15
FULL_WIDTH = 30
MOST_IN_ROW = 3
# A label longer than this is somebody's own words; a phone shows its beginning only.
LONGEST_LABEL = 100
# More lines than this are changed by their numbers; fewer have their names on the buttons.
MOST_NAMED_ROWS = 6
NUMBERS_IN_ROW = 5

TICKED, UNTICKED = "\N{BALLOT BOX WITH CHECK}", "\N{BALLOT BOX}"
PENCIL, CLOSED = "\N{LOWER RIGHT PENCIL}", "\N{EYE}"
# Buttons of a card with several choices that are ticked; any other of it stands alone.
TICKED_IDS = ("tick:", "pick:")
LINKS = ("https://", "http://", "tg://")


def keyboard(reply: Reply, revision: int, say: Say) -> Keys:
    """Rows of InlineKeyboardButton, as the Bot API takes them."""
    rows = [
        *_choices(reply, revision, say),
        *_changes(reply.rows, revision, say),
        *_packed([_key(button, revision, say(button.label)) for button in reply.navigation]),
    ]
    return _within_limit([[key for key in row if key] for row in rows])


def callback_data(revision: int, button_id: str) -> str:
    """What comes back when the button is pressed; `read_callback_data` takes it apart."""
    data = f"{revision}:{button_id}"
    if len(data.encode()) > LONGEST_CALLBACK_DATA:
        raise ValueError(f"a button's id is too long for Telegram: {button_id!r}")
    return data


def read_callback_data(data: str) -> tuple[int, str] | None:
    """(revision, button id), or None for data that no button of ours carries."""
    revision, colon, button_id = data.partition(":")
    if not colon or not button_id or not revision.isascii() or not revision.isdecimal() or len(revision) > 18:
        return None
    return int(revision), button_id


def _choices(reply: Reply, revision: int, say: Say) -> Keys:
    keys = []
    for button in reply.choices:
        label = say(button.label)
        if reply.multiple and button.id.startswith(TICKED_IDS):
            label = f"{TICKED if button.chosen else UNTICKED} {label}"
        elif button.chosen:
            label = f"{TICKED} {label}"
        keys.append(_key(button, revision, label))
    # All in the same grid: two short ones beside each other over a long one look like an accident.
    shown = [key for key in keys if key]
    in_row = 2 if all(display_width(key["text"]) <= HALF_WIDTH for key in shown) else 1
    return [shown[at : at + in_row] for at in range(0, len(shown), in_row)]


def _changes(rows: Sequence[Row], revision: int, say: Say) -> Keys:
    changes = [(number, row, row.change) for number, row in enumerate(rows, 1) if row.change is not None]
    if len(changes) <= MOST_NAMED_ROWS:
        return [
            [_key(change, revision, f"{say(change.label)} \N{MIDDLE DOT} {say(row.label)}")]
            for _, row, change in changes
        ]
    keys = []
    for number, row, change in changes:
        closed = row.private and not row.revealed
        keys.append(_key(change, revision, f"{CLOSED if closed else PENCIL} {number}"))
    return [keys[at : at + NUMBERS_IN_ROW] for at in range(0, len(keys), NUMBERS_IN_ROW)]


def _packed(keys: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """As many in a row as fit."""
    row: list[dict[str, Any]] = []
    width = 0
    for key in keys:
        needed = display_width(key.get("text", "")) + 2
        if row and (width + needed > FULL_WIDTH or len(row) == MOST_IN_ROW):
            yield row
            row, width = [], 0
        row.append(key)
        width += needed
    if row:
        yield row


def _key(button: Button, revision: int, label: str) -> dict[str, Any]:
    key: dict[str, Any] = {"text": cut(label, LONGEST_LABEL)}
    if button.url is not None:
        # Telegram takes no tel: or mailto: on a button; the text above names them.
        return {**key, "url": button.url} if button.url.startswith(LINKS) else {}
    if button.style in ("primary", "danger"):
        key["style"] = button.style
    key["callback_data"] = callback_data(revision, button.id)
    return key


def _within_limit(rows: Keys) -> Keys:
    kept: Keys = []
    room = MOST_BUTTONS
    for row in rows:
        if row and len(row) <= room:
            kept.append(row)
            room -= len(row)
    return kept
