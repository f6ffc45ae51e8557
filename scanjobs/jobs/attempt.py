"""Attempts at jobs, one after the other: Huey's `execute`, with all that came of it gathered and told."""

from __future__ import annotations

import logging
import pickle
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from huey import signals
from huey.api import Task

from scanjobs.domain import subject
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import JobState
from scanjobs.errors import ScanjobsError
from scanjobs.jobs import codec
from scanjobs.jobs.context import RunningJob, running_job, standing_in
from scanjobs.jobs.limits import Interruptions
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.stand_in import StandIn
from scanjobs.jobs.values import Claim, Completion, Failure, Limits

STOP = b""
"""What the supervisor sends to a child that may leave."""

_WAITED_FOR = frozenset({signals.SIGNAL_LOCKED, signals.SIGNAL_RATE_LIMITED})
_CANCELLED_BY = frozenset({signals.SIGNAL_CANCELED, signals.SIGNAL_REVOKED, signals.SIGNAL_EXPIRED})


def prepare(queue: JobQueue) -> None:
    """Once in a process that will run jobs: hear from Huey how they go, and keep it from logging that too."""
    logging.getLogger("huey").setLevel(logging.CRITICAL)  # outcomes are told by the supervisor
    queue.signal()(_listen)


def _listen(name: str, *_: object) -> None:
    stand_in = standing_in.get()
    if stand_in is not None:
        stand_in.told.append(name)


class Attempts:
    """The end of a pipe at which jobs are run: claims come in, outcomes and progress go out."""

    def __init__(self, queue: JobQueue, connection: Connection, interruptions: Interruptions) -> None:
        self._queue = queue
        self._storage = queue.storage
        self._connection = connection
        self._interruptions = interruptions

    def serve(self) -> None:
        """Work until the supervisor says stop or is gone."""
        try:
            while (message := self._connection.recv_bytes()) != STOP:
                for claim in pickle.loads(message):  # noqa: S301 - from our own supervisor, over our own pipe
                    self.work(claim)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return

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
        # Whoever claimed it saw that its time had come; by the clock of this process it may be a moment away.
        task.eta = None
        stand_in = StandIn(self._storage, claim)
        running = RunningJob(claim, self._send, self._interruptions.check)
        tokens = standing_in.set(stand_in), running_job.set(running)
        self._guard(task, claim, stand_in)
        try:
            with queue.in_batch(claim.batch_id), subject.of_job(codec.arguments(claim.payload)):
                queue.execute(task, timestamp=datetime.fromtimestamp(started_at, UTC).replace(tzinfo=None))
        except Exception as error:
            # Huey has let through what happened after the task: most often a result that is not JSON.
            return _failed(claim, _failure(error))
        finally:
            standing_in.reset(tokens[0])
            running_job.reset(tokens[1])
        return _completion(claim, stand_in, getattr(task, "failure", None))

    def _guard(self, task: Task, claim: Claim, stand_in: StandIn) -> None:
        """Make limits and cancellation reach the task's own code, and nothing around it."""
        execute = task.execute
        limits: Limits = type(task).limits

        def guarded() -> Any:
            stand_in.in_user_code = True
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
                stand_in.in_user_code = False

        task.execute = guarded


def _completion(
    claim: Claim,
    stand_in: StandIn,
    error: BaseException | None,
) -> Completion:
    told = stand_in.told
    failure = None if error is None else _failure(error)
    follow_ups = tuple(stand_in.follow_ups)
    if stand_in.retry is not None:
        run_at = stand_in.retry.run_at
        return Completion(
            claim=claim,
            state=JobState.RETRYING,
            failure=failure,
            retry_payload=stand_in.retry.payload,
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
        result=stand_in.result if state is JobState.SUCCEEDED else None,
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
