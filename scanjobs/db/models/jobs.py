"""The tables of the queue: jobs, the schedule, limits, workers."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from scanjobs.db.models.base import Base
from scanjobs.db.types import partial


class Job(Base):
    """One job from submit to outcome: the queue is this table."""

    __tablename__ = "jobs"
    __table_args__ = (
        # Partial, so that the hot set stays small whatever the history.
        # The state stands in the index too, or SQLite would look it up in each row that it counts.
        Index(
            "ix_jobs_ready",
            "queue",
            text("priority DESC"),
            "seq",
            "state",
            **partial("state = 'queued'"),
        ),
        Index("ix_jobs_due", "run_at", "queue", "state", **partial("state IN ('scheduled', 'retrying')")),
        Index("ix_jobs_running", "worker_id", **partial("state = 'running'")),
        Index("ix_jobs_with_result", "finished_at", **partial("result IS NOT NULL")),
        Index(
            "ix_jobs_finished",
            "finished_at",
            **partial("state IN ('succeeded', 'failed', 'cancelled')"),
        ),
        Index("ix_jobs_failed", "finished_at", **partial("state = 'failed'")),
        Index("ix_jobs_batch_id", "batch_id", **partial("batch_id IS NOT NULL")),
        Index(
            "ix_jobs_unique_key",
            "unique_key",
            **partial("unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        ),
        Index(
            "ix_jobs_expires_at",
            "expires_at",
            **partial("expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        ),
        # One run for each slot of an entry, however many schedulers there are.
        Index("uq_jobs_slot", "schedule_id", "slot", unique=True, **partial("slot IS NOT NULL")),
        Index(
            "ix_jobs_unfinished_run",
            "schedule_id",
            **partial("schedule_id IS NOT NULL AND state IN ('scheduled', 'queued', 'running', 'retrying')"),
        ),
        Index(
            "ix_jobs_limit_key",
            "state",
            "limit_key",
            "queue",
            text("priority DESC"),
            "seq",
            **partial("limit_key IS NOT NULL AND state IN ('queued', 'running')"),
        ),
        Index(
            "ix_jobs_held",
            "limit_key",
            "queue",
            text("priority DESC"),
            "seq",
            **partial("held_at IS NOT NULL AND state = 'scheduled'"),
        ),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str | None]
    task: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str]
    priority: Mapped[int]
    payload: Mapped[str]
    """The message as JSON; see `jobs.messages`."""
    attempt: Mapped[int] = mapped_column(server_default="0")
    rescues: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[float]
    run_at: Mapped[float]
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    worker_id: Mapped[str | None]
    lease_token: Mapped[str | None]
    lease_expires_at: Mapped[float | None]
    expires_at: Mapped[float | None]
    """After this moment it is not started any more."""
    unique_key: Mapped[str | None]
    """While a job with this key waits, another one is not accepted."""
    cancel: Mapped[str | None]
    """What was asked of a running job: `ask` or `terminate`."""
    progress: Mapped[float | None]
    progress_phase: Mapped[str | None]
    result: Mapped[str | None]
    error: Mapped[str | None]
    hint: Mapped[str | None]
    traceback: Mapped[str | None]
    story: Mapped[str] = mapped_column(server_default="")
    """What happened to it, a line of JSON each; see `jobs.story`."""
    schedule_id: Mapped[str | None]
    """The entry that it is a run of."""
    slot: Mapped[float | None]
    """Which of the entry's slots; a run that a user asked for has none."""
    limit_key: Mapped[str | None]
    """Jobs with the same key share limits; see `jobs.holding`."""
    at_once: Mapped[int | None]
    """How many of its key may run at once."""
    rate: Mapped[int | None]
    """How many of its key may begin within `rate_seconds`."""
    rate_seconds: Mapped[float | None]
    held_at: Mapped[float | None]
    """Since when it waits for others of its key; only where it is scheduled."""


class Schedule(Base):
    """An entry of the schedule: a task, when it is due, and where in its slots it is."""

    __tablename__ = "schedules"
    __table_args__ = (Index("ix_schedules_last_job_id", "last_job_id"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    task: Mapped[str]
    kwargs: Mapped[str]
    timing: Mapped[str]
    """A cron expression, or `every` and how long; see `jobs.timing`."""
    zone: Mapped[str]
    start_at: Mapped[float]
    catch_up: Mapped[str]
    overlap: Mapped[str]
    priority: Mapped[int | None]
    declared_in: Mapped[str | None]
    declaration: Mapped[str | None]
    """What the code says, as JSON, to see when it says something else."""
    is_edited: Mapped[bool] = mapped_column(server_default="0")
    is_undeclared: Mapped[bool] = mapped_column(server_default="0")
    is_paused: Mapped[bool] = mapped_column(server_default="0")
    next_at: Mapped[float | None]
    waiting_at: Mapped[float | None]
    last_at: Mapped[float | None]
    last_job_id: Mapped[str | None]
    last_error: Mapped[str | None]
    """Why the last slot did not become a job."""
    runs: Mapped[int] = mapped_column(server_default="0")
    skipped: Mapped[int] = mapped_column(server_default="0")
    story: Mapped[str] = mapped_column(server_default="")
    """What happened to it last, a line of JSON each; see `jobs.story`."""
    version: Mapped[int] = mapped_column(server_default="0")


class KeyStart(Base):
    """A job of a key whose jobs may begin only so often, and how long that counts."""

    __tablename__ = "key_starts"
    __table_args__ = (Index("ix_key_starts_limit_key", "limit_key", "counts_until"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    limit_key: Mapped[str]
    job_id: Mapped[str]
    lease_token: Mapped[str]
    counts_until: Mapped[float]


class ChordMember(Base):
    """A job that a callback waits for; the rows go when the callback is queued."""

    __tablename__ = "chord_members"
    __table_args__ = (
        Index("ix_chord_members_job_id", "job_id"),
        Index("ix_chord_members_awaited", "callback_id", **partial("has_ended = 0", "NOT has_ended")),
    )

    callback_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Where its result stands in the list that the callback is given, from 0."""
    job_id: Mapped[str]
    """Where the member is a pipeline, its present step."""
    has_ended: Mapped[bool] = mapped_column(server_default="0")


class PausedQueue(Base):
    """A queue from which nothing is claimed."""

    __tablename__ = "paused_queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[float]


class Worker(Base):
    """A worker process group; `stopped_at` is set when it left in good order."""

    __tablename__ = "workers"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str]
    boot_id: Mapped[str]
    pid: Mapped[int]
    lock_path: Mapped[str]
    queues: Mapped[str]
    is_private: Mapped[bool]
    """True when it serves a few named jobs and nobody else's."""
    concurrency: Mapped[int]
    started_at: Mapped[float]
    seen_at: Mapped[float]
    stopped_at: Mapped[float | None]
    succeeded: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    pool: Mapped[str] = mapped_column(server_default="process")
    """What its jobs run in: process, thread, solo."""
    children: Mapped[int | None]
    """How many jobs at once it has children for now; `concurrency` is the most it may have."""


class KeyValue(Base):
    """What Huey keeps beside its queue: locks, rate limits."""

    __tablename__ = "key_values"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
