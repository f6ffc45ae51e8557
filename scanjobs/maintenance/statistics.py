"""Keeps how jobs and deliveries went in each past hour, and adds what happened since for those who ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from scanjobs.config import Settings
from scanjobs.db import statistics
from scanjobs.domain.clock import Clock
from scanjobs.domain.statistics import HOUR, DeliveryHour, JobCounts, JobHour, hour_of, summed
from scanjobs.jobs import ended

COUNTED_AGAIN = timedelta(hours=6)
"""So long before the last hour is counted again: a worker that lost its database writes outcomes late."""
HOURS_KEPT = timedelta(days=35)
"""Older hours become days, so that years stay few rows; hours that are counted again are never among them."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class By(StrEnum):
    """What jobs are counted by."""

    TASK = "task"
    QUEUE = "queue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A part of the time that is looked at."""

    begins_at: datetime
    ended: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """How the jobs of one task or queue went, or all of them."""

    name: str
    counts: JobCounts
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """How jobs went over a time, until now."""

    by: By
    since: datetime
    until: datetime
    step: timedelta
    rows: tuple[Row, ...]
    """The most jobs first."""
    total: Row


def keep_job_statistics(settings: Settings, *, clock: Clock | None = None) -> int:
    """Write down how jobs went in each hour that is over; answers how many hours had any.

    Twice is harmless, and after downtime it goes on where it was.
    """
    now = hour_of((clock or settings.clock).now())
    last = statistics.last_job_hour(settings, now)
    since = _EVER if last is None else last - COUNTED_AGAIN
    written = 0
    while (first := ended.first_ended(settings, since)) is not None and (hour := hour_of(first)) < now:
        since = hour + HOUR
        statistics.keep_jobs(settings, ended.ended_jobs(settings, hour, since))
        written += 1
    last = statistics.last_job_hour(settings, now)
    while last is not None and statistics.fold_day(settings, last.replace(hour=0) - HOURS_KEPT):
        pass
    return written


def keep_delivery_statistics(settings: Settings, *, clock: Clock | None = None) -> int:
    """Write down how deliveries went in each hour that is over; answers how many hours had any."""
    now = hour_of((clock or settings.clock).now())
    last = statistics.last_delivery_hour(settings, now)
    since = _EVER if last is None else last - COUNTED_AGAIN
    written = 0
    while (first := statistics.first_ended_delivery(settings, since)) is not None:
        hour = hour_of(first)
        if hour >= now:
            break
        since = hour + HOUR
        statistics.keep_deliveries(settings, _ended_deliveries(settings, hour, since))
        written += 1
    return written


def job_hours(settings: Settings, since: datetime, now: datetime) -> list[JobHour]:
    """How jobs went hour by hour: what is written down, and from there on what the jobs themselves say."""
    last, until = statistics.last_job_hour(settings, now), hour_of(now) + HOUR
    kept_until = _EVER if last is None else last + HOUR
    kept = statistics.job_hours(settings, since, min(until, kept_until))
    return [*kept, *ended.ended_jobs(settings, max(since, kept_until), until)]


def delivery_hours(settings: Settings, since: datetime, now: datetime) -> list[DeliveryHour]:
    """How deliveries went hour by hour, alike."""
    last, until = statistics.last_delivery_hour(settings, now), hour_of(now) + HOUR
    kept_until = _EVER if last is None else last + HOUR
    kept = statistics.delivery_hours(settings, since, min(until, kept_until))
    return [*kept, *_ended_deliveries(settings, max(since, kept_until), until)]


def job_statistics(
    settings: Settings, *, by: By, steps: int, step: timedelta, clock: Clock | None = None
) -> Statistics:
    """How jobs went in so many steps until now; the last step is the present hour or day, in UTC."""
    now = (clock or settings.clock).now()
    begun = hour_of(now)
    if step > HOUR:
        begun = begun.replace(hour=0)
    since = begun - (steps - 1) * step
    found = job_hours(settings, since, now)
    named: dict[str, list[JobHour]] = defaultdict(list)
    for one in found:
        named[one.task if by is By.TASK else one.queue].append(one)
    starts = [since + number * step for number in range(steps)]
    rows = [_row(name, hours, starts, step) for name, hours in named.items()]
    return Statistics(
        by=by,
        since=since,
        until=now,
        step=step,
        rows=tuple(sorted(rows, key=lambda row: (-row.counts.ended, row.name))),
        total=_row("all", found, starts, step),
    )


def _row(name: str, hours: list[JobHour], starts: list[datetime], step: timedelta) -> Row:
    return Row(
        name=name, counts=summed(one.counts for one in hours), steps=tuple(_steps(hours, starts, step))
    )


def _steps(hours: list[JobHour], starts: list[datetime], step: timedelta) -> Iterator[Step]:
    by_step: dict[int, list[JobCounts]] = defaultdict(list)
    for one in hours:
        by_step[(one.hour - starts[0]) // step].append(one.counts)
    for number, start in enumerate(starts):
        counts = by_step[number]
        yield Step(
            begins_at=start,
            ended=sum(one.ended for one in counts),
            failed=sum(one.failed for one in counts),
        )


def _ended_deliveries(settings: Settings, since: datetime, until: datetime) -> list[DeliveryHour]:
    found: dict[tuple[datetime, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for channel, has_arrived, attempts, ended_at in statistics.ended_deliveries(settings, since, until):
        counts = found[hour_of(datetime.fromtimestamp(ended_at, UTC)), channel]
        counts[0] += has_arrived
        counts[1] += not has_arrived
        counts[2] += max(0, attempts - 1)
    return [
        DeliveryHour(hour=hour, channel=channel, delivered=delivered, failed=failed, retries=retries)
        for (hour, channel), (delivered, failed, retries) in sorted(found.items())
    ]
