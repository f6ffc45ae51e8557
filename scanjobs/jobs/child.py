"""A child of the worker: it runs one job after the other and tells what came of each."""

from __future__ import annotations

import logging
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from huey import signals
from huey.api import Task
from huey.storage import BaseStorage

from scanjobs.domain.jobs import JobState
from scanjobs.errors import ScanjobsError
from scanjobs.jobs.context import RunningJob, running_job
from scanjobs.jobs.liveness import die_with_parent
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import Claim, Completion, Failure, NewJob, Progress

_CANCELLED_BY = frozenset({signals.SIGNAL_CANCELED, signals.SIGNAL_REVOKED, signals.SIGNAL_EXPIRED})


def run(
    queue: JobQueue, connection: Connection, parent_pid: int, close_inherited: Callable[[], None]
) -> None:
    """Work until the supervisor says stop or is gone."""
    close_inherited()
    die_with_parent(parent_pid)
    # Ctrl-C reaches the whole process group; what it means is the supervisor's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    logging.getLogger("huey").setLevel(logging.CRITICAL)  # outcomes are told by the supervisor
    storage = queue.storage
    try:
        while (claim := connection.recv()) is not None:
            connection.send(attempt(queue, storage, claim, connection.send))
    except (EOFError, BrokenPipeError):
        return


def attempt(
    queue: JobQueue, storage: JobStorage, claim: Claim, tell: Callable[[Progress], None]
) -> Completion:
    """Run one job by Huey's `execute` and gather everything it would have written."""
    try:
        task = queue.deserialize_task(claim.payload)
    except Exception as error:
        return _failed(claim, _unreadable(queue, claim, error))

    gathered = _Gathered(storage, claim)
    told: list[str] = []
    queue.storage = gathered

    @queue.signal()  # type: ignore[untyped-decorator]  # Huey has no types
    def listen(name: str, *_: object) -> None:
        told.append(name)

    token = running_job.set(RunningJob(claim, tell))
    _mark_user_code(task, gathered)
    try:
        with queue.in_batch(claim.batch_id):
            queue.execute(task, timestamp=storage.clock.now().replace(tzinfo=None))
    except Exception as error:
        # Huey has let through what happened after the task: most often a result that is not JSON.
        return _failed(claim, _failure(error))
    finally:
        running_job.reset(token)
        queue.storage = storage
        queue.disconnect_signal(listen)
    return _completion(claim, gathered, told, getattr(task, "failure", None))


class _Gathered(BaseStorage):  # type: ignore[misc]  # Huey has no types
    """Stands in for the storage while a job runs: what Huey writes is kept for the supervisor.

    What the task itself submits goes to the real storage at once: it is durable when the call returns.
    """

    def __init__(self, storage: JobStorage, claim: Claim) -> None:
        super().__init__(storage.name)
        self._storage = storage
        self._claim = claim
        self.settings = storage.settings
        self.in_user_code = False
        self.result: str | None = None
        self.retry: NewJob | None = None
        self.follow_ups: list[NewJob] = []

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        if self.in_user_code:
            self._storage.enqueue(data, priority)
        elif data.job.id == self._claim.job_id:
            self.retry = data.job
        else:
            self.follow_ups.append(data.job)

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        self.enqueue(data)

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        if not is_result:
            self._storage.put_data(key, value)
        elif key == self._claim.job_id:
            self.result = value.decode()

    def peek_data(self, key: str) -> Any:
        return self._storage.peek_data(key)

    def peek_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        return self._storage.peek_many(keys)

    def pop_data(self, key: str) -> Any:
        return self._storage.pop_data(key)

    def has_data_for_key(self, key: str) -> bool:
        return self._storage.has_data_for_key(key)

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        return self._storage.put_if_empty(key, value, ttl)


def _mark_user_code(task: Task, gathered: _Gathered) -> None:
    execute = task.execute

    def marked() -> Any:
        gathered.in_user_code = True
        try:
            return execute()
        finally:
            gathered.in_user_code = False

    task.execute = marked


def _completion(
    claim: Claim, gathered: _Gathered, told: Sequence[str], error: BaseException | None
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
            follow_ups=follow_ups,
        )
    if signals.SIGNAL_COMPLETE in told:
        return Completion(
            claim=claim, state=JobState.SUCCEEDED, result=gathered.result, follow_ups=follow_ups
        )
    if _CANCELLED_BY.intersection(told):
        return Completion(
            claim=claim, state=JobState.CANCELLED, failure=failure or Failure(error=_reason(told))
        )
    return Completion(
        claim=claim,
        state=JobState.FAILED,
        failure=failure or Failure(error="The task ended without an outcome."),
        follow_ups=follow_ups,
    )


def _reason(told: Sequence[str]) -> str:
    if signals.SIGNAL_EXPIRED in told:
        return "It expired before a worker could start it."
    return "It was revoked." if signals.SIGNAL_REVOKED in told else "It was cancelled."


def _failed(claim: Claim, failure: Failure) -> Completion:
    return Completion(claim=claim, state=JobState.FAILED, failure=failure)


def _unreadable(queue: JobQueue, claim: Claim, error: Exception) -> Failure:
    if isinstance(error, ScanjobsError):
        return _failure(error)
    if not queue.knows(claim.task):
        return Failure(
            error=f"This worker knows no task {claim.task}.",
            hint="Submit it with the version of scanjobs that the worker has, or restart the worker.",
        )
    return _failure(error)


def _failure(error: BaseException) -> Failure:
    if isinstance(error, ScanjobsError):
        told, hint = error.message, error.hint
    else:
        told, hint = f"{type(error).__name__}: {error}".rstrip(": "), None
    return Failure(error=told, hint=hint, traceback="".join(traceback.format_exception(error)))
