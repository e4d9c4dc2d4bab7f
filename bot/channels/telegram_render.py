"""A card as Telegram shows it: HTML within the limits, buttons under it, and what becomes of the card before.

Knows no network and not aiogram: what it makes are rows for the outbox, sent by `telegram_send`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.channels.telegram_keyboard import PENCIL, Keys, callback_data, keyboard
from bot.channels.telegram_limits import LONGEST_TEXT, LONGEST_TOAST, cut, utf16_length
from bot.channels.telegram_live import Kind
from bot.message import Answered, Incoming, Reply, Text
from bot.store.records import Outgoing

if TYPE_CHECKING:
    from bot.conversation import Shown
    from bot.wording import Wording

CHANNEL = "telegram"
# Where a card ends and the next message begins, if one is not enough; the buttons stand under the last one.
MOST_MESSAGES = 4
# A longer line is no question but a text for reading.
LONGEST_QUESTION = 240

TICK = "\N{CHECK MARK}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_TAG = re.compile(r"</?[a-z][^>]*>")
# Presses that leave a card which nobody will want to read again, or which comes back.
IN_PLACE = (
    "close",
    "back",
    "resume",
    "language:",
    "change:",
    "questions",
    "ask:",
    "list",
    "other",
    "note:",
    "drop:",
    "look",
)
# The press on a folded answer: it changes nothing.
OPENS = "open:"
_TAP = re.compile(r"tap:([^:]*):(\d+)$")


@dataclass(frozen=True, slots=True)
class Tapped:
    """The press that came in: which query to answer, and on which message the button stood."""

    query: str
    message: int


def tap_id(query: str, message: int) -> str:
    """What `Incoming.id` of a press is."""
    return f"tap:{query}:{message}"


def tapped(incoming: Incoming) -> Tapped | None:
    found = _TAP.fullmatch(incoming.id) if incoming.button is not None else None
    return Tapped(found[1], int(found[2])) if found else None


def _stays_in_place(button: str) -> bool:
    return button.startswith(IN_PLACE)


class TelegramRenderer:
    """One live card in a chat.

    Answered, it keeps its question and loses its buttons. Ticks, why and the way back change it in place. After
    something typed it comes anew, below what was typed; so does a card that follows one worth keeping (what was
    agreed to, the result).
    """

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def render(self, incoming: Incoming, shown: Shown) -> Sequence[Outgoing]:
        """The rows to send for one turn, in order. Their ops are explained in `telegram_send`."""
        voice = _Voice(self._wording, shown)
        press = tapped(incoming)
        before = shown.revision if shown.refreshed else shown.revision - 1
        place: dict[str, Any] = {"before": before, "pressed": press.message if press else None}
        card = {**place, "revision": shown.revision, **_card(shown, voice)}

        def row(op: str, payload: dict[str, Any]) -> Outgoing:
            return Outgoing(CHANNEL, incoming.address, op, payload)

        rows = []
        if press:
            opens = (incoming.button or "").startswith(OPENS)
            toast = cut(voice.plain(shown.toast), LONGEST_TOAST) if shown.toast else ""
            rows.append(row("answer_callback", {**place, "query": press.query, "text": toast, "alert": opens}))
            if opens:
                return rows
        if shown.answered is not None and not shown.refreshed:
            settled = {"text": _settled(shown.answered, voice), "keyboard": _opening(shown.answered, before, voice)}
            return [*rows, row("settle", {**place, **settled}), row("card", card)]
        if press and (shown.refreshed or _stays_in_place(incoming.button or "")):
            return [*rows, row("refresh", card)]
        return [*rows, row("retire", place), row("card", card)]


class _Voice:
    """Words in the family's language, as Telegram's HTML or as plain text."""

    def __init__(self, wording: Wording, shown: Shown) -> None:
        self._wording = wording
        self._language = shown.language
        self._self_answering = shown.self_answering

    def html(self, text: Text) -> str:
        return self._wording.say_html(text, self._language, self_answering=self._self_answering).strip()

    def plain(self, text: Text) -> str:
        return self._wording.say(text, self._language, self_answering=self._self_answering).strip()


def _card(shown: Shown, voice: _Voice) -> dict[str, Any]:
    reply = shown.reply
    return {
        "texts": pack(_blocks(shown, voice)),
        "keyboard": keyboard(reply, shown.revision, voice.plain),
        "kind": _kind(reply),
    }


def _kind(reply: Reply) -> Kind:
    """Cards whose text holds answers, now or once they are settled, cannot be copied or forwarded.

    Telegram cannot add that to a message later, so a question has it from the start. What may be passed on
    (the site's number, the papers to bring) has it not.
    """
    if reply.rows:
        return "list"
    return "question" if reply.private or reply.part is not None else "open"


def _blocks(shown: Shown, voice: _Voice) -> Iterable[str]:
    """The card's paragraphs, each with its own tags closed."""
    reply = shown.reply
    for note in reply.notes:
        yield voice.html(note)
    if reply.part is not None:
        part, parts = reply.part
        yield f"<i>{voice.html(Text(key='card.part', values={'part': part, 'parts': parts}))}</i>"
    text = voice.html(reply.text)
    yield f"\N{WARNING SIGN}\N{VARIATION SELECTOR-16} {text}" if reply.kind == "urgent" else _question(text)
    for detail in reply.details:
        yield voice.html(detail)
    if reply.rows:
        lines = (f"{voice.html(one.label)}: <b>{voice.html(one.answer)}</b>" for one in reply.rows)
        yield "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
    if reply.entry is not None and reply.entry.hint is not None:
        yield f"<i>{PENCIL} {voice.html(reply.entry.hint)}</i>"
    if reply.part is None and reply.kind != "urgent":
        banners = [Text(key="banner.draft")] * shown.draft + [Text(key="banner.demo")] * shown.demo
        yield "\n".join(f"<i>{voice.html(banner)}</i>" for banner in banners)


def _question(text: str) -> str:
    """The first line of a short text is its question, and stands out; the rest explains it."""
    first, line_break, rest = text.partition("\n")
    if "\n\n" in text or "<" in text or len(first) > LONGEST_QUESTION:
        return text
    return f"<b>{first}</b>{line_break}{rest}"


def _settled(answered: Answered, voice: _Voice) -> str:
    """The card as it reads from now on: the question and what was answered."""
    lines = [voice.html(answered.text)]
    if answered.answer is not None:
        answer = voice.html(answered.answer)
        lines.append(answer if answer.startswith(TICK) else f"{TICK} {answer}")
    return pack(["\n".join(lines)])[0]


def _opening(answered: Answered, revision: int, voice: _Voice) -> Keys:
    """The one button that a folded answer keeps: it is shown in a window of its own, and the card stays folded."""
    if answered.open is None:
        return []
    data = callback_data(revision, answered.open.id)
    return [[{"text": voice.plain(answered.open.label), "callback_data": data}]]


def pack(blocks: Iterable[str]) -> list[str]:
    """Paragraphs put together into as few messages as the limit allows: at least one, at most a few."""
    paragraphs = [block for block in blocks if block.strip()]
    together = "\n\n".join(paragraphs)
    if together and 2 * len(together) <= LONGEST_TEXT:  # it surely fits: no character takes more than two units
        return [together]
    messages: list[str] = []
    room = 0
    for block in paragraphs:
        for piece in _pieces(block):
            length = visible_length(piece)
            if messages and length + 2 <= room:
                messages[-1] += "\n\n" + piece
                room -= length + 2
            else:
                messages.append(piece)
                room = LONGEST_TEXT - length
    if len(messages) > MOST_MESSAGES:
        messages = [*messages[: MOST_MESSAGES - 2], ELLIPSIS, messages[-1]]
    return messages or [ELLIPSIS]


def _pieces(block: str) -> Iterable[str]:
    """A paragraph too long for one message is cut, without its tags: one cut in two would be refused."""
    if visible_length(block) <= LONGEST_TEXT:
        yield block
        return
    rest = html.unescape(_TAG.sub("", block))
    while rest:
        piece = cut(rest, LONGEST_TEXT, mark="")
        if piece.strip():  # Telegram refuses a message of nothing but spaces
            yield html.escape(piece, quote=False)
        rest = rest[len(piece) :]


def visible_length(block: str) -> int:
    """What Telegram counts: UTF-16 units after the tags are read."""
    return utf16_length(html.unescape(_TAG.sub("", block)))
