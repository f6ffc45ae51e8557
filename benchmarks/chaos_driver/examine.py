"""Looks at a database after the chaos: what was accepted, what became of it, and what must not be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.chaos_driver import job_checks, report_checks
from benchmarks.chaos_driver.notes import Notes
from benchmarks.chaos_driver.violations import Violation
from scanjobs.config import Settings
from scanjobs.domain.jobs import JobRecord
from scanjobs.jobs.rows import job_record, select

TOLD_SHARE = 0.5
"""Of the outcomes at least: a worker that is killed takes those of one turn with it, never half of them."""
MOST_RESCUE_SECONDS = 30.0
"""A lease, and the longest that lock, disk and stopped workers may have kept everybody else from it."""


@dataclass(frozen=True)
class Findings:
    """What the run has left."""

    jobs: dict[str, JobRecord]
    violations: list[Violation]
    reports_written: int = 0
    rescues: int = 0
    longest_wait_seconds: float = 0.0
    longest_rescue_seconds: float = 0.0


@dataclass(frozen=True)
class _Rows:
    jobs: Sequence[Any]
    reports: Sequence[Any]
    workers: Sequence[Any]
    integrity: Sequence[str] = ()
    orphans: Sequence[Any] = ()
    """What a file says of itself; a server looks after that."""


def examine(settings: Settings, notes: Notes) -> Findings:
    """Check everything the engine promises; the database must be at rest."""
    crashes = [Violation(f"a process of the engine crashed: {told}") for told in notes.crashes]
    try:
        rows = _read(settings)
        jobs = {row["id"]: job_record(row) for row in rows.jobs}
    except (sqlite3.DatabaseError, ValueError) as error:
        return Findings({}, [Violation(f"the database cannot be read: {error}"), *crashes])
    rescues = _seconds_to_rescue(jobs, notes)
    violations = [
        *(Violation(f"the integrity check says: {told}") for told in rows.integrity if told != "ok"),
        *(Violation(f"a row of {row[0]} points to nothing") for row in rows.orphans),
        *crashes,
        *_accepted(jobs, notes, may_be_unsure=settings.database_path is None),
        *_held(rows),
        *(violation for job in jobs.values() for violation in job_checks.check(job, notes)),
        *job_checks.chains(jobs, notes.chains),
        *job_checks.chords(jobs, notes.chords),
        *job_checks.cancels(jobs, notes.cancels),
        *report_checks.recorded(jobs, rows.reports),
        *report_checks.left_behind(settings, rows.reports),
        *(
            Violation(f"back only {seconds:.1f} s after its worker was killed", job_id)
            for job_id, seconds in rescues.items()
            if seconds > MOST_RESCUE_SECONDS
        ),
        *_blind(jobs, notes),
    ]
    waits = [
        (job.events[0].at - _due_at(job)).total_seconds()
        for job in jobs.values()
        if job.events and job.events[0].event == "claimed"
    ]
    return Findings(
        jobs=jobs,
        violations=violations,
        reports_written=sum(row["written_at"] is not None for row in rows.reports),
        rescues=sum(job.rescues for job in jobs.values()),
        longest_wait_seconds=max(waits, default=0.0),
        longest_rescue_seconds=max(rescues.values(), default=0.0),
    )


_JOBS = "SELECT * FROM jobs ORDER BY seq"
_REPORTS = "SELECT * FROM reports ORDER BY seq"
_WORKERS = "SELECT * FROM workers WHERE stopped_at IS NULL"


def _read(settings: Settings) -> _Rows:
    if settings.database_path is None:
        return _Rows(*(select(settings, statement) for statement in (_JOBS, _REPORTS, _WORKERS)))
    database = sqlite3.connect(f"file:{settings.database_path}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        return _Rows(
            jobs=database.execute(_JOBS).fetchall(),
            reports=database.execute(_REPORTS).fetchall(),
            workers=database.execute(_WORKERS).fetchall(),
            integrity=[row[0] for row in database.execute("PRAGMA integrity_check")],
            orphans=database.execute("PRAGMA foreign_key_check").fetchall(),
        )
    finally:
        database.close()


def _accepted(jobs: dict[str, JobRecord], notes: Notes, *, may_be_unsure: bool) -> Iterator[Violation]:
    """What was accepted is there, what was refused is not.

    Where connections are lost, the answer to a commit can be lost with them: whoever submitted is told that
    it failed, and it may have been stored.
    """
    for job_id, kind in notes.accepted.items():
        if job_id not in jobs:
            yield Violation(f"accepted ({kind}) and not there", job_id)
    for job_id in set() if may_be_unsure else notes.refused_ids & jobs.keys():
        yield Violation("refused, and there", job_id)


def _held(rows: _Rows) -> Iterator[Violation]:
    for row in rows.jobs:
        if row["lease_token"] and row["state"] != "running":
            yield Violation(f"{row['state']} and still leased", row["id"])
    for row in rows.workers:
        yield Violation(f"the worker {row['id'][:8]} is gone, and listed as if it were not")


def _seconds_to_rescue(jobs: dict[str, JobRecord], notes: Notes) -> dict[str, float]:
    """How long each job of a worker that was killed waited for somebody to notice."""
    found: dict[str, float] = {}
    for job in jobs.values():
        for event in job.events:
            killed_at = notes.killed.get(event.facts.get("worker", ""))
            if event.event == "rescued" and killed_at is not None:
                found[job.id] = max(found.get(job.id, 0.0), event.at.timestamp() - killed_at)
    return found


def _blind(jobs: dict[str, JobRecord], notes: Notes) -> Iterator[Violation]:
    """Where the checks had nothing to look at: a run that finds nothing because of it proves nothing."""
    if not notes.accepted:
        yield Violation("nothing was accepted, so that nothing was proved")
    done = [job for job in jobs.values() if any(event.event in job_checks.WRITTEN for event in job.events)]
    told = sum(job.id in notes.told for job in done)
    if told < TOLD_SHARE * len(done):
        yield Violation(f"the logs tell of {told} of {len(done)} outcomes: who wrote them was not checked")


def _due_at(job: JobRecord) -> datetime:
    # A retry has moved the moment; whatever was retried here had been due when it was accepted.
    was_retried = any(event.event == "retrying" for event in job.events)
    return job.created_at if was_retried else job.run_at
