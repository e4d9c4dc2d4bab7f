"""What was committed and has to be sent: in order a chat, at least once, until it is taken or refused for good."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from bot.store import addresses, leads
from bot.store.errors import StoreError
from bot.store.ledger import Ledger, numbered, shown
from bot.store.moments import from_micros, in_micros, to_micros
from bot.store.queries import load_queries
from bot.store.records import GivenUp, OutboxItem, Outgoing

_SQL = load_queries("outbox")
_CONTENT = b"outbox.sealed"
_WHY = b"outbox.why"
LIVE = b"address.live_message"
GIVEN_UP_KEPT = timedelta(days=30)
# A digest waits for its hour and then for the end of the quiet hours: no notice is planned beyond the day after tomorrow.
FURTHEST_AHEAD = timedelta(days=3)


def add(
    ledger: Ledger,
    person: int | None,
    lead: int | None,
    outgoing: Outgoing,
    now: int,
    *,
    expires: int | None = None,
) -> None:
    """A row of the outbox, sealed with the person's key, or the intake's where it outlives the person."""
    due_at = now if outgoing.not_before is None else to_micros(outgoing.not_before)
    content = {"address": outgoing.address, "payload": outgoing.payload}
    sealed = ledger.seal(person).close_json(_CONTENT, content)
    row = {
        "person": person,
        "lead": lead,
        "channel": outgoing.channel,
        "chat": ledger.chat(outgoing.channel, outgoing.address),
        "op": outgoing.op,
        "due_at": due_at,
        "expires": expires,
        "sealed": sealed,
    }
    ledger.sql.execute(_SQL["add"], row)


def due(
    ledger: Ledger, channel: str, limit: int, now: datetime, besides: Collection[int]
) -> tuple[list[OutboxItem], list[int]]:
    """The first row of each chat, if it is due; and those of them that are of no use any more, to be dropped.

    `besides` are rows already being sent: their chats wait.
    """
    items: list[OutboxItem] = []
    of_no_use: list[int] = []
    with closing(ledger.sql.execute(_SQL["due"], {"channel": channel, "now": to_micros(now)})) as rows:
        for number, person, chat, op, attempts, sealed, drop in rows:
            if number in besides:
                continue
            if drop:
                of_no_use.append(number)
                continue
            try:
                content = ledger.seal(person).open_json(_CONTENT, sealed)
                live = _live_message(ledger, person, chat)
            except StoreError:  # without its key one family's row cannot be read: the others' are sent
                continue
            items.append(
                OutboxItem(
                    id=number,
                    person=None if person is None else shown(person),
                    channel=channel,
                    address=content["address"],
                    op=op,
                    payload=content["payload"],
                    attempts=attempts,
                    live_message=live,
                )
            )
            if len(items) == limit:
                break
    return items, of_no_use


def drop_of_no_use(ledger: Ledger, rows: Collection[int], now: datetime) -> None:
    """Cards that a later one replaces, with what was to be done to them; receipts that have waited too long."""
    for number in rows:
        found = ledger.sql.execute(_SQL["row"], (number,)).fetchall()
        if found:
            ledger.sql.execute(_SQL["drop_card"], {"id": number, "chat": found[0][1]})
            ledger.sql.execute(_SQL["drop_expired"], (number, to_micros(now)))


def sent(ledger: Ledger, number: int, live_message: str | None) -> None:
    """The channel took it: the row goes.

    `live_message` is the chat's live card from now on: None if it is as it was, empty if there is none.
    """
    found = ledger.sql.execute(_SQL["row"], (number,)).fetchall()
    if not found:
        return
    person, chat, _ = found[0]
    if live_message is not None and person is not None:
        sealed = ledger.seal(person).close_text(LIVE, live_message) if live_message else None
        ledger.sql.execute(_SQL["set_live_message"], (sealed, chat))
    ledger.sql.execute(_SQL["delete"], (number,))


def retry(ledger: Ledger, number: int, at: datetime, why: str) -> None:
    """Not before `at` again; the rest of the chat waits with it."""
    found = ledger.sql.execute(_SQL["row"], (number,)).fetchall()
    if found:
        sealed = ledger.seal(found[0][0]).close_text(_WHY, why)
        ledger.sql.execute(_SQL["retry"], (to_micros(at), sealed, number))


def due_still(ledger: Ledger, channel: str, seen: datetime | None, now: datetime) -> None:
    """The clock was put back from `seen` to `now`: what was due then, or waits for another try, is due.

    So is what lies further ahead than anything is planned, written by a clock that was wrong.
    """
    bounds = {
        "channel": channel,
        "now": to_micros(now),
        "seen": 0 if seen is None else to_micros(seen),
        "put_back": seen is not None,
        "too_far": to_micros(now + FURTHEST_AHEAD),
    }
    ledger.sql.execute(_SQL["due_still"], bounds)


def give_up(ledger: Ledger, number: int, why: str) -> None:
    """Refused for good: the body is wiped, the reason stays for whoever looks after the channel.

    The chat goes on.
    """
    found = ledger.sql.execute(_SQL["row"], (number,)).fetchall()
    if found:
        sealed = ledger.seal(found[0][0]).close_text(_WHY, why)
        ledger.sql.execute(_SQL["give_up"], (ledger.now(), sealed, number))


def given_up(ledger: Ledger) -> list[GivenUp]:
    """Rows that were given up, oldest first."""
    return [
        GivenUp(
            id=number,
            person=None if person is None else shown(person),
            channel=channel,
            op=op,
            attempts=attempts,
            why=ledger.seal(person).open_text(_WHY, why),
            at=from_micros(at),
        )
        for number, person, channel, op, attempts, why, at in ledger.sql.execute(_SQL["given_up"]).fetchall()
    ]


def unreachable(ledger: Ledger, person: str, why: str) -> None:
    """The family's chat refuses for good: nothing more is sent there until they write again.

    Notices to the site go on.
    """
    number = numbered(person)
    now = ledger.now()
    ledger.sql.execute(_SQL["stop_family"], {"person": number})
    if ledger.sql.execute(_SQL["mark_unreachable"], (now, number)).rowcount:
        leads.note_unreachable(ledger, number, now, why)


def move_chat(ledger: Ledger, channel: str, old: str, new: str) -> None:
    """A chat has got another address: whatever was for the old one goes to the new one."""
    before, after = ledger.chat(channel, old), ledger.chat(channel, new)
    for number, person, sealed in ledger.sql.execute(_SQL["of_chat"], (before,)).fetchall():
        seal = ledger.seal(person)
        content = seal.open_json(_CONTENT, sealed) | {"address": new}
        ledger.sql.execute(_SQL["move"], (after, seal.close_json(_CONTENT, content), number))
    ledger.sql.execute(_SQL["find_head"], {"chat": after})
    ledger.sql.execute(_SQL["move_inbox"], {"old": before, "new": after})
    found = ledger.sql.execute(_SQL["person_of_chat"], (before,)).fetchall()
    if not found:
        return
    if not ledger.sql.execute(_SQL["person_of_chat"], (after,)).fetchall():
        addresses.add_address(ledger, found[0][0], channel, new)
    ledger.sql.execute(_SQL["move_last_chat"], {"person": found[0][0], "old": before, "new": after})
    ledger.sql.execute(_SQL["drop_address"], (before,))


def of_person(ledger: Ledger, person: int) -> list[dict[str, Any]]:
    """What is still to be sent to or about this person, opened."""
    seal = ledger.seal(person)
    return [
        {
            "channel": channel,
            "op": op,
            **({} if why is None else {"refused": seal.open_text(_WHY, why)}),
            **({} if sealed is None else seal.open_json(_CONTENT, sealed)),
        }
        for channel, op, why, sealed in ledger.sql.execute(_SQL["of_person"], (person,)).fetchall()
    ]


def purge(ledger: Ledger) -> None:
    """Forget rows given up a month ago, and receipts that could not be delivered in time."""
    now = ledger.now()
    ledger.sql.execute(_SQL["purge_given_up"], (now - in_micros(GIVEN_UP_KEPT),))
    ledger.sql.execute(_SQL["purge_expired"], (now,))


def _live_message(ledger: Ledger, person: int | None, chat: bytes) -> str | None:
    if person is None:
        return None
    found = ledger.sql.execute(_SQL["live_message"], (chat,)).fetchall()
    if not found or found[0][0] is None:
        return None
    return ledger.seal(person).open_text(LIVE, found[0][0])
