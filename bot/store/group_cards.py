"""Cards in the coordinators' group: what stands there, and what a press on one does, in one transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.store import inbox, outbox, telegram_roster, work
from bot.store.errors import UnknownLead
from bot.store.ledger import Ledger
from bot.store.moments import from_micros, in_micros
from bot.store.queries import load_queries
from bot.store.records import Outgoing
from brasle_prescreen.lead_work import Outcome, Refusal, Refused, Work

_SQL = load_queries("telegram_group")
CHANNEL = "telegram_group"
# Lines of the outbox: neither what is urgent nor a card that somebody has pressed stands behind the rest.
BOARD, URGENT, PRESSED = "board", "urgent", "pressed"
REST = ""  # the "code" of the card about all who have none of their own
_TOKEN_BYTES = 9
_REVISION_LENGTH = 10
_CARD_KEPT = timedelta(days=90)
# Telegram forgets a press within minutes.
_ANSWER_EXPIRES = timedelta(minutes=5)


class Action(StrEnum):
    """The buttons."""

    CLAIM = "claim"
    CALLED = "called"
    NOT_REACHED = "not_reached"


OUTCOMES = {Action.CALLED: Outcome.REACHED, Action.NOT_REACHED: Outcome.NO_ANSWER}


class Said(StrEnum):
    """What came of a press."""

    CLAIMED = "claimed"
    CALLED = "called"
    NOT_REACHED = "not_reached"
    HELD = "held"
    YOURS = "yours"
    CLAIM_FIRST = "claim_first"
    STALE = "stale"
    OVER = "over"
    NOT_NOW = "not_now"
    STRANGER = "stranger"
    INACTIVE = "inactive"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    ANONYMOUS = "anonymous"


_REFUSED = {
    Refusal.HELD: Said.HELD,
    Refusal.UNCHANGED: Said.YOURS,
    Refusal.NOT_HELD: Said.CLAIM_FIRST,
    Refusal.CLOSED: Said.OVER,
    Refusal.WITHDRAWN: Said.OVER,
}
_DONE = {Action.CLAIM: Said.CLAIMED, Action.CALLED: Said.CALLED, Action.NOT_REACHED: Said.NOT_REACHED}


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A card as it stands. `message` None: it is not there (any more, or yet). `step`: how often it was put up
    again.
    """

    code: str
    token: str
    place: int | None = None
    message: int | None = None
    shown: str = ""
    step: int = 0
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button of a card, pressed. `id` is Telegram's own of the press; `user` who pressed."""

    id: str
    user: int
    token: str
    revision: str
    action: Action


# (role, action) -> whether the table of rights lets the role do so
Allowed = Callable[[str, Action], bool]


def revision(held: Work) -> str:
    """What a button is bound to: it works as long as the lead stands as the card said."""
    parts = (held.status.value, held.holder, held.attempts, held.reached_at is not None, held.waiting_since)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:_REVISION_LENGTH]


def press(ledger: Ledger, pressed: Press, allowed: Allowed, inbox_id: int) -> Said | None:
    """Do what the button says, or say why not; None for a press that was carried out before."""
    if not inbox.is_first(ledger, "group press", pressed.id):
        inbox.drop(ledger, inbox_id)
        return None
    said, code, holder, language = _carry_out(ledger, pressed, allowed)
    answer(ledger, pressed.id, said, inbox_id, code=code, holder=holder, language=language)
    if code:
        show(ledger, code, PRESSED)
    return said


def answer(
    ledger: Ledger, press_id: str, said: Said, inbox_id: int, *, code: str = "", holder: str = "", language: str = ""
) -> None:
    """The few words that appear over the chat of whoever pressed; nobody else sees them."""
    payload = {"query": press_id, "said": said.value, "code": code, "holder": holder, "language": language}
    expires = ledger.now() + in_micros(_ANSWER_EXPIRES)
    # Each answer is a line of its own: it does not wait behind the cards.
    outbox.add(
        ledger, None, None, Outgoing(CHANNEL, f"press:{press_id}", "answer", payload), ledger.now(), expires=expires
    )
    inbox.drop(ledger, inbox_id)


