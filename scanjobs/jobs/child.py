"""A child of the worker: it runs one job after the other and tells what came of each."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from huey import signals
from huey.api import Task

from scanjobs.db import driver
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import JobState
from scanjobs.errors import ScanjobsError
from scanjobs.jobs.context import RunningJob, running_job
from scanjobs.jobs.limits import Interruptions
from scanjobs.jobs.liveness import die_with_parent
from scanjobs.jobs.locks import held_by
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import Claim, Completion, Failure, Limits, NewJob

_CHORD_KEYS = "chord:"
"""Where Huey counts the members of a chord."""
_WAITED_FOR = frozenset({signals.SIGNAL_LOCKED, signals.SIGNAL_RATE_LIMITED})
_CANCELLED_BY = frozenset({signals.SIGNAL_CANCELED, signals.SIGNAL_REVOKED, signals.SIGNAL_EXPIRED})


def run(
    queue: JobQueue,
    connection: Connection,
    control: int,
    parent_pid: int,
    close_inherited: Callable[[], None],
) -> None:
    """Work until the supervisor says stop or is gone."""
    os.setpgid(0, 0)  # a group of its own: a hard end takes whatever the task has started with it
    signal.set_wakeup_fd(-1)
    # What Ctrl-C and SIGTERM mean is the supervisor's to say.
    # Handlers that do nothing, since SIG_IGN would be inherited by every program that a task starts.
    signal.signal(signal.SIGINT, _do_nothing)
    signal.signal(signal.SIGTERM, _do_nothing)
    close_inherited()
    die_with_parent(parent_pid)
    logging.getLogger("huey").setLevel(logging.CRITICAL)  # outcomes are told by the supervisor
    worker = _Child(queue, connection, Interruptions(control))
    try:
        while (message := connection.recv_bytes()) != STOP:
            for claim in pickle.loads(message):  # noqa: S301 - from our own supervisor, over our own pipe
                worker.work(claim)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


STOP = b""


def _do_nothing(_number: int, _frame: object) -> None:
    return None


class _Child:
    """Runs jobs by Huey's `execute` and gathers everything it would have written."""

    def __init__(self, queue: JobQueue, connection: Connection, interruptions: Interruptions) -> None:
        self._queue = queue
        self._storage: JobStorage = queue.storage
        self._connection = connection
        self._interruptions = interruptions
        self._told: list[str] = []
        queue.signal()(self._listen)

    def tell(self, done: Completion, started_at: float, ended_at: float) -> None:
        """Hand the end of an attempt to the supervisor."""
        if done.state is JobState.SUCCEEDED and not done.follow_ups:
            # Nearly all of them: a tuple is packed five times as fast.
            self._send((started_at, ended_at, done.result))
        else:
            self._send(replace(done, started_at=started_at, ended_at=ended_at))

    def _send(self, message: object) -> None:
        self._connection.send_bytes(pickle.dumps(message, 5))

    def work(self, claim: Claim) -> None:
        """Run one job and tell how it ended."""
        started_at = self._storage.clock.timestamp()
        done = self._attempt(claim, started_at)
        self.tell(done, started_at, self._storage.clock.timestamp())

    def _attempt(self, claim: Claim, started_at: float) -> Completion:
        queue = self._queue
        try:
            task = queue.deserialize_task(claim.payload)
        except Exception as error:
            return _failed(claim, _unreadable(queue, claim, error))
        gathered = _Gathered(self._storage, claim)
        queue.storage = gathered
        self._told.clear()
        token = running_job.set(RunningJob(claim, self._send))
        self._guard(task, claim, gathered)
        try:
            with queue.in_batch(claim.batch_id):
                queue.execute(task, timestamp=datetime.fromtimestamp(started_at, UTC).replace(tzinfo=None))
        except Exception as error:
            # Huey has let through what happened after the task: most often a result that is not JSON.
            return _failed(claim, _failure(error))
        finally:
            running_job.reset(token)
            queue.storage = self._storage
        return _completion(claim, gathered, self._told, getattr(task, "failure", None))

    def _listen(self, name: str, *_: object) -> None:
        self._told.append(name)

    def _guard(self, task: Task, claim: Claim, gathered: _Gathered) -> None:
        """Make limits and cancellation reach the task's own code, and nothing around it."""
        execute = task.execute
        limits: Limits = type(task).limits

        def guarded() -> Any:
            gathered.in_user_code = True
            try:
                with self._interruptions.during(claim.seq, limits.soft_seconds):
                    return execute()
            except BaseException as error:
                task.failure = error
                if task.on_error is not None:
                    # Each failed attempt is told to a handler by a job of its own.
                    task.on_error.id = new_id()
                raise
            finally:
                gathered.in_user_code = False

        task.execute = guarded


