"""What submitting returns: a handle on the row of one job."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, overload

from scanjobs.config import Settings, current
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.errors import JobCancelledError, JobFailedError, JobTimeoutError, NotFoundError
from scanjobs.jobs import looking_statements
from scanjobs.jobs.rows import job_record, select

FIRST_LOOK_SECONDS, SLOWEST_LOOK_SECONDS = 0.005, 0.25


class Job:
    """One job, wherever it is in its life."""

    def __init__(
        self,
        job_id: str,
        *,
        is_new: bool = True,
        follows: Job | None = None,
        settings: Callable[[], Settings] = current,
    ) -> None:
        self.id = job_id
        self._follows = follows
        """The step of a pipeline before it: until that has succeeded, this one has no row."""
        self.is_new = is_new
        """False when the same job waited already and no second one was accepted."""
        self._settings = settings

    def record(self) -> JobRecord:
        """The row as it is now.

        Raises:
            NotFoundError: the job is not there any more.
        """
        rows = select(self._settings(), looking_statements.SELECT_JOB, {"job_id": self.id})
        if not rows:
            raise NotFoundError(f"There is no job {self.id}.")
        return job_record(rows[0])

    @property
    def state(self) -> JobState:
        """Where it is in its life; a step of a pipeline that was not reached is scheduled, or cancelled."""
        record = self._last_record()
        if record.id == self.id:
            return record.state
        return JobState.CANCELLED if _is_lost(record) else JobState.SCHEDULED

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
            record = self._last_record()
            if record.state.is_final and (record.id == self.id or _is_lost(record)):
                return _result(record)
            if deadline is not None and time.monotonic() + pause > deadline:
                raise JobTimeoutError(f"Job {self.id} is still {record.state} after {timeout:g} seconds.")
            time.sleep(pause)
            pause = min(pause * 1.3, SLOWEST_LOOK_SECONDS)

    def _last_record(self) -> JobRecord:
        """Its own row, or that of the last step before it that was reached."""
        try:
            return self.record()
        except NotFoundError:
            if self._follows is None:
                raise
        before = self._follows._last_record()
        # It may have ended, and this one begun, between the two looks.
        return (
            self.record() if before.id == self._follows.id and before.state is JobState.SUCCEEDED else before
        )

    def __repr__(self) -> str:
        return f"Job({self.id!r})"


class JobGroup(Sequence[Job]):
    """Jobs that were submitted together: the members of a group, or the steps of a pipeline."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)

    @overload
    def __getitem__(self, index: int) -> Job: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Job]: ...

    def __getitem__(self, index: int | slice) -> Job | Sequence[Job]:
        return self._jobs[index]

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, timeout: float | None = None) -> list[Any]:
        """Wait for all results, in the order of the jobs.

        Raises:
            JobFailedError, JobCancelledError: what the first of them that did not succeed says.
            JobTimeoutError: not all have ended within `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        return [
            job.get(None if deadline is None else max(0.0, deadline - time.monotonic())) for job in self._jobs
        ]


class JobChord:
    """Jobs whose results a callback is given when all have ended."""

    def __init__(self, members: JobGroup, callback: Job) -> None:
        self.members = members
        self.callback = callback

    @property
    def id(self) -> str:
        """The id of the callback."""
        return self.callback.id

    def get(self, timeout: float | None = None) -> Any:
        """Wait for the result of the callback; raises as `Job.get` does."""
        return self.callback.get(timeout)


def first_job(submitted: Job | JobGroup | JobChord) -> Job:
    """The job that stands for what was submitted: the first step of a pipeline, the callback of a chord."""
    match submitted:
        case JobChord():
            return submitted.callback
        case JobGroup():
            return submitted[0]
        case _:
            return submitted


def _is_lost(record: JobRecord) -> bool:
    """Whether what should follow this job never will."""
    return record.state in (JobState.FAILED, JobState.CANCELLED)


def _result(record: JobRecord) -> Any:
    if record.state is JobState.FAILED:
        raise JobFailedError(record.error or f"Job {record.id} failed.", hint=record.hint)
    if record.state is JobState.CANCELLED:
        raise JobCancelledError(record.error or f"Job {record.id} was cancelled.")
    return record.result
