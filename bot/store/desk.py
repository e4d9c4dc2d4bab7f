"""The coordinators' desk: everything that they do with leads, as the pages ask for it.

Each write is one transaction with its history and its entry in the trail. `by` is who does it: account:<id>.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.store import (
    announcing,
    lead_file,
    lead_packets,
    lead_protocol,
    lead_search,
    registry_checks,
    second_look,
    site_decisions,
    work,
    work_queue,
)
from bot.store.announcing import Announcement, Waiting
from bot.store.counting import Counting
from bot.store.lead_packets import LogLine, Standing, Stored
from bot.store.ledger import Ledger
from bot.store.registry_checks import KeptCheck
from bot.store.work_records import Basis, Decision, LeadFile, Look, NewDecision, NewOverride, Override, ToLook
from brasle_prescreen.lead import LeadStatus
from brasle_prescreen.lead_queue import QueueRow
from brasle_prescreen.lead_work import Outcome, Work
from brasle_prescreen.registry_check import Checked

if TYPE_CHECKING:
    from bot.store.store import Store


class Desk:
    """Moves may raise Refused (why, and who has the lead), UnknownLead, StoreUnavailable: then nothing was
    changed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.counting = Counting(store)
        self._queue = work_queue.WorkQueue()

    async def queue(self, *, ended: bool = False) -> list[QueueRow]:
        """Open leads, with `ended` all, in no order; nothing sealed is opened."""
        return self._store._read(self._queue.read, ended)

    async def count_ended(self) -> int:
        """How many leads are closed, withdrawn or erased."""
        return self._store._read(work_queue.count_ended)

    async def open(self, code: str, by: str) -> LeadFile | None:
        """A lead with everything about it; the trail notes the reading first."""
        return await self._store._write(lead_file.read, code, by)

    async def claim(self, code: str, by: str) -> Work:
        """Take a lead that nobody has; Refused names who has it."""
        return await self._store._write(work.claim, code, by)

    async def release(self, code: str, by: str, *, anybodys: bool = False) -> Work:
        """Give a lead back; `anybodys`: also a colleague's."""
        return await self._store._write(work.release, code, by, anybodys)

    async def move(self, code: str, to: LeadStatus, by: str) -> Work:
        """Another status, by who holds the lead."""
        return await self._store._write(work.move, code, to, by)

    async def call(self, code: str, outcome: Outcome, remark: str, by: str) -> Work:
        """Note an attempt to call the family."""
        return await self._store._write(work.call, code, outcome, remark, by)

    async def snooze(self, code: str, until: date, today: date, by: str) -> Work:
        """Put a lead aside until a day; `today` is the site's."""
        return await self._store._write(work.snooze, code, until, today, by)

    async def wake(self, code: str, by: str) -> Work:
        """Take a snoozed lead up before its day."""
        return await self._store._write(work.wake, code, by)

    async def close(self, code: str, reason: str, detail: str, by: str, comes_back_on: date | None = None) -> Work:
        """Close a lead. `reason` is a criterion's id or a category, checked by the caller; `comes_back_on` the
        day on which the window that it is closed for is over.
        """
        return await self._store._write(work.close, code, reason, detail, by, comes_back_on)

    async def come_back(self, today: date) -> list[str]:
        """Open the leads again that were closed until a day that has come, each once; gives their numbers."""
        return await self._store._write(work.come_back, today)

    async def reopen(self, code: str, by: str) -> Work:
        """Take a closed lead up again."""
        return await self._store._write(work.reopen, code, by)

    async def set_status(self, code: str, to: LeadStatus, by: str, reason: str, actor: str) -> Work:
        """A move by the command line, by the same table; MoveRefused names the ways that there are."""
        return await self._store._write(work.set_status, code, to, by, reason, actor)

    async def undo(self, code: str, by: str) -> str:
        """Take back one's own last step; gives its action."""
        return await self._store._write(work.undo, code, by)

    async def note(self, code: str, text: str, by: str) -> None:
        """Keep a note beside the lead."""
        await self._store._write(lead_file.write_note, code, text, by)

    async def override(self, code: str, new: NewOverride, by: str) -> None:
        """A coordinator's verdict instead of the program's; "" takes it back."""
        await self._store._write(lead_file.override, code, new, by)

    async def note_private_read(self, code: str, criterion: str, by: str) -> None:
        """The trail notes that a private item was opened, before it is shown."""
        await self._store._write(lead_file.note_private_read, code, criterion, by)

    async def merge(self, code: str, into: str, by: str) -> None:
        """Two carers of one child: `code` is worked on as part of `into`."""
        await self._store._write(lead_file.merge, code, into, by)

    async def unmerge(self, code: str, by: str) -> None:
        """They were two children after all."""
        await self._store._write(lead_file.unmerge, code, by)

    async def search(self, typed: str, by: str) -> list[str]:
        """Reference numbers of leads with this name, number or last four digits."""
        return await self._store._write(lead_search.search, typed, by)

    async def decide(self, new: NewDecision, by: str) -> None:
        """Keep what the site answered to a criterion's open point."""
        await self._store._write(site_decisions.decide, new, by)

    async def decisions(self) -> list[Decision]:
        """What the site answered so far, the oldest first."""
        return self._store._read(site_decisions.decisions)

    async def keep_registry_check(self, found: Checked, trial: str, by: str) -> None:
        """Keep what a comparison with the registry's record found; `trial` is the hash of the trial's files."""
        await self._store._write(registry_checks.keep, found, trial, by)

    async def last_registry_check(self) -> KeptCheck | None:
        """The newest comparison with the registry's record."""
        return self._store._read(registry_checks.last)

    # Telling the site

    async def announce(self, announcements: Sequence[Announcement]) -> int:
        """Put the notices into the outbox that were not there before, each once; gives how many were new."""
        return await self._store._write(announcing.announce, announcements)

    async def announced(self) -> Mapping[str, Mapping[str, datetime]]:
        """What was told of each open lead since it waits."""
        return self._store._read(announcing.announced)

    async def gather_digest(self, number: int) -> list[str]:
        """Put the leads of a target's digest rows into one; gives their numbers."""
        return await self._store._write(announcing.gather, number)

    async def waiting(self) -> list[Waiting]:
        """What is not sent yet, by channel."""
        return self._store._read(announcing.waiting)

    async def open_points(self, criterion: str) -> dict[str, int]:
        """For which reasons the criterion stands open in the newest open leads, and in how many."""
        return self._store._read(lead_packets.open_points, criterion)

    # How leads stand today

    async def looks_waiting(
        self, on: date, trial: str, limit: int, code: str = ""
    ) -> tuple[Basis, list[Decision], list[ToLook]]:
        """Leads to be looked at again, or this one if it is; with what the looks rest on and the site's decisions."""
        if code:
            return self._store._read(_looks_waiting, on, trial, limit, code)
        return await self._store._read_long(_looks_waiting, on, trial, limit, code)

    async def judged_by(self, code: str) -> tuple[Mapping[str, Any], Mapping[str, Override], str] | None:
        """Packet, the coordinators' own verdicts, the version of the protocol asked for: for judging again, not for eyes."""
        return self._store._read(lead_packets.judged_by, code)

    async def waits_for(self, code: str, today: date) -> date | None:
        """The day on which the window of a lead is over."""
        return self._store._read(second_look.waits_for, code, today)

    async def keep_looks(self, basis: Basis, looks: Sequence[tuple[ToLook, Look]]) -> int:
        """Keep what came of them; gives how many leads had not changed meanwhile."""
        return await self._store._write(second_look.keep, basis, looks)

    # Looking at all leads

    async def every_packet(self) -> list[Stored]:
        """All leads but withdrawn ones, opened: for judging again. Takes its time."""
        return await self._store._read_long(_every)

    async def one_packet(self, code: str) -> Stored | None:
        """One lead, opened; None if there is none, or it is withdrawn or erased."""
        return self._store._read(lead_packets.one, code)

    async def verdicts(self) -> dict[str, Standing]:
        """How each lead stands today, by reference number."""
        return await self._store._read_long(lead_packets.verdicts)

    async def contacts(self) -> dict[str, dict[str, Any]]:
        """How to reach each family, by reference number."""
        return await self._store._read_long(lead_packets.contacts)

    async def log_lines(self) -> list[LogLine]:
        """The screening log, in the order in which families came."""
        return await self._store._read_long(lead_packets.log_lines)

    async def judge_by(self, codes: Sequence[str], version: str, by: str) -> int:
        """Have these leads judged by that version of the protocol; gives how many were by another one."""
        return await self._store._write(lead_protocol.judge_by, codes, version, by)

    async def note_rescreened(self, codes: list[str], looked_at: int, by: str) -> None:
        """The trail notes which leads were listed."""
        await self._store._write(lead_packets.note_rescreened, codes, looked_at, by)


def _looks_waiting(
    ledger: Ledger, on: date, trial: str, limit: int, code: str
) -> tuple[Basis, list[Decision], list[ToLook]]:
    decided = site_decisions.decisions(ledger)
    basis = second_look.basis(decided, on, trial)
    return basis, decided, second_look.waiting(ledger, basis, limit, code)


def _every(ledger: Ledger) -> list[Stored]:
    return list(lead_packets.every(ledger))
