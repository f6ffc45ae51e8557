"""Counts jobs that have ended, by hour, queue and task, from their rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.statistics import HOUR, JobCounts, JobHour, durations_of
from scanjobs.jobs import looking_statements

_HOUR_SECONDS = HOUR.total_seconds()


class _Counts:
    """The jobs of one task in one queue that ended within one hour."""

    def __init__(self) -> None:
        self.states = {"succeeded": 0, "failed": 0, "cancelled": 0}
        self.retries = 0
        self.waiting: list[float] = []
        self.running: list[float] = []


def ended_jobs(settings: Settings, since: datetime, until: datetime) -> list[JobHour]:
    """How the jobs went that ended in this time, which should begin and end with an hour."""
    found: dict[tuple[float, str, str], _Counts] = defaultdict(_Counts)
    values = {"since": since.timestamp(), "until": until.timestamp()}
    with driver.read(settings) as connection:
        for queue, task, state, attempt, created_at, run_at, started_at, finished_at in connection.execute(
            looking_statements.SELECT_ENDED, values
        ):
            counts = found[finished_at // _HOUR_SECONDS, queue, task]
            counts.states[state] += 1
            counts.retries += max(0, attempt - 1)
            if started_at is not None and state != "cancelled":
                counts.waiting.append(started_at - max(created_at, run_at))
                counts.running.append(finished_at - started_at)
    return [
        JobHour(
            hour=datetime.fromtimestamp(number * _HOUR_SECONDS, UTC),
            queue=queue,
            task=task,
            counts=JobCounts(
                **counts.states,
                retries=counts.retries,
                waiting=durations_of(counts.waiting),
                running=durations_of(counts.running),
            ),
        )
        for (number, queue, task), counts in sorted(found.items(), key=lambda item: item[0])
    ]


def first_ended(settings: Settings, since: datetime) -> datetime | None:
    """When the first job ended since then."""
    with driver.read(settings) as connection:
        (seconds,) = connection.execute(
            looking_statements.FIRST_ENDED, {"since": since.timestamp()}
        ).fetchone()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
