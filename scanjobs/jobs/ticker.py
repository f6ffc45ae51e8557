"""Turns slots that have come into jobs: one for each slot, however many do so at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.clock import Clock
from scanjobs.domain.schedules import EntryRecord
from scanjobs.errors import ScanjobsError, StorageError, UsageError
from scanjobs.jobs import schedule_recorder, schedule_statements, telling
from scanjobs.jobs.entry_rows import REFUSED, entry_record, noted, write
from scanjobs.jobs.job import Job
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.rows import select
from scanjobs.jobs.runs import accept_run, task_of, with_run
from scanjobs.jobs.slots import Plan, plan

LOOK_SECONDS = 1.0
"""How often it looks for entries that were added or changed, and for runs that have ended."""
MOST_ENTRIES, MOST_JOBS = 50, 100
"""So many entries are served in one step, or as many as have so many jobs: a transaction is short."""


class _Overtaken(Exception):  # noqa: N818 - nothing went wrong
    """Another scheduler was first."""


class Ticker:
    """The schedule of one database, as one process runs it.

    Any number may run. The jobs of an entry are inserted in the transaction that advances it, which names
    the version it has read: so of several, one has written both, and one that is killed, neither.
    """

    def __init__(self, queue: JobQueue, settings: Settings, clock: Clock | None = None) -> None:
        self._queue = queue
        self._settings = settings
        self._clock = clock or settings.clock
        self._next_at = float("-inf")
        self._look_at = float("-inf")
        self._unknown: set[str] = set()

    def seconds_to_next(self) -> float:
        """How long one may sleep before the next step."""
        until_slot = self._next_at - self._clock.timestamp()
        return max(0.0, min(until_slot, self._look_at - time.monotonic(), LOOK_SECONDS))

    def step(self) -> int:
        """Serve what is due, if anything is; answers how many jobs that made.

        Raises:
            StorageError: the database refused; what is due stays so.
        """
        now = self._clock.now()
        if now.timestamp() < self._next_at and time.monotonic() < self._look_at:
            return 0
        due = [entry for entry in self._due(now) if self._knows(entry) and self._is_ready(entry, now)]
        jobs = self._serve_together(due[:MOST_ENTRIES], now)
        self._look_at = time.monotonic() + LOOK_SECONDS
        # Where something was done there may be more: further slots of it, or further entries.
        self._next_at = float("-inf") if due else self._next_slot(now)
        return len(jobs)

    def _due(self, now: datetime) -> list[EntryRecord]:
        rows = select(self._settings, schedule_statements.SELECT_DUE, {"now": now.timestamp()})
        return list(map(entry_record, rows))

    def _next_slot(self, now: datetime) -> float:
        with driver.read(self._settings) as connection:
            values = {"now": now.timestamp()}
            rows = connection.execute(schedule_statements.SELECT_NEXT, values).fetchall()
        known = [at for task, at in rows if self._queue.task_named(task) is not None]
        return min(known, default=float("inf"))

    def _knows(self, entry: EntryRecord) -> bool:
        """Whether the task is known here; if not, the entry is left to those who know it."""
        if self._queue.task_named(entry.task) is not None:
            return True
        if entry.task not in self._unknown:
            self._unknown.add(entry.task)
            schedule_recorder.task_unknown(entry)
        return False

    def _is_ready(self, entry: EntryRecord, now: datetime) -> bool:
        """Whether something is to be done; asked without a lock, since most wait for a run to end."""
        try:
            return self._plan(entry, now) is not None
        except UsageError:
            return True

    def _serve_together(self, due: Sequence[EntryRecord], now: datetime) -> list[Job]:
        """Serve entries in one transaction, or each in its own where one of them cannot be served."""
        jobs: list[Job] = []
        if not due:
            return jobs
        try:
            with self._queue.together([task_of(self._queue, entry) for entry in due]):
                for entry in due:
                    if len(jobs) < MOST_JOBS:
                        jobs += self._carry_out(entry, now)
        except StorageError:
            raise
        except Exception:  # told below, where it is known whose it is
            jobs = [job for entry in due for job in self._serve(entry, now)]
        return jobs

    def _serve(self, entry: EntryRecord, now: datetime) -> list[Job]:
        try:
            return self._carry_out(entry, now)
        except _Overtaken:
            return []
        except StorageError:
            raise
        except Exception as error:
            # The slot of one entry cannot become a job: that must not stop the others, nor come back.
            self._refuse(entry, now, error)
            return []

    def _plan(self, entry: EntryRecord, now: datetime) -> Plan | None:
        with driver.read(self._settings) as connection:
            values = {"id": entry.id}
            (is_unfinished,) = connection.execute(schedule_statements.HAS_UNFINISHED, values).fetchone()
        return plan(entry, now, is_unfinished=bool(is_unfinished))

    def _carry_out(self, entry: EntryRecord, now: datetime) -> list[Job]:
        """Accept the jobs of an entry and advance it, all or nothing."""
        jobs: list[tuple[datetime, Job]] = []
        with self._queue.together([task_of(self._queue, entry)]), driver.write(self._settings) as connection:
            # First of all, so that whoever comes second waits here, and has not made jobs in vain.
            if not connection.execute(
                schedule_statements.CLAIM_ENTRY, {"id": entry.id, "version": entry.version}
            ).rowcount:
                raise _Overtaken
            entry = replace(entry, version=entry.version + 1)
            todo = self._plan(entry, now)
            if todo is None:
                return []
            for slot in todo.runs:
                values = {"id": entry.id, "slot": slot.timestamp()}
                if not connection.execute(schedule_statements.HAS_SLOT, values).fetchone()[0]:
                    task = task_of(self._queue, entry)
                    jobs.append((slot, accept_run(connection, self._queue, entry, task, slot, now)))
            write(connection, _advanced(entry, todo, now, [job for _, job in jobs]))
            driver.after_commit(partial(_record, entry, todo, jobs))
        return [job for _, job in jobs]

    def _refuse(self, entry: EntryRecord, now: datetime, error: Exception) -> None:
        try:
            todo = self._plan(entry, now)
        except UsageError:  # its times cannot be read any more: it stands still until it is edited
            todo = Plan(next_at=None)
        told = error.message if isinstance(error, ScanjobsError) else repr(error)
        if todo is not None:
            passed = replace(
                entry, next_at=todo.next_at, waiting_at=None, last_outcome=REFUSED, last_error=told
            )
            slot = todo.runs[0] if todo.runs else entry.next_at
            passed = noted(passed, now, REFUSED, error=told)
            with driver.write(self._settings) as connection:
                if write(connection, passed):  # else another scheduler has
                    telling.slot_refused(self._settings, connection, passed, slot, error)
        schedule_recorder.slot_refused(entry, told)


def _record(entry: EntryRecord, todo: Plan, jobs: Sequence[tuple[datetime, Job]]) -> None:
    for slot, job in jobs:
        schedule_recorder.slot_queued(entry, slot, job.id)
    schedule_recorder.slots_passed(entry, todo)


def _advanced(entry: EntryRecord, todo: Plan, now: datetime, jobs: list[Job]) -> EntryRecord:
    if todo.missed is not None:
        first, until = todo.missed
        entry = noted(entry, now, "missed", since=first, before=until)
    if todo.skipped is not None:
        entry = noted(entry, now, "skipped", slot=todo.skipped)
    if todo.waiting_at is not None and todo.waiting_at != entry.waiting_at:
        entry = noted(entry, now, "waits", slot=todo.waiting_at)
    if jobs:
        entry = with_run(entry, jobs[-1].id, now, number=len(jobs))
    skipped = entry.skipped + (todo.skipped is not None)
    return replace(entry, next_at=todo.next_at, waiting_at=todo.waiting_at, skipped=skipped)
