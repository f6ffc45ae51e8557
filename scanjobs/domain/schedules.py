"""The schedule: entries, what happens to slots that were missed or that overlap, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from scanjobs.domain.jobs import JobEvent


class CatchUp(StrEnum):
    """What becomes of slots that passed while no scheduler ran."""

    ONCE = "once"
    """One run for all of them, as soon as a scheduler runs again."""
    ALL = "all"
    """A run for each; one after the other where the entry does not allow overlap."""
    SKIP = "skip"
    """None for those that are more than a minute late."""


class Overlap(StrEnum):
    """What becomes of a slot while an earlier run has not ended."""

    SKIP = "skip"
    """It passes without a run."""
    ALLOW = "allow"
    """It runs beside the other."""
    QUEUE = "queue"
    """It runs when the other has ended; one slot waits, further ones pass."""


class EntryState(StrEnum):
    """Whether an entry runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    UNDECLARED = "undeclared"
    """The code that declared it does not any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """An entry as code declares it, or as a user adds it."""

    name: str
    task: str
    """Module and name."""
    when: str
    """A cron expression, or `every` and how long."""
    zone: str | None = None
    """None: the zone of the host that first meets it."""
    start: datetime | None = None
    """From when `every` is counted; None: from then on."""
    kwargs: dict[str, Any]
    catch_up: CatchUp = CatchUp.ONCE
    overlap: Overlap = Overlap.SKIP
    priority: int | None = None
    """None: that of the task."""
    declared_in: str | None = None
    """The module whose code declares it; None: a user added it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRecord:
    """The row of an entry, with the outcome of its last run."""

    name: str
    task: str
    when: str
    zone: str
    state: EntryState
    next_at: datetime | None
    """Its next slot."""
    last_at: datetime | None
    """When its last run was accepted as a job."""
    last_outcome: str | None
    """The state of that job; refused where the last slot could not become one."""
    last_error: str | None
    last_job_id: str | None
    waiting_at: datetime | None
    """The slot that runs when the run before it has ended."""
    start_at: datetime
    kwargs: dict[str, Any]
    catch_up: CatchUp
    overlap: Overlap
    priority: int | None
    declared_in: str | None
    is_edited: bool
    """A user has changed what code declared: it stays as it is."""
    runs: int
    skipped: int
    """Slots that passed since an earlier run had not ended."""
    events: tuple[JobEvent, ...]
    """What happened last, oldest first."""
    id: str
    version: int
    """How often the row was written: whoever writes it names the version that was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingRun:
    """The next run of an entry, for those who look."""

    name: str
    task: str
    when: str
    zone: str
    next_at: datetime
    last_at: datetime | None
    last_outcome: str | None
