"""A job and its states, from submit to outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

QUEUES = ("default", "reports", "notifications")
"""The queues there are, the first for tasks that name none."""


WITH_OTHERS = datetime(9999, 1, 1, tzinfo=UTC)
"""When a job may run that waits for others to end: nobody knows yet."""


class JobState(StrEnum):
    """Where a job is in its life."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True when nothing more happens to the job."""
        return self in FINAL_STATES


FINAL_STATES = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, kw_only=True, slots=True)
class JobEvent:
    """Something that happened to a job."""

    at: datetime
    event: str
    """scheduled, claimed, retrying, held, released, rescued, cancelled, restarted, or the outcome."""
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRecord:
    """The row of a job."""

    id: str
    batch_id: str | None
    """Jobs that were submitted together share it."""
    task: str
    """Module and name, for instance `scanjobs.tasks.generate_report`."""
    queue: str
    state: JobState
    priority: int
    attempt: int
    """How often a child has started it."""
    rescues: int
    """How often its worker died under it."""
    arguments: dict[str, Any]
    progress: float | None
    """Percent, 0 to 100."""
    progress_phase: str | None
    created_at: datetime
    run_at: datetime
    expires_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    worker_id: str | None
    result: Any
    error: str | None
    """The last error as a sentence."""
    hint: str | None
    traceback: str | None
    cancel: str | None
    """What was asked of it while it runs: `ask` or `terminate`."""
    events: tuple[JobEvent, ...]
    """Its story, oldest first."""
    limit: str | None
    """What it shares with other jobs: their key, how many at once, how many in which time."""
    held_at: datetime | None
    """Since when it waits for others of that key, where it does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One time that a worker has taken a job."""

    number: int
    """From 1; one that did not count has the same number as the next."""
    worker: str | None
    """The beginning of the worker's id."""
    began_at: datetime
    ended_at: datetime | None
    """None while it is under way."""
    waited_seconds: float
    """How long the job could have been taken before somebody took it."""
    outcome: str | None
    """What ended it: an outcome, retrying, held, released or rescued."""
    error: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """A job that another one leads to."""

    id: str
    task: str
    after: str
    """What the other has to have done, in words."""
    state: JobState | None
    """None where it was never reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerRecord:
    """A worker process group that lives or was seen last."""

    id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    concurrency: int
    """How many jobs at once it may run."""
    pool: str
    """What they run in: process, thread, solo."""
    children: int
    """How many it has children for now; fewer than it may have where it grows and shrinks."""
    started_at: datetime
    seen_at: datetime
    running: int
    """How many jobs it holds: works on, or has claimed ahead."""
    current: tuple[str, ...]
    """The ids of the jobs it works on, the longest claimed first."""
    succeeded: int
    failed: int
    is_alive: bool
    is_private: bool
    """True when it serves a few named jobs and nobody else's."""
    is_here: bool
    """True when its process can be seen from here; a worker on another host, or in a container, is not."""
    memory: int | None
    """Bytes that it and its children have in memory, pages that they share counted in each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskRecord:
    """A task as it was declared."""

    name: str
    """Module and name."""
    queue: str
    retries: int
    soft_limit_seconds: float | None
    hard_limit_seconds: float | None
    """None: for ever."""
    is_unique: bool
    priority: int
    about: str
    """The first line of its docstring."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueRecord:
    """How much waits and runs in one queue."""

    name: str
    queued: int
    scheduled: int
    """Waiting for their time, retries included."""
    running: int
    is_paused: bool
    oldest_at: datetime | None
    """When the longest waiting queued job was submitted."""
    per_minute: float
    """How many of its jobs ended in a minute, lately."""
