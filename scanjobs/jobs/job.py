"""What submitting returns: a handle on the row of one job."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from scanjobs.config import Settings, current
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.errors import JobCancelledError, JobFailedError, JobTimeoutError, NotFoundError
from scanjobs.jobs import statements
from scanjobs.jobs.rows import job_record, select

FIRST_LOOK_SECONDS, SLOWEST_LOOK_SECONDS = 0.005, 0.25


class Job:
    """One job, wherever it is in its life."""

    def __init__(
        self, job_id: str, *, is_new: bool = True, settings: Callable[[], Settings] = current
    ) -> None:
        self.id = job_id
        self.is_new = is_new
        """False when the same job waited already and no second one was accepted."""
        self._settings = settings

    def record(self) -> JobRecord:
        """The row as it is now.

        Raises:
            NotFoundError: the job is not there any more.
        """
        rows = select(self._settings(), statements.SELECT_JOB, {"job_id": self.id})
        if not rows:
            raise NotFoundError(f"There is no job {self.id}.")
        return job_record(rows[0])

    @property
    def state(self) -> JobState:
        """Where it is in its life."""
        return self.record().state

    def get(self, timeout: float | None = None) -> Any:
        """Wait for the result and return it; reading it again gives it again.

        Raises:
            JobFailedError: it failed for good; the message is its last error.
            JobCancelledError: it was cancelled.
            JobTimeoutError: it has not ended within `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = FIRST_LOOK_SECONDS
        while True:
            record = self.record()
            if record.state.is_final:
                return _result(record)
            if deadline is not None and time.monotonic() + pause > deadline:
                raise JobTimeoutError(f"Job {self.id} is still {record.state} after {timeout:g} seconds.")
            time.sleep(pause)
            pause = min(pause * 1.3, SLOWEST_LOOK_SECONDS)

    def __repr__(self) -> str:
        return f"Job({self.id!r})"


def _result(record: JobRecord) -> Any:
    if record.state is JobState.FAILED:
        raise JobFailedError(record.error or f"Job {record.id} failed.", hint=record.hint)
    if record.state is JobState.CANCELLED:
        raise JobCancelledError(record.error or f"Job {record.id} was cancelled.")
    return record.result
