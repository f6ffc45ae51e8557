"""The verbs of a worker: claim, extend, finish, release, rescue. Each is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.db.dialect import BEGIN_LOSABLE
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import (
    chords,
    codec,
    limit_statements,
    looking_statements,
    statements,
    story,
    telling,
    wakeup,
)
from scanjobs.jobs.claiming import Claiming
from scanjobs.jobs.holding import Gate
from scanjobs.jobs.liveness import has_let_go, is_dead, remove_forgotten_locks, remove_lock
from scanjobs.jobs.storage import insert_jobs, seconds
from scanjobs.jobs.telling import Hook
from scanjobs.jobs.values import Claim, Completion, FailedJob, Failure, Progress, Rescued

MOST_RESCUES = 5
"""A job whose worker died so often has failed."""
CANCELLED = "It was cancelled while it ran."
KEYS_A_LOOK = 100
"""Of how many keys a worker looks each second whether a held job may go; well under 50 ms."""


@dataclass(frozen=True, kw_only=True)
class Leases(Claiming):
    """The jobs of one worker, as the database knows them."""

    on_failed: Hook = lambda job: None
    """Called in the transaction in which a job has failed for good."""

    def note_children(self, number: int) -> None:
        """Let others see how many children this worker has now."""
        with driver.write(self.settings) as connection:
            connection.execute(statements.SET_CHILDREN, {"children": number, "worker_id": self.worker_id})

    def seconds_to_next(self) -> float | None:
        """How long until a scheduled or retrying job is due; None where none waits."""
        with driver.read(self.settings) as connection:
            (due_at,) = connection.execute(statements.NEXT_DUE_AT).fetchone()
        return None if due_at is None else max(0.0, due_at - self.clock.timestamp())

    @driver.retried
    def turn(
        self, completions: Sequence[Completion], free: int, held: Mapping[str, int] | None = None
    ) -> tuple[list[Claim], list[Completion]]:
        """Write outcomes and claim up to `free` jobs, in one transaction.

        Args:
            completions: How attempts ended.
            free: How many jobs the worker can take.
            held: How many jobs of each queue it holds already.

        Returns the claimed jobs, and the completions that were refused because their lease was lost.
        """
        if not completions:
            return self.claim(free, held or {}), []
        with driver.write(self.settings) as connection:
            refused = self._settle(connection, completions)
            # What follows upon these outcomes waits already, and may be among the claims.
            return self.claim(free, held or {}), refused

    @driver.retried
    def let_go(self, after: str = "") -> str:
        """Let held jobs go whose place came free in a way that nobody saw, the next of many keys.

        A job may leave its place without a worker: by being cancelled before it begins, for instance.

        Args:
            after: The last key of the last time.

        Returns the last key it looked at; nothing after the last one.
        """
        values = {"after": after, "limit": KEYS_A_LOOK}
        with driver.read(self.settings) as connection:
            keys = [
                key for (key,) in connection.execute(limit_statements.SELECT_HELD_KEYS, values).fetchall()
            ]
        if keys:
            with driver.write(self.settings) as connection:
                self._open_gate(connection, self.clock.timestamp(), keys)
        return keys[-1] if len(keys) == KEYS_A_LOOK else ""

    @driver.retried
    def extend(self, succeeded: int, failed: int) -> None:
        """Say that this worker lives and holds its jobs for another while."""
        now = self.clock.timestamp()
        with driver.write(self.settings, BEGIN_LOSABLE) as connection:
            connection.execute(
                statements.TOUCH_WORKER,
                {"now": now, "worker_id": self.worker_id, "succeeded": succeeded, "failed": failed},
            )
            connection.execute(
                statements.EXTEND_LEASES,
                {"lease_expires_at": now + self.settings.lease_seconds, "worker_id": self.worker_id},
            )

    @driver.retried
    def report_progress(self, reports: Sequence[tuple[Claim, Progress]]) -> None:
        """Note how far running jobs are."""
        rows = [(told.percent, told.phase, claim.seq, claim.lease_token) for claim, told in reports]
        with driver.write(self.settings, BEGIN_LOSABLE) as connection:
            connection.executemany(statements.SET_PROGRESS, rows)

    def cancels(self) -> dict[int, str]:
        """Which of this worker's jobs are to end: `ask` or `terminate` by their seq."""
        with driver.read(self.settings) as connection:
            rows = connection.execute(statements.SELECT_CANCELS, {"worker_id": self.worker_id}).fetchall()
        return dict(rows)

    @driver.retried
    def release(self, claims: Sequence[Claim]) -> None:
        """Give jobs back unfinished; their attempt does not count."""
        now = self.clock.timestamp()
        with driver.write(self.settings) as connection:
            for claim in claims:
                values = {"seq": claim.seq, "lease_token": claim.lease_token, **self._released(now)}
                connection.execute(statements.RELEASE_JOB, values)
                values = {"seq": claim.seq, "lease_token": claim.lease_token, "job_id": claim.job_id}
                connection.execute(limit_statements.UNDO_KEY_START, values)
            chords.settle(connection, now)

    def _released(self, now: float) -> dict[str, object]:
        return {
            "now": now,
            "reason": CANCELLED,
            "line": story.line(now, "released", worker=short(self.worker_id)),
            "cancel_line": story.line(now, "cancelled", error=CANCELLED),
        }

    @driver.retried
    def release_unheard(self, known: Iterable[Claim]) -> None:
        """Give back what a turn claimed whose answer was lost on the way here; these claims are known."""
        values = {
            "worker_id": self.worker_id,
            "tokens": json.dumps(sorted({claim.lease_token for claim in known})),
            **self._released(self.clock.timestamp()),
        }
        with driver.write(self.settings) as connection:
            connection.execute(statements.RELEASE_UNHEARD, values)
            chords.settle(connection, self.clock.timestamp())

    @driver.retried
    def rescue(self, *, trusts_leases: bool = True) -> list[Rescued]:
        """Put every job of a dead worker back into the queue.

        Args:
            trusts_leases: Whether a lease that has run out says that its worker is dead. After everybody was
                held up, by a locked database for instance, it does not: then only a free lock does.
        """
        owners = self._other_owners()
        now = self.clock.timestamp() if trusts_leases else float("-inf")
        dead = {
            owner: (lock, has_let_go(boot, lock))
            for owner, boot, lock, ends_at in owners
            if is_dead(boot, lock, ends_at, now)
        }
        if not dead:
            return []
        now = self.clock.timestamp()
        error = f"The worker died {MOST_RESCUES} times while it ran this job."
        rescued: list[Rescued] = []
        failed: list[FailedJob] = []
        with driver.write(self.settings) as connection:
            for owner, (_, has_ended) in dead.items():
                line = story.line(now, "rescued", worker=short(owner), by=short(self.worker_id))
                rows = connection.execute(
                    statements.RESCUE_JOBS,
                    {
                        "worker_id": owner,
                        "now": now,
                        "most_rescues": MOST_RESCUES,
                        "error": error,
                        "reason": CANCELLED,
                        "line": line,
                        "last_line": story.line(now, "failed", error=error),
                        "cancel_line": story.line(now, "cancelled", error=CANCELLED),
                    },
                )
                held = rows.fetchall()
                rescued += [
                    Rescued(job_id=job_id, task=task, queue=queue, state=JobState(state))
                    for job_id, task, queue, state, _, _ in held
                ]
                failed += [
                    _failed_job(job_id, task, payload, Failure(error=error), attempt, now)
                    for job_id, task, _, state, payload, attempt in held
                    if state == JobState.FAILED
                ]
                reason = "its process has ended" if has_ended else "nothing was heard of it"
                at = datetime.fromtimestamp(now, UTC)
                telling.worker_died(self.settings, connection, owner, reason, len(held), at)
            telling.jobs_failed(self.settings, connection, failed, self.on_failed)
            chords.settle(connection, now, [one.job_id for one in rescued if one.state.is_final])
            ids = json.dumps([one.job_id for one in rescued])
            self._let_others_go(connection, now, limit_statements.SELECT_KEYS_AMONG, {"ids": ids})
        for lock, _ in dead.values():
            remove_lock(lock)
        return rescued

    def tidy(self, folder: Path) -> None:
        """Remove the locks of dead workers that nobody will rescue any more."""
        remove_forgotten_locks(folder, {lock for _, _, lock, _ in self._other_owners()})

    def unfinished(self) -> bool:
        """Whether a worker that drains still has something to wait for."""
        with driver.read(self.settings) as connection:
            if self.share.only:
                return bool(
                    connection.execute(looking_statements.COUNT_UNFINISHED_AMONG, self._only()).fetchone()[0]
                )
            return any(
                connection.execute(looking_statements.COUNT_WAITING_IN, {"queue": queue}).fetchone()[0]
                for queue in self.share.queues
            )

    def _other_owners(self) -> list[tuple[str, str | None, str | None, float]]:
        """Id, boot id, lock and end of the lease of every other worker that may hold jobs."""
        values = {"worker_id": self.worker_id, "lease_seconds": self.settings.lease_seconds}
        with driver.read(self.settings) as connection:
            return connection.execute(statements.OTHER_OWNERS, values).fetchall()

    def _settle(self, connection: Connection, completions: Sequence[Completion]) -> list[Completion]:
        """Write outcomes with their follow-ups; answers those whose lease was lost."""
        now = self.clock.timestamp()
        final = [done for done in completions if done.state is not JobState.RETRYING]
        accepted = {
            seq
            for (seq,) in connection.execute(
                statements.FINISH_JOBS,
                {"rows": json.dumps([_finished(done, now) for done in final])},
            ).fetchall()
        }
        accepted |= {
            done.claim.seq
            for done in completions
            if done.state is JobState.RETRYING and _retried(connection, done, now)
        }
        failed = [
            _failed_job(claim.job_id, claim.task, claim.payload, done.failure, claim.attempt, now)
            for done in final
            if done.state is JobState.FAILED and (claim := done.claim).seq in accepted
        ]
        telling.jobs_failed(self.settings, connection, failed, self.on_failed)
        for done in completions:
            if done.follow_ups and done.claim.seq in accepted:
                insert_jobs(connection, done.follow_ups, now, statements.INSERT_FOLLOW_UP)
                driver.after_commit(partial(wakeup.ring, self.settings))
        chords.settle(connection, now, [done.claim.job_id for done in final if done.claim.seq in accepted])
        seqs = json.dumps(sorted(accepted))
        self._let_others_go(connection, now, limit_statements.SELECT_KEYS_OF, {"seqs": seqs})
        return [done for done in completions if done.claim.seq not in accepted]

    def _let_others_go(
        self, connection: Connection, now: float, select_keys: str, values: Mapping[str, str]
    ) -> None:
        """These jobs have left their places: others of their keys may have them."""
        if connection.execute(limit_statements.HAS_HELD).fetchone()[0]:  # nearly never
            keys = [key for (key,) in connection.execute(select_keys, values).fetchall()]
            self._open_gate(connection, now, keys)

    def _open_gate(self, connection: Connection, now: float, keys: Sequence[str]) -> None:
        if Gate(connection, now).settle(keys):
            wakeup.ring_on_commit(self.settings, connection)


