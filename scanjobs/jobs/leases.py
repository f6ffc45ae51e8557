"""The verbs of a worker: claim, extend, finish, release, rescue. Each is one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db.session import reading, transaction
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import statements
from scanjobs.jobs.liveness import is_dead
from scanjobs.jobs.storage import insert_jobs, seconds
from scanjobs.jobs.values import Claim, Completion, Failure, Progress

MOST_RESCUES = 5
"""A job whose worker died so often has failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Which jobs a worker serves."""

    queues: tuple[str, ...]
    batch_id: str | None = None
    """Only the jobs of this batch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescued:
    """A job that a dead worker held."""

    job_id: str
    task: str
    queue: str
    state: JobState
    """queued, or failed after too many rescues."""


@dataclass(frozen=True, kw_only=True)
class Leases:
    """The jobs of one worker, as the database knows them."""

    settings: Settings
    worker_id: str
    share: Share
    clock: Clock

    def has_work(self) -> bool:
        """Whether a claim would find something; takes no lock."""
        values = {"queues": self.share.queues, "batch_id": self.share.batch_id, "now": self.clock.timestamp()}
        with reading(self.settings) as session:
            return bool(session.execute(statements.HAS_READY_JOB, values).scalar())

    def seconds_to_next(self) -> float | None:
        """How long until a scheduled or retrying job is due; None where none waits."""
        with reading(self.settings) as session:
            due_at = session.execute(statements.NEXT_DUE_AT).scalar()
        return None if due_at is None else max(0.0, due_at - self.clock.timestamp())

    def turn(self, completions: Sequence[Completion], free: int) -> tuple[list[Claim], list[Completion]]:
        """Write outcomes and claim up to `free` jobs, in one transaction.

        Returns the claimed jobs and the completions that were refused because their lease was lost.
        """
        with transaction(self.settings) as session:
            refused = [done for done in completions if not self._settle(session, done)]
            return (self._claim(session, free) if free > 0 else []), refused

    def extend(self, succeeded: int, failed: int) -> None:
        """Say that this worker lives and holds its jobs for another while."""
        now = self.clock.timestamp()
        with transaction(self.settings) as session:
            session.execute(
                statements.TOUCH_WORKER,
                {"now": now, "worker_id": self.worker_id, "succeeded": succeeded, "failed": failed},
            )
            session.execute(
                statements.EXTEND_LEASES,
                {"lease_expires_at": now + self.settings.lease_seconds, "worker_id": self.worker_id},
            )

    def report_progress(self, reports: Sequence[Progress]) -> None:
        """Note how far running jobs are."""
        rows = [
            {
                "progress": report.percent,
                "progress_phase": report.phase,
                "job_id": report.claim.job_id,
                "lease_token": report.claim.lease_token,
            }
            for report in reports
        ]
        with transaction(self.settings) as session:
            session.connection().execute(statements.SET_PROGRESS, rows)

    def release(self, claims: Sequence[Claim]) -> None:
        """Give jobs back unfinished; their attempt does not count."""
        with transaction(self.settings) as session:
            for claim in claims:
                session.execute(statements.RELEASE_JOB, _owned(claim))

    def rescue(self) -> list[Rescued]:
        """Put every job of a dead worker back into the queue."""
        with reading(self.settings) as session:
            owners = session.execute(statements.OWNERS_OF_RUNNING_JOBS, {"worker_id": self.worker_id}).all()
        now = self.clock.timestamp()
        dead = [owner for owner, boot, lock, expires_at in owners if is_dead(boot, lock, expires_at, now)]
        if not dead:
            return []
        error = f"The worker died {MOST_RESCUES} times while it ran this job."
        rescued: list[Rescued] = []
        with transaction(self.settings) as session:
            for owner in dead:
                values = {"worker_id": owner, "now": now, "most_rescues": MOST_RESCUES, "error": error}
                for row in session.execute(statements.RESCUE_JOBS, values):
                    rescued.append(
                        Rescued(job_id=row.id, task=row.task, queue=row.queue, state=JobState(row.state))
                    )
                session.execute(statements.STOP_WORKER, {"now": now, "worker_id": owner})
        return rescued

    def unfinished(self) -> bool:
        """Whether a worker that drains still has something to wait for."""
        with reading(self.settings) as session:
            if self.share.batch_id is not None:
                values = {"batch_id": self.share.batch_id}
                return bool(session.execute(statements.COUNT_UNFINISHED_OF_BATCH, values).scalar())
            rows = session.execute(statements.COUNT_WAITING).all()
        waiting = (JobState.QUEUED, JobState.RETRYING)
        return any(queue in self.share.queues and state in waiting for queue, state, _, _ in rows)

    def _claim(self, session: Session, limit: int) -> list[Claim]:
        now = self.clock.timestamp()
        token = secrets.token_hex(8)
        session.execute(statements.QUEUE_DUE_JOBS, {"now": now})
        rows = session.execute(
            statements.CLAIM_JOBS,
            {
                "worker_id": self.worker_id,
                "lease_token": token,
                "lease_expires_at": now + self.settings.lease_seconds,
                "now": now,
                "queues": self.share.queues,
                "batch_id": self.share.batch_id,
                "limit": limit,
            },
        ).all()
        # RETURNING promises no order.
        return [
            Claim(
                job_id=row.id,
                lease_token=token,
                task=row.task,
                queue=row.queue,
                payload=row.payload,
                attempt=row.attempt,
                batch_id=row.batch_id,
            )
            for row in sorted(rows, key=lambda row: (-row.priority, row.seq))
        ]

    def _settle(self, session: Session, done: Completion) -> bool:
        now = self.clock.timestamp()
        failure = done.failure or Failure(error="")
        values: dict[str, Any] = {
            **_owned(done.claim),
            "error": failure.error or None,
            "hint": failure.hint,
            "traceback": failure.traceback,
        }
        if done.state is JobState.RETRYING:
            run_at = now if done.retry_at is None else seconds(done.retry_at)
            written: Any = session.execute(
                statements.RETRY_JOB, {**values, "run_at": run_at, "payload": done.retry_payload}
            )
        else:
            written = session.execute(
                statements.FINISH_JOB, {**values, "state": done.state, "result": done.result, "now": now}
            )
        if written.rowcount == 0:
            return False
        insert_jobs(session.connection().execute, done.follow_ups, now)
        return True


def _owned(claim: Claim) -> dict[str, str]:
    return {"job_id": claim.job_id, "lease_token": claim.lease_token}
