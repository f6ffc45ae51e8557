"""What the queue, the supervisor and its children hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from scanjobs.domain.jobs import JobState


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLimit:
    """What the jobs of one key may do together."""

    key: str
    at_once: int | None = None
    """How many may run at once."""
    rate: int | None = None
    """How many may begin within any `rate_seconds`."""
    rate_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewJob:
    """A job about to be accepted."""

    id: str
    task: str
    queue: str
    priority: int
    payload: str
    """The message as JSON text."""
    run_at: datetime | None = None
    """None: at once."""
    expires_at: datetime | None = None
    batch_id: str | None = None
    unique_key: str | None = None
    limit: KeyLimit | None = None
    """It waits for others of its key where these are at their limit."""
    chord: tuple[str, int] | None = None
    """The callback that waits for the end of the pipeline it begins, and its position there."""


class Claim(NamedTuple):
    """A job that a worker holds: only the owner of the token may write its outcome.

    A tuple, since each one crosses a pipe, and tuples are packed fastest.
    """

    seq: int
    job_id: str
    lease_token: str
    task: str
    queue: str
    payload: str
    attempt: int
    """1 for the first."""
    batch_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why an attempt did not succeed."""

    error: str
    hint: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """How an attempt ended, with all that follows from it: written in one transaction."""

    claim: Claim
    state: JobState
    """succeeded, failed, cancelled or retrying."""
    started_at: float | None = None
    ended_at: float | None = None
    """Seconds since 1970, by the clock of whoever ran it."""
    result: str | None = None
    """JSON text."""
    failure: Failure | None = None
    retry_payload: str | None = None
    retry_at: datetime | None = None
    has_waited: bool = False
    """It met a lock or a rate limit: it is scheduled again, and this was no attempt."""
    follow_ups: tuple[NewJob, ...] = ()
    """Next members of a pipeline, error handlers, callbacks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a running job is."""

    seq: int
    percent: float
    phase: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long an attempt may take, in seconds; None is for ever."""

    soft_seconds: float | None
    hard_seconds: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescued:
    """A job that a dead worker held."""

    job_id: str
    task: str
    queue: str
    state: JobState
    """queued, or failed after too many rescues."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedJob:
    """A job that has failed for good."""

    id: str
    task: str
    """Module and name."""
    arguments: dict[str, Any]
    """By name; empty where its message is damaged."""
    error: str
    hint: str | None
    attempts: int
    failed_at: datetime