def _failed_job(
    job_id: str, task: str, payload: str, failure: Failure | None, attempts: int, now: float
) -> FailedJob:
    return FailedJob(
        id=job_id,
        task=task,
        arguments=codec.arguments(payload),
        error=failure.error if failure else "",
        hint=failure.hint if failure else None,
        attempts=attempts,
        failed_at=datetime.fromtimestamp(now, UTC),
    )


def _finished(done: Completion, now: float) -> list[object]:
    failure = done.failure
    if failure is None:  # nearly all of them
        line = f'[{now:.6f}, "{done.state}", {{"attempt": {done.claim.attempt}}}]\n'
    else:
        line = story.line(now, done.state, attempt=done.claim.attempt, error=failure.error)
    return [
        done.claim.seq,
        done.claim.lease_token,
        done.state,
        done.started_at,
        done.result,
        failure and failure.error,
        failure and failure.hint,
        failure and failure.traceback,
        line,
        now if done.ended_at is None else done.ended_at,
    ]


def _retried(connection: Connection, done: Completion, now: float) -> bool:
    failure = done.failure or Failure(error="The task asked for another attempt.")
    run_at = now if done.retry_at is None else seconds(done.retry_at)
    written = connection.execute(
        statements.RETRY_JOB,
        {
            "seq": done.claim.seq,
            "lease_token": done.claim.lease_token,
            "state": JobState.SCHEDULED if done.has_waited else JobState.RETRYING,
            "undone": int(done.has_waited),
            "run_at": run_at,
            "payload": done.retry_payload,
            "error": failure.error,
            "hint": failure.hint,
            "traceback": failure.traceback,
            "line": story.line(
                now,
                "held" if done.has_waited else "retrying",
                attempt=done.claim.attempt,
                wait=round(max(0.0, run_at - now), 1),
                error=failure.error,
            ),
            "cancel_line": story.line(now, "cancelled", attempt=done.claim.attempt, error=failure.error),
            "now": now,
        },
    )
    return written.rowcount == 1
