"""Stands in for the storage while a job runs: what Huey writes is kept, to be written with the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scanjobs.db import driver
from scanjobs.jobs.locks import held_by
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import Claim, NewJob

_CHORD_KEYS = "chord:"
"""Where Huey counts the members of a chord."""


class StandIn(JobStorage):
    """What one attempt would have written, and its way to the storage for what the task itself submits.

    What the task itself submits goes to the real storage at once: it is durable when the call returns. So do
    its locks and counters.
    """

    def __init__(self, storage: JobStorage, claim: Claim) -> None:
        super().__init__(storage.name, settings=lambda: storage.settings, clock=storage.clock)
        self.stands_for = storage
        self._claim = claim
        self.told: list[str] = []
        """Huey's signals about this attempt, in their order."""
        self.in_user_code = False
        self.result: str | None = None
        self.retry: NewJob | None = None
        self.follow_ups: list[NewJob] = []

    def accept(self, jobs: Iterable[NewJob]) -> None:
        """Accept what the task submits; keep what follows from it."""
        # A transaction is open around Huey's own steps only where a follow-up records what it is about.
        if self.in_user_code or driver.active.get() is not None:
            super().accept(jobs)
        else:
            self.follow_ups += jobs

    def accept_one(self, job: NewJob) -> None:
        """The same for one."""
        self.accept([job])

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        """Keep another attempt at this job for its outcome; accept others."""
        if not self.in_user_code and data.job.id == self._claim.job_id:
            self.retry = data.job
        else:
            self.accept([data.job])

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        """The same for later; the time is on the row."""
        self.enqueue(data)

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        """Keep the result of this job for its outcome."""
        if key.startswith(_CHORD_KEYS):
            return  # the results of members are on their rows
        if not is_result:
            super().put_data(key, value)
        elif key == self._claim.job_id:
            self.result = value.decode()

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        """Take a lock in the name of this job, so that it falls with it."""
        is_lock = key.startswith(f"{self.name}.lock.")
        return super().put_if_empty(key, held_by(self._claim) if is_lock else value, ttl)

    def delete_data(self, key: str) -> bool:
        """Delete the value of a key."""
        # After each job Huey deletes its revocation; ours are rows, so there is nothing to look for.
        return not key.startswith("r:") and super().delete_data(key)

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter."""
        # Whether a chord is complete is for the supervisor to say, who sees the outcomes of all its members.
        return 0 if key.startswith(_CHORD_KEYS) else super().incr(key, amount)
