"""The job that runs here: what a task can ask about itself and say while it works."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from scanjobs.domain.subject import subject
from scanjobs.jobs.values import Claim, Progress

if TYPE_CHECKING:
    from scanjobs.jobs.stand_in import StandIn

PROGRESS_PAUSE_SECONDS = 0.1
"""Progress is told at most so often; the phases and the end always."""


class RunningJob:
    """One attempt at one job, as the task sees it."""

    def __init__(
        self, claim: Claim, tell: Callable[[Progress], object], check: Callable[[], None] = lambda: None
    ) -> None:
        self._claim = claim
        self._tell = tell
        self._check = check
        self._told_at = 0.0
        self._phase = ""

    @property
    def id(self) -> str:
        """The id of the job."""
        return self._claim.job_id

    @property
    def log_fields(self) -> dict[str, Any]:
        """What every line of the log says that is written while it runs."""
        claim = self._claim
        told = {"job_id": claim.job_id, "task": claim.task, "queue": claim.queue, "attempt": claim.attempt}
        return {**told, **subject()}

    @property
    def attempt(self) -> int:
        """1 for the first."""
        return self._claim.attempt

    def check(self) -> None:
        """Say that here is a good place to end, if the job is to end.

        In a process of its own a job is interrupted wherever it is, and this does nothing. In a thread it
        cannot be, so there it is here, and in `progress`, that a limit or a cancellation arrives.

        Raises:
            SoftTimeLimitExceeded: its time is up.
            JobCancelled: somebody asked it to end.
        """
        self._check()

    def progress(self, percent: float, phase: str) -> None:
        """Say how far the job is, 0 to 100, and what it is doing; raises as `check` does."""
        self._check()
        now = time.monotonic()
        if phase == self._phase and now - self._told_at < PROGRESS_PAUSE_SECONDS:
            return
        self._phase, self._told_at = phase, now
        self._tell(Progress(seq=self._claim.seq, percent=round(percent, 1), phase=phase))


current_batch: ContextVar[str | None] = ContextVar("scanjobs_batch", default=None)
"""What is submitted in this context belongs to this batch."""

standing_in: ContextVar[StandIn | None] = ContextVar("scanjobs_standing_in", default=None)
"""What Huey writes to in place of the storage while a job runs here."""

running_job: ContextVar[RunningJob | None] = ContextVar("scanjobs_running_job", default=None)


def this_job() -> RunningJob:
    """The job that runs here.

    Raises:
        LookupError: a task was called here directly, outside any job.
    """
    job = running_job.get()
    if job is None:
        raise LookupError("No job runs here.")
    return job
