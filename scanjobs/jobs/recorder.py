"""The log lines of a worker: one place for their words, each with a stable event name and fields."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobState
from scanjobs.domain.subject import named_in
from scanjobs.errors import StorageError
from scanjobs.jobs import codec
from scanjobs.jobs.values import Claim, Completion, Rescued

logger = logging.getLogger("scanjobs.jobs")


def worker_started(worker_id: str, queues: Sequence[str], concurrency: int, least: int) -> None:
    """A worker is ready for jobs."""
    span = f"{concurrency}" if least == concurrency else f"{least} to {concurrency}"
    _info(
        "worker_started",
        f"Worker {short(worker_id)} serves {', '.join(queues)} with {span} at once",
        worker_id=worker_id,
        queues=list(queues),
        concurrency=concurrency,
        least=least,
    )


def pool_resized(worker_id: str, before: int, now: int, most: int, backlog: int) -> None:
    """A worker has more children, since jobs wait, or fewer, since none did for a while."""
    grown = now > before
    why = f"{backlog} or more jobs wait" if grown else "it was quiet for a while"
    _info(
        "pool_grown" if grown else "pool_shrunk",
        f"Worker {short(worker_id)} has {now} of at most {most} children instead of {before}: {why}",
        worker_id=worker_id,
        children=now,
        most=most,
        backlog=backlog,
    )


def worker_stopping(worker_id: str, running: int) -> None:
    """A worker was asked to leave."""
    waits = f"{running} running job{'s' if running != 1 else ''} will finish first" if running else "leaving"
    again = "; once more ends at once" if running else ""
    _info(
        "worker_stopping",
        f"Worker {short(worker_id)} stops: {waits}{again}",
        worker_id=worker_id,
        running=running,
    )


def worker_reloading(worker_id: str, running: int) -> None:
    """A worker was asked to begin anew."""
    waits = f"{running} running job{'s' if running != 1 else ''} will finish first" if running else "at once"
    _info(
        "worker_reloading",
        f"Worker {short(worker_id)} begins anew: {waits}",
        worker_id=worker_id,
        running=running,
    )


def worker_stopped(worker_id: str, succeeded: int, failed: int) -> None:
    """A worker has left in good order."""
    _info(
        "worker_stopped",
        f"Worker {short(worker_id)} stopped after {succeeded} succeeded and {failed} failed",
        worker_id=worker_id,
        succeeded=succeeded,
        failed=failed,
    )


def limits_are_cooperative(worker_id: str, pool: str) -> None:
    """A worker cannot end a job against its will."""
    _info(
        "limits_cooperative",
        f"Limits are cooperative with --pool {pool}: a job ends early only where its task calls check() or "
        "progress(), and nothing enforces a hard limit",
        worker_id=worker_id,
        pool=pool,
    )


def child_died(worker_id: str, child: str, exit_code: int | None, claim: Claim | None) -> None:
    """A child ended without being asked to."""
    logger.warning(
        f"{child} died" + ("" if exit_code is None else f" with exit code {exit_code}"),
        extra={
            "event": "child_died",
            "worker_id": worker_id,
            "exit_code": exit_code,
            "job_id": claim.job_id if claim else None,
        },
    )


def job_started(claim: Claim) -> None:
    """A child has a job."""
    if logger.isEnabledFor(logging.INFO):
        _info("job_started", f"{_named(claim)} started", **_fields(claim))


def job_ended(completion: Completion) -> None:
    """The outcome of an attempt is written."""
    claim, failure = completion.claim, completion.failure
    match completion.state:
        case JobState.SUCCEEDED if not logger.isEnabledFor(logging.INFO):
            return
        case JobState.SUCCEEDED:
            _info("job_succeeded", f"{_named(claim)} succeeded", **_fields(claim))
        case JobState.RETRYING if completion.has_waited:
            _info("job_held", f"{_named(claim)} waits: {failure.error if failure else ''}", **_fields(claim))
        case JobState.RETRYING:
            logger.warning(
                f"{_named(claim)} will be retried: {failure.error if failure else 'asked for it'}",
                extra={"event": "job_retrying", **_fields(claim)},
            )
        case JobState.CANCELLED:
            _info("job_cancelled", f"{_named(claim)} was cancelled", **_fields(claim))
        case _:
            logger.error(
                f"{_named(claim)} failed: {failure.error if failure else 'no reason given'}",
                extra={"event": "job_failed", **_fields(claim)},
            )


def jobs_released(claims: Sequence[Claim]) -> None:
    """A worker that leaves gave jobs back."""
    for claim in claims:
        _info("job_released", f"{_named(claim)} went back into the queue", **_fields(claim))


def jobs_left(claims: Sequence[Claim]) -> None:
    """A worker leaves while jobs run that it cannot end; they end with its process."""
    for claim in claims:
        logger.warning(
            f"{_named(claim)} still runs and is left to the next worker",
            extra={"event": "job_left", **_fields(claim)},
        )


def job_cannot_be_ended(claim: Claim, why: str) -> None:
    """A job is over its hard limit, or was to be terminated, and goes on."""
    logger.warning(
        f"{_named(claim)} goes on: {why} It cannot be ended from outside, so another job may begin beside it",
        extra={"event": "job_cannot_be_ended", **_fields(claim)},
    )


def storage_refused(worker_id: str, error: StorageError) -> None:
    """The database could not be read or written; the worker tries again."""
    logger.error(
        f"{error.message} Trying again.",
        extra={"event": "storage_refused", "worker_id": worker_id, "hint": error.hint},
    )


def job_rescued(rescued: Rescued) -> None:
    """A dead worker's job was taken from it."""
    told = {
        JobState.QUEUED: "is in the queue again",
        JobState.CANCELLED: "was to be cancelled and is",
    }.get(rescued.state, "failed: too many workers died")
    logger.warning(
        f"{_short_task(rescued.task)} {short(rescued.job_id)} {told}",
        extra={"event": "job_rescued", "job_id": rescued.job_id, "queue": rescued.queue},
    )


def nobody_told(about: str, job_id: str | None, error: Exception) -> None:
    """Something happened, and by a defect nobody is told of it."""
    logger.error(
        f"What happened to {about} could not be told: {error!r}",
        exc_info=error,
        extra={"event": "nobody_told", "job_id": job_id},
    )


def outcome_refused(completion: Completion) -> None:
    """An attempt ended after its lease was lost; whoever holds the job now writes the outcome."""
    logger.warning(
        f"{_named(completion.claim)} had been taken over; its outcome was not written",
        extra={"event": "outcome_refused", **_fields(completion.claim)},
    )


def _info(event: str, message: str, **fields: Any) -> None:
    logger.info(message, extra={"event": event, **fields})


def _named(claim: Claim) -> str:
    return f"{_short_task(claim.task)} {short(claim.job_id)}"


def _short_task(task: str) -> str:
    return task.rpartition(".")[2]


def _fields(claim: Claim) -> dict[str, Any]:
    told = {"job_id": claim.job_id, "task": claim.task, "queue": claim.queue, "attempt": claim.attempt}
    return {**told, **named_in(codec.arguments(claim.payload))}