def show(ledger: Ledger, code: str, line: str = BOARD) -> None:
    """Let the lead's card be brought up to date."""
    outbox.add(ledger, None, None, Outgoing(CHANNEL, line, "show", {"code": code}), ledger.now())


def say(ledger: Ledger, user: int, key: str, values: dict[str, str], language: str, inbox_id: int) -> None:
    """A word to one person, in their own chat with the bot."""
    payload: dict[str, Any] = {"chat": user, "key": key, "values": values, "language": language}
    outbox.add(ledger, None, None, Outgoing(CHANNEL, f"private:{user}", "say", payload), ledger.now())
    inbox.drop(ledger, inbox_id)


def card(ledger: Ledger, code: str) -> GroupCard:
    """The lead's card; one that is not there yet gets its token."""
    found = ledger.sql.execute(_SQL["card"], (code,)).fetchall()
    if not found:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        ledger.sql.execute(_SQL["add_card"], (code, token, ledger.now()))
        return GroupCard(code, token)
    return _card(found[0])


def cards(ledger: Ledger) -> dict[str, GroupCard]:
    """Every card by its lead's code."""
    return {row[0]: _card(row) for row in ledger.sql.execute(_SQL["cards"]).fetchall()}


def put_up(ledger: Ledger, one: GroupCard) -> None:
    """The card stands there now as `one` says."""
    now = ledger.now()
    row = (one.place, one.message, one.shown, one.step, now, now, one.code)
    ledger.sql.execute(_SQL["put_up"], row)


def take_down(ledger: Ledger, code: str) -> None:
    """The card is forgotten: should it be needed again, it is a new one."""
    ledger.sql.execute(_SQL["drop_card"], (code,))


def purge(ledger: Ledger) -> None:
    """Forget cards that have said their last word long ago."""
    ledger.sql.execute(_SQL["purge_cards"], (ledger.now() - in_micros(_CARD_KEPT),))


def _carry_out(ledger: Ledger, pressed: Press, allowed: Allowed) -> tuple[Said, str, str, str]:
    """What came of it, the lead's code, who holds it, and the language of whoever pressed."""
    who = telegram_roster.presser(ledger, pressed.user)
    if who is None:
        return Said.STRANGER, "", "", ""
    if not who.may_work:
        return Said.INACTIVE, "", "", who.language
    if not allowed(who.role, pressed.action):
        return Said.NOT_ALLOWED, "", "", who.language
    found = ledger.sql.execute(_SQL["card_of_token"], (pressed.token,)).fetchall()
    if not found:
        return Said.UNKNOWN, "", "", who.language
    code = found[0][0]
    try:
        held = work.find(ledger, code).work
        said = _move(ledger, pressed, code, held, who.by)
    except UnknownLead:
        return Said.OVER, code, "", who.language
    except Refused as refused:  # raised before anything was written
        return _REFUSED.get(refused.why, Said.NOT_NOW), code, refused.holder, who.language
    return said, code, held.holder, who.language


def _move(ledger: Ledger, pressed: Press, code: str, held: Work, by: str) -> Said:
    if pressed.revision != revision(held):
        # Whoever comes second learns who was first; anything else is to be looked at again.
        if held.holder and pressed.action is Action.CLAIM:
            return Said.YOURS if held.holder == by else Said.HELD
        return Said.STALE if held.is_open else Said.OVER
    if pressed.action is Action.CLAIM:
        work.claim(ledger, code, by)
    else:
        work.call(ledger, code, OUTCOMES[pressed.action], "", by)
    return _DONE[pressed.action]


def _card(row: tuple[Any, ...]) -> GroupCard:
    code, token, place, message, shown, step, first_at = row
    return GroupCard(code, token, place, message, shown, step, None if first_at is None else from_micros(first_at))
