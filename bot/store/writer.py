"""The one thread that writes: what waits is done in one transaction, made durable by one flush, then all are told.

A hundred turns at once cost one flush instead of a hundred; nobody hears "done" before it is on the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from bot.store.connection import transaction
from bot.store.erasure import finish_erasures
from bot.store.errors import StoreUnavailable, in_words
from bot.store.ledger import Ledger

_LARGEST_BATCH = 256
_OF_THE_JOB = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)


@dataclass(slots=True, eq=False)
class _Job:
    """One piece of work and who waits for it.

    `work` may run twice, if the first batch that it was in failed as a whole.
    """

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    erases: bool = False

    def tell(self) -> None:
        if self.future.done():  # whoever waited has given up; the work is done all the same
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """Owns the writing connection. `submit` may be called from any event loop."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._queue: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._gathering: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        self._closed = False
        self.is_troubled = False  # the last batch could not be written
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run `work(ledger, *arguments)` in a transaction; returns after its COMMIT."""
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        loop = asyncio.get_running_loop()
        job = _Job(work, arguments, loop, loop.create_future())
        gathered = self._gathering.get(loop)
        if gathered is None:
            self._gathering[loop] = [job]
            loop.call_soon(self._hand_in, loop)
        else:
            gathered.append(job)
        return await job.future

    def _hand_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """What one round of the event loop brought, at once.

        Handed in one by one, the first would start a batch alone, while loop and writer fight over the
        interpreter for the rest: half the speed.
        """
        self._queue.put(self._gathering.pop(loop, []))

    def take_no_more(self) -> None:
        """From the event loop's own thread: what was submitted so far is finished, anything later refused."""
        if not self._closed:
            self._closed = True
            for loop in list(self._gathering):
                self._hand_in(loop)
            self._queue.put(None)

    def join(self) -> None:
        """Wait until everything is finished and the connection closed."""
        self._thread.join()

    def _run(self) -> None:
        going_on = True
        while going_on:
            jobs = self._queue.get()
            batch: list[_Job] = []
            while jobs is not None:
                batch += jobs
                if len(batch) >= _LARGEST_BATCH:
                    break
                try:
                    jobs = self._queue.get_nowait()
                except Empty:
                    break
            going_on = jobs is not None
            if batch:
                self._serve(batch)
        self._ledger.close()

    def _serve(self, batch: list[_Job]) -> None:
        try:
            self._commit(batch)
        except BaseException as error:
            if len(batch) > 1:  # one may have harmed the others: each gets a transaction of its own
                for job in batch:
                    self._serve([job])
                return
            self.is_troubled = isinstance(error, sqlite3.Error)
            batch[0].error = in_words(error, self._folder) if isinstance(error, sqlite3.Error) else error
            _tell(batch)
            return
        _tell([job for job in batch if not job.erases])
        erasing = [job for job in batch if job.erases]
        if erasing:
            self._finish(erasing)

    def _commit(self, batch: list[_Job]) -> None:
        ledger = self._ledger
        try:
            with transaction(ledger.sql):
                for job in batch:
                    self._do(job)
                ledger.keys.save_new(ledger.now())  # keys first: a row without its key could never be read
        except BaseException:
            ledger.keys.drop_new()
            ledger.erasing.clear()
            raise
        ledger.keys.keep_new()
        self.is_troubled = False

    def _do(self, job: _Job) -> None:
        """The work in a savepoint: what it refuses is undone and leaves the others alone.

        The disk's errors are everybody's.
        """
        ledger = self._ledger
        sql = ledger.sql
        made = ledger.keys.made
        erasing = len(ledger.erasing)
        job.result, job.error = None, None
        sql.execute("SAVEPOINT job")
        try:
            job.result = job.work(ledger, *job.arguments)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, _OF_THE_JOB):
                raise
            job.error = error
            ledger.keys.unmake(made)
            del ledger.erasing[erasing:]
            sql.execute("ROLLBACK TO job")
        sql.execute("RELEASE job")
        job.erases = len(ledger.erasing) > erasing

    def _finish(self, jobs: list[_Job]) -> None:
        """Erased people are gone from the rows; wipe key and log before anybody is told so."""
        try:
            finish_erasures(self._ledger)
        except Exception as error:
            told = in_words(error, self._folder) if isinstance(error, sqlite3.Error) else error
            for job in jobs:
                job.error = told
        _tell(jobs)


def _tell(jobs: list[_Job]) -> None:
    """Wake the waiting, once a loop and not once a job: each call writes to the loop's wake-up pipe."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
    for job in jobs:
        by_loop[job.loop].append(job)
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell_all, theirs)
        except RuntimeError:  # that loop has ended: nobody waits any more
            continue


def _tell_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
