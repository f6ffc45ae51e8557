"""What people may do to jobs and queues: cancel, restart, pause, resume, purge."""

from __future__ import annotations

import json

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import JobRecord, JobState
from scanjobs.errors import JobError
from scanjobs.jobs import chord_statements, chords, statements, story, wakeup
from scanjobs.jobs.rows import select

CANCEL_REASON = "It was cancelled before it began."


@driver.retried
def cancel(
    settings: Settings, job: JobRecord, *, terminate: bool = False, clock: Clock | None = None
) -> bool:
    """Cancel a job: a waiting one at once, a running one by asking it, or by killing it.

    Answers True when it is cancelled, False when it runs and was asked.

    Raises:
        JobError: it has ended already.
    """
    now = (clock or settings.clock).timestamp()
    with driver.write(settings) as connection:
        values = {"job_id": job.id, "now": now, "reason": CANCEL_REASON, "line": story.line(now, "cancelled")}
        connection.execute(statements.HOLD_JOB, {"job_id": job.id})
        if connection.execute(statements.CANCEL_WAITING, values).rowcount:
            chords.settle(connection, now, [job.id])
            wakeup.ring_on_commit(settings, connection)
            return True
        how = "terminate" if terminate else "ask"
        asked = connection.execute(statements.CANCEL_RUNNING, {"job_id": job.id, "how": how}).rowcount
        wakeup.ring_on_commit(settings, connection)
    if not asked:
        raise JobError(f"Job {job.id} has ended: it {_ended(job.state)}.")
    return False


@driver.retried
def restart(settings: Settings, job: JobRecord, *, retries: int, clock: Clock | None = None) -> None:
    """Put a failed or cancelled job back into its queue, with all its attempts.

    Raises:
        JobError: it has not failed and was not cancelled.
    """
    now = (clock or settings.clock).timestamp()
    (row,) = select(settings, "SELECT payload FROM jobs WHERE id = :job_id", {"job_id": job.id})
    with driver.write(settings) as connection:
        restarted = connection.execute(
            statements.RESTART_JOB,
            {
                "job_id": job.id,
                "now": now,
                "payload": _with_retries(row["payload"], retries),
                "line": story.line(now, "restarted"),
            },
        ).rowcount
        connection.execute(chord_statements.AWAIT_MEMBER, {"job_id": job.id})
        wakeup.ring_on_commit(settings, connection)
    if not restarted:
        raise JobError(
            f"Job {job.id} is {job.state}; only failed and cancelled jobs can be retried.",
            hint="Submit it anew.",
        )


@driver.retried
def pause(settings: Settings, queue: str, *, clock: Clock | None = None) -> None:
    """Let no more jobs of a queue begin; running ones finish."""
    with driver.write(settings) as connection:
        now = (clock or settings.clock).timestamp()
        connection.execute(statements.PAUSE_QUEUE, {"queue": queue, "now": now})


@driver.retried
def resume(settings: Settings, queue: str) -> None:
    """Let the jobs of a queue begin again."""
    with driver.write(settings) as connection:
        connection.execute(statements.RESUME_QUEUE, {"queue": queue})
        wakeup.ring_on_commit(settings, connection)


@driver.retried
def purge(settings: Settings, queue: str, *, clock: Clock | None = None) -> int:
    """Cancel everything that waits in a queue; answers how many jobs that were."""
    now = (clock or settings.clock).timestamp()
    with driver.write(settings) as connection:
        values = {"queue": queue, "now": now, "line": story.line(now, "purged")}
        purged = connection.execute(statements.PURGE_QUEUE, values).rowcount
        chords.settle(connection, now)
        wakeup.ring_on_commit(settings, connection)
    return purged


def _with_retries(payload: str, retries: int) -> str:
    try:
        message = json.loads(payload)
        message = {**message, "retries": retries}
        message.pop("eta", None)
    except (TypeError, ValueError):
        return payload
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _ended(state: JobState) -> str:
    return {JobState.SUCCEEDED: "succeeded", JobState.FAILED: "failed"}.get(state, "was cancelled")
