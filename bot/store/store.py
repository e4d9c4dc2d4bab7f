"""The store as the rest of the program knows it; the work is done in the files beside it.

A write returns after it is on the disk. Reads see everything that was written before them.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.progress import Tell, untold
from bot.store import (
    addresses,
    audit,
    erasure,
    export,
    inbox,
    lead_queue,
    leads,
    outbox,
    recruiting,
    retention,
    sessions,
    sign_in,
    telegram_group,
    turns,
)
from bot.store.backlog import Backlog, backlog
from bot.store.connection import connect_reader, connect_writer
from bot.store.copies import Copies
from bot.store.desk import Desk
from bot.store.errors import StoreUnavailable, in_words, worded
from bot.store.keeping import Keep, Purged
from bot.store.keyring import Keyring
from bot.store.ledger import Ledger, numbered
from bot.store.moments import utc_now
from bot.store.records import (
    Commit,
    Committed,
    GivenUp,
    InboxItem,
    Lead,
    LeadChange,
    OutboxItem,
    Person,
    Quarantined,
    RawUpdate,
    Recruiting,
    Reminder,
)
from bot.store.schema import migrate
from bot.store.staff import Staff
from bot.store.telegram_group import TelegramGroupRoom
from bot.store.trail import Trail
from bot.store.writer import Writer

FILE_NAME = "brasle.sqlite3"
P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One data folder, open.

    Every method may raise StoreUnavailable: then nothing was changed, and trying again later is right.
    """

    def __init__(self, folder: Path, reader: Ledger, writer: Writer) -> None:
        self.folder = folder
        self._reader = reader
        self._writer = writer
        self._closed = False
        self.staff = Staff(self)
        self.desk = Desk(self)
        self.telegram_group = TelegramGroupRoom(self)
        self.trail = Trail(self)
        self.copies = Copies(self)

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = utc_now, beside_server: bool = False) -> Store:
        """Open the data folder, or make it.

        An older one is brought up to date, an interrupted erasure finished.

        `beside_server` is for commands that may run while a server has the same folder open: log and
        erasures are the server's.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls._open(folder, clock, checkpoints=not beside_server)
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {folder} cannot be used: {error.strerror}. "
                "Check that it exists and who may write in it."
            ) from error
        except sqlite3.Error as error:
            raise in_words(error, folder) from error

    @classmethod
    def _open(cls, folder: Path, clock: Callable[[], datetime], *, checkpoints: bool) -> Store:
        if not os.access(folder, os.W_OK):
            raise StoreUnavailable(f"The data folder {folder} may not be written: check its owner and rights.")
        with ExitStack() as opened:
            keys = Keyring.open(folder, checkpoints=checkpoints)
            opened.callback(keys.close)
            sql = connect_writer(folder / FILE_NAME, checkpoints=checkpoints)
            opened.callback(sql.close)
            migrate(sql, "brasle")
            ledger = Ledger(sql, keys, clock)
            audit.begin(ledger)
            if checkpoints:
                audit.anchor_now(ledger)
                erasure.replay_erasures(ledger)
            reader = Ledger(connect_reader(folder / FILE_NAME), keys.reader(folder), clock)
            opened.pop_all()
        return cls(folder, reader, Writer(ledger, folder))

    def close_now(self) -> None:
        """Finish what waits and close the files."""
        self._begin_closing()
        self._writer.join()

    async def close(self) -> None:
        """Finish what waits and close the files, without holding up the event loop."""
        self._begin_closing()
        await asyncio.to_thread(self._writer.join)

    def _begin_closing(self) -> None:
        if not self._closed:
            self._closed = True
            self._reader.close()  # first: whoever closes last empties the log, and only the writer may
            self._writer.take_no_more()

    async def _write(self, work: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        done: T = await self._writer.submit(work, *args, **kwargs)
        return done

    def _read(self, work: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In this thread: a look-up takes some 30 µs, a change of threads would take longer."""
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        try:
            return work(self._reader, *args, **kwargs)
        except sqlite3.Error as error:
            raise in_words(error, self.folder) from error

    async def _read_long(self, work: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In a thread of its own, with a reader of its own."""

        def read() -> T:
            with worded(self.folder), closing(self.another_reader()) as ledger:
                return work(ledger, *args, **kwargs)

        return await asyncio.to_thread(read)

    def clock(self) -> datetime:
        """The moment, as the store sees it."""
        return self._reader.clock()

    def another_reader(self) -> Ledger:
        """For a long reading in a thread of its own; whoever asks for it closes it."""
        keys = self._reader.keys.reader(self.folder)
        return Ledger(connect_reader(self.folder / FILE_NAME), keys, self._reader.clock)

    # A turn of talk

    async def load(self, channel: str, address: str) -> Person | None:
        """The person who writes from this address, or None."""
        return self._read(turns.load, channel, address)

    async def knows(self, channel: str, address: str) -> bool:
        """Whether somebody has begun at this address; cheaper than `load`."""
        return self._read(addresses.is_known, channel, address)

    async def commit(self, commit: Commit) -> Committed:
        """Make one turn durable, all of it or nothing. The same `incoming` again changes nothing.

        May raise RevisionConflict.
        """
        return await self._write(turns.commit_turn, commit)

    def new_lead_code(self) -> str:
        """A free reference number for `LeadRecord.code`: the reply of the same commit can name it."""
        return self._read(leads.free_code)

    # Intake

    async def keep_updates(self, updates: Sequence[RawUpdate]) -> int:
        """Store updates before they are confirmed; one seen in the last seven days is left out.

        Returns how many were new.
        """
        return await self._write(inbox.keep, updates)

    async def keep_unreadable(self, raw: str, why: str) -> int:
        """Set something aside that is no update at all, so that it can be confirmed.

        0 if it was seen before.
        """
        return await self._write(inbox.keep_unreadable, raw, why)

    async def pending(self, limit: int, after: int = 0, since: int | None = None) -> list[InboxItem]:
        """Updates that wait, in the order in which they came, from the first one after number `after`.

        With `since`, only of the chats that have written since that number, the latest chat first.
        """
        return self._read(inbox.pending, limit, after, since)

    async def is_pending(self, inbox_id: int) -> bool:
        """Whether this update still waits: neither handled nor set aside."""
        return self._read(inbox.is_pending, inbox_id)

    async def drop_update(self, inbox_id: int) -> None:
        """The update was handled and had no effect."""
        await self._write(inbox.drop, inbox_id)

    async def quarantine(self, inbox_id: int, why: str) -> None:
        """Set an update aside that cannot be handled; kept 30 days."""
        await self._write(inbox.quarantine, inbox_id, why)

    async def quarantined(self) -> list[Quarantined]:
        """Everything set aside, oldest first."""
        return self._read(inbox.quarantined)

    async def replay(self, inbox_id: int) -> int | None:
        """Let a quarantined update wait again, last in the line and under a new number.

        None if there is no such one.
        """
        return await self._write(inbox.replay, inbox_id)

    # Outbox

    async def due(self, channel: str, limit: int, now: datetime, besides: Collection[int] = ()) -> list[OutboxItem]:
        """The first unsent row of each chat, if its time has come; who has been due longest comes first.

        `besides` are rows already being sent: their chats wait.
        """
        while True:
            items, of_no_use = self._read(outbox.due, channel, limit, now, besides)
            if not of_no_use:
                return items
            await self._write(outbox.drop_of_no_use, of_no_use, now)

    async def sent(self, id: int, *, live_message: str | None = None) -> None:
        """It was sent: the row and its body go.

        `live_message` is the chat's live card from now on: None if it is as it was, "" if there is none.
        """
        await self._write(outbox.sent, id, live_message)

    async def retry(self, id: int, at: datetime, why: str) -> None:
        """It could not be sent: again at `at`, and the rest of its chat after it."""
        await self._write(outbox.retry, id, at, why)

    async def due_still(self, channel: str, seen: datetime | None, now: datetime) -> None:
        """The clock was put back from `seen` (None: perhaps, before we began) to `now`: what was due is due still."""
        await self._write(outbox.due_still, channel, seen, now)

    async def give_up(self, id: int, why: str) -> None:
        """It will never be sent: its body is wiped, the reason stays to be seen; its chat goes on."""
        await self._write(outbox.give_up, id, why)

    async def given_up(self) -> list[GivenUp]:
        """Rows given up in the last 30 days, oldest first."""
        return self._read(outbox.given_up)

    async def unreachable(self, person: str, why: str) -> None:
        """The family's chat refuses for good.

        Its rows go, person and open leads are marked, until they write again.
        """
        await self._write(outbox.unreachable, person, why)

    async def move_chat(self, old: str, new: str, channel: str = "telegram") -> None:
        """A chat has got another address: rows, person and updates follow."""
        await self._write(outbox.move_chat, channel, old, new)

    # Leads and recruiting

    async def leads(self, status: str | None = None) -> list[Lead]:
        """The queue, whom to call first on top, without contact and packet.

        Erased families' leads at the end.
        """
        return self._read(lead_queue.queue, status)

    async def lead(self, code: str) -> Lead | None:
        """One lead with everything it holds, by its reference number as anybody may type it."""
        return self._read(lead_queue.by_code, code)

    async def read_lead(self, code: str, by: str) -> Lead | None:
        """As `lead`, for somebody of the site: that it was read is in the trail before it is given out."""
        return await self._write(lead_queue.read, code, by)

    async def lead_of(self, person: str, child: int) -> Lead | None:
        """The lead of this person's child with everything it holds."""
        return self._read(lead_queue.of_child, person, child)

    async def lead_history(self, code: str) -> list[LeadChange]:
        """Who moved the lead when and why, oldest first."""
        return self._read(lead_queue.history, code)

    async def set_lead_status(
        self,
        code: str,
        status: str,
        by: str,
        reason: str | None = None,
        detail: str | None = None,
        *,
        actor: str | None = None,
    ) -> None:
        """The coordinator's move. UnknownLead, UnknownStatus.

        `actor`: who the trail names, if that is another than `by`.
        """
        why = {key: word for key, word in (("reason", reason), ("detail", detail)) if word is not None}
        await self._write(partial(leads.set_status, actor=actor), code, status, by, why)

    async def waitlist_place(self, code: str | None = None) -> int | None:
        """The lead's place among those who wait, from 1; without a code the next one's.

        None if it does not wait.
        """
        return self._read(lead_queue.waitlist_place, code)

    async def recruiting(self) -> Recruiting:
        """What the coordinator said last; before the first word open, as of no day."""
        return self._read(recruiting.recruiting)

    async def set_recruiting(
        self, state: str, as_of: date, places_left: int | None, by: str, *, actor: str | None = None
    ) -> None:
        """The coordinator's word. UnknownStatus. `actor` as in `set_lead_status`."""
        await self._write(partial(recruiting.set_recruiting, actor=actor), state, as_of, places_left, by)

    # Links and reminders

    async def new_resume_link(self, person: str, expires: datetime) -> str:
        """A secret that lets this person go on elsewhere, once, until `expires`."""
        return await self._write(addresses.new_link, person, expires)

    async def redeem_link(self, token: str, channel: str, new_address: str) -> str | None:
        """Exchange the secret for an address that leads to its person; None if it opens nothing."""
        return await self._write(addresses.redeem_link, token, channel, new_address)

    async def revoke_links(self, person: str, *, sessions: bool = False) -> None:
        """No link of this person opens any more; with `sessions`, no browser that used one either."""
        await self._write(addresses.revoke_links, person, sessions)

    async def reminders_due(self, now: datetime) -> list[Reminder]:
        """Who asked to be reminded by now."""
        return self._read(addresses.reminders_due, now)

    async def reminder_done(self, person: str) -> None:
        """They were reminded."""
        await self._write(addresses.reminder_done, person)

    # What is kept, and how it goes

    async def export(self, person: str) -> dict[str, Any]:
        """Everything kept about this person, as JSON can carry it; empty for somebody unknown."""
        return self._read(export.export, person)

    async def family_export(self, channel: str, address: str) -> dict[str, Any]:
        """What the chat gives out to who writes from this address; empty for somebody unknown."""
        person = await self.load(channel, address)
        return {} if person is None else export.for_the_family(await self.export(person.id))

    async def erase(self, person: str) -> None:
        """Returns when no file holds a readable byte of this person.

        Of a lead, code, dates and status stay.
        """
        await self._write(_erase, person)

    async def event_counts(self) -> dict[tuple[str, str], int]:
        """How many people each (kind, detail) of event happened to."""
        return self._read(export.event_counts)

    async def backlog(self) -> Backlog:
        """What waits, what was set aside, and how many leads there are of each status."""
        return self._read(backlog)

    async def purge(self, keep: Keep | None = None, tell: Tell = untold) -> Purged:
        """To be called every hour or so: forget what is kept for a time only, families whose time has run out too."""
        await self._write(_purge)
        await self.trail.anchor()
        if keep is None:
            return Purged()
        people = 0
        while found := await self._write(retention.purge_some, keep):
            people += found
            tell("Deleting families whose time has run out", people, 0)
        return Purged(people, len(await self.copies.keep_house(keep.key_copies)))

    async def past_figures(self) -> dict[tuple[int, str], int]:
        """How many people of a year came how far, among those whose time has run out."""
        return self._read(retention.past_figures)


def _erase(ledger: Ledger, person: str) -> None:
    erasure.erase_person(ledger, numbered(person))


def _purge(ledger: Ledger) -> None:
    for room in (inbox, outbox, addresses, erasure, sign_in, sessions, telegram_group):
        room.purge(ledger)