class _Gathered(JobStorage):
    """Stands in for the storage while a job runs: what Huey writes is kept for the supervisor.

    What the task itself submits goes to the real storage at once: it is durable when the call returns. So do
    its locks and counters.
    """

    def __init__(self, storage: JobStorage, claim: Claim) -> None:
        super().__init__(storage.name, settings=lambda: storage.settings, clock=storage.clock)
        self._claim = claim
        self.in_user_code = False
        self.result: str | None = None
        self.retry: NewJob | None = None
        self.follow_ups: list[NewJob] = []

    def accept(self, jobs: Iterable[NewJob]) -> None:
        # A transaction is open around Huey's own steps only where a follow-up records what it is about.
        if self.in_user_code or driver.active.get() is not None:
            super().accept(jobs)
        else:
            self.follow_ups += jobs

    def accept_one(self, job: NewJob) -> None:
        self.accept([job])

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        if not self.in_user_code and data.job.id == self._claim.job_id:
            self.retry = data.job
        else:
            self.accept([data.job])

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        self.enqueue(data)

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        if key.startswith(_CHORD_KEYS):
            return  # the results of members are on their rows
        if not is_result:
            super().put_data(key, value)
        elif key == self._claim.job_id:
            self.result = value.decode()

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        is_lock = key.startswith(f"{self.name}.lock.")
        return super().put_if_empty(key, held_by(self._claim) if is_lock else value, ttl)

    def delete_data(self, key: str) -> bool:
        # After each job Huey deletes its revocation; ours are rows, so there is nothing to look for.
        return not key.startswith("r:") and super().delete_data(key)

    def incr(self, key: str, amount: int = 1) -> int:
        # Whether a chord is complete is for the supervisor to say, who sees the outcomes of all its members.
        return 0 if key.startswith(_CHORD_KEYS) else super().incr(key, amount)


def _completion(
    claim: Claim,
    gathered: _Gathered,
    told: Sequence[str],
    error: BaseException | None,
) -> Completion:
    failure = None if error is None else _failure(error)
    follow_ups = tuple(gathered.follow_ups)
    if gathered.retry is not None:
        run_at = gathered.retry.run_at
        return Completion(
            claim=claim,
            state=JobState.RETRYING,
            failure=failure,
            retry_payload=gathered.retry.payload,
            retry_at=None if run_at is None else run_at.replace(tzinfo=UTC),
            has_waited=not _WAITED_FOR.isdisjoint(told),
            follow_ups=follow_ups,
        )
    if signals.SIGNAL_COMPLETE in told:
        state = JobState.SUCCEEDED
    elif _CANCELLED_BY.intersection(told):
        state, failure = JobState.CANCELLED, failure or Failure(error="It was cancelled.")
    else:
        state, failure = JobState.FAILED, failure or Failure(error="The task ended without an outcome.")
    return Completion(
        claim=claim,
        state=state,
        result=gathered.result if state is JobState.SUCCEEDED else None,
        failure=failure,
        follow_ups=follow_ups,
    )


def _failed(claim: Claim, failure: Failure) -> Completion:
    return Completion(claim=claim, state=JobState.FAILED, failure=failure)


def _unreadable(queue: JobQueue, claim: Claim, error: Exception) -> Failure:
    if isinstance(error, ScanjobsError):
        return _failure(error)
    if queue.task_named(claim.task) is None:
        return Failure(
            error=f"This worker knows no task {claim.task}.",
            hint="Submit it with the version of scanjobs that the worker has, or restart the worker.",
        )
    return _failure(error)


def _failure(error: BaseException) -> Failure:
    if isinstance(error, ScanjobsError):
        told, hint = error.message, error.hint
    elif type(error).__module__ == "huey.exceptions":
        told, hint = str(error), None
    else:
        told, hint = f"{type(error).__name__}: {error}".rstrip(": "), None
    story = "".join(traceback.format_exception(error))
    # A text with a NUL in it is none to a server, and half of one to those who look.
    return Failure(error=told.replace("\0", "\\0"), hint=hint, traceback=story.replace("\0", "\\0"))
