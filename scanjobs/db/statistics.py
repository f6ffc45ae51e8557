"""How jobs and deliveries went in each past hour, and how the deliveries stand now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import named_rows
from scanjobs.domain.statistics import DeliveryHour, Durations, JobCounts, JobHour, summed

# Jobs may be gone when an hour is counted again, so the larger count stays.
_KEEP_JOBS = """
    INSERT INTO job_statistics
        (hour, queue, task, succeeded, failed, cancelled, retries, waiting, running)
    VALUES (:hour, :queue, :task, :succeeded, :failed, :cancelled, :retries, :waiting, :running)
    ON CONFLICT (hour, queue, task) DO UPDATE
       SET succeeded = excluded.succeeded, failed = excluded.failed, cancelled = excluded.cancelled,
           retries = excluded.retries, waiting = excluded.waiting, running = excluded.running
     WHERE excluded.succeeded + excluded.failed + excluded.cancelled
           >= job_statistics.succeeded + job_statistics.failed + job_statistics.cancelled
"""
_KEEP_DELIVERIES = """
    INSERT INTO delivery_statistics (hour, channel, delivered, failed, retries)
    VALUES (:hour, :channel, :delivered, :failed, :retries)
    ON CONFLICT (hour, channel) DO UPDATE
       SET delivered = excluded.delivered, failed = excluded.failed, retries = excluded.retries
     WHERE excluded.delivered + excluded.failed >= delivery_statistics.delivered + delivery_statistics.failed
"""
# The first hour before then that is not yet part of a day, which has its place at midnight.
_FIRST_SINGLE_HOUR = """
    SELECT min(hour) FROM job_statistics WHERE hour < :before AND CAST(hour AS bigint) % 86400 <> 0
"""
_FORGET_HOURS = "DELETE FROM job_statistics WHERE hour >= :since AND hour < :until"
# A clock that once was ahead has left hours that are yet to come.
_LAST_JOB_HOUR = "SELECT max(hour) FROM job_statistics WHERE hour <= :now"
_LAST_DELIVERY_HOUR = "SELECT max(hour) FROM delivery_statistics WHERE hour <= :now"
_JOB_HOURS = """
    SELECT hour, queue, task, succeeded, failed, cancelled, retries, waiting, running FROM job_statistics
     WHERE hour >= :since AND hour < :until ORDER BY hour, queue, task
"""
_DELIVERY_HOURS = """
    SELECT hour, channel, delivered, failed, retries FROM delivery_statistics
     WHERE hour >= :since AND hour < :until ORDER BY hour, channel
"""
# One state after the other, as the index has them.
_ENDED_DELIVERIES = """
    SELECT channel, state, attempts, ended_at FROM deliveries
     WHERE state = 'delivered' AND ended_at >= :since AND ended_at < :until
    UNION ALL
    SELECT channel, state, attempts, ended_at FROM deliveries
     WHERE state = 'failed' AND ended_at >= :since AND ended_at < :until
"""
_FIRST_ENDED_DELIVERY = """
    SELECT min(first) FROM (
        SELECT min(ended_at) AS first FROM deliveries WHERE state = 'delivered' AND ended_at >= :since
        UNION ALL
        SELECT min(ended_at) AS first FROM deliveries WHERE state = 'failed' AND ended_at >= :since
    ) AS firsts
"""
_WAITING_DELIVERIES = """
    SELECT channel, count(*), min(due_at) FROM deliveries WHERE state = 'waiting' GROUP BY channel
     ORDER BY channel
"""
_FAILED_DELIVERIES = """
    SELECT channel, count(*) FROM deliveries WHERE state = 'failed' AND ended_at >= :since GROUP BY channel
     ORDER BY channel
"""
_OVERDUE_DELIVERIES = """
    SELECT count(*), min(due_at) FROM deliveries WHERE state = 'waiting' AND due_at < :before
"""
_FIRST_UNREAD = "SELECT happened_at FROM events WHERE NOT is_read ORDER BY seq LIMIT 1"


def keep_jobs(settings: Settings, hours: Sequence[JobHour]) -> None:
    """Write down how jobs went; an hour that is there already is written over where more is known now."""
    with driver.write(settings) as connection:
        connection.executemany(_KEEP_JOBS, [_job_values(one) for one in hours])


@driver.retried
def fold_day(settings: Settings, before: datetime) -> bool:
    """Make one day of the hours of the first day before then that has any; answers whether there was one."""
    first = _moment(settings, _FIRST_SINGLE_HOUR, {"before": before.timestamp()})
    if first is None:
        return False
    since = first.replace(hour=0)
    until = since + timedelta(days=1)
    found: dict[tuple[str, str], list[JobCounts]] = defaultdict(list)
    with driver.write(settings) as connection:
        for one in job_hours(settings, since, until):
            found[one.queue, one.task].append(one.counts)
        connection.execute(_FORGET_HOURS, _span(since, until))
        days = [
            JobHour(hour=since, queue=queue, task=task, counts=summed(every))
            for (queue, task), every in found.items()
        ]
        connection.executemany(_KEEP_JOBS, [_job_values(one) for one in days])
    return True


def keep_deliveries(settings: Settings, hours: Sequence[DeliveryHour]) -> None:
    """Write down how deliveries went, alike."""
    rows = [
        {
            "hour": one.hour.timestamp(),
            "channel": one.channel,
            "delivered": one.delivered,
            "failed": one.failed,
            "retries": one.retries,
        }
        for one in hours
    ]
    with driver.write(settings) as connection:
        connection.executemany(_KEEP_DELIVERIES, rows)


def last_job_hour(settings: Settings, now: datetime) -> datetime | None:
    """The last hour until now of which it is written down how jobs went."""
    return _moment(settings, _LAST_JOB_HOUR, {"now": now.timestamp()})


def last_delivery_hour(settings: Settings, now: datetime) -> datetime | None:
    """The last hour until now of which it is written down how deliveries went."""
    return _moment(settings, _LAST_DELIVERY_HOUR, {"now": now.timestamp()})


def job_hours(settings: Settings, since: datetime, until: datetime) -> list[JobHour]:
    """How jobs went in the hours that are written down."""
    return [
        JobHour(
            hour=datetime.fromtimestamp(row["hour"], UTC),
            queue=row["queue"],
            task=row["task"],
            counts=JobCounts(
                succeeded=row["succeeded"],
                failed=row["failed"],
                cancelled=row["cancelled"],
                retries=row["retries"],
                waiting=_durations(row["waiting"]),
                running=_durations(row["running"]),
            ),
        )
        for row in _rows(settings, _JOB_HOURS, _span(since, until))
    ]


def delivery_hours(settings: Settings, since: datetime, until: datetime) -> list[DeliveryHour]:
    """How deliveries went in the hours that are written down."""
    return [
        DeliveryHour(
            hour=datetime.fromtimestamp(row["hour"], UTC),
            channel=row["channel"],
            delivered=row["delivered"],
            failed=row["failed"],
            retries=row["retries"],
        )
        for row in _rows(settings, _DELIVERY_HOURS, _span(since, until))
    ]


def ended_deliveries(
    settings: Settings, since: datetime, until: datetime
) -> list[tuple[str, bool, int, float]]:
    """Deliveries that ended: over which channel, whether they arrived, attempts, and when in seconds."""
    return [
        (channel, state == "delivered", attempts, ended_at)
        for channel, state, attempts, ended_at in _rows(settings, _ENDED_DELIVERIES, _span(since, until))
    ]


def first_ended_delivery(settings: Settings, since: datetime) -> datetime | None:
    """When the first delivery ended since then."""
    return _moment(settings, _FIRST_ENDED_DELIVERY, _since(since))


def waiting_deliveries(settings: Settings) -> list[tuple[str, int, datetime]]:
    """Of each channel with deliveries that wait: how many, and when the first of them is due."""
    return [
        (channel, number, datetime.fromtimestamp(due_at, UTC))
        for channel, number, due_at in _rows(settings, _WAITING_DELIVERIES, {})
    ]


def failed_deliveries(settings: Settings, since: datetime) -> dict[str, int]:
    """How many deliveries have failed since then, by channel."""
    return dict(map(tuple, _rows(settings, _FAILED_DELIVERIES, _since(since))))


def overdue_deliveries(settings: Settings, before: datetime) -> tuple[int, datetime | None]:
    """How many deliveries should have gone out before then, and when the first of them should have."""
    ((number, due_at),) = _rows(settings, _OVERDUE_DELIVERIES, {"before": before.timestamp()})
    return number, None if due_at is None else datetime.fromtimestamp(due_at, UTC)


def first_unread_event(settings: Settings) -> datetime | None:
    """When the first event happened of which no deliveries were made yet."""
    rows = list(_rows(settings, _FIRST_UNREAD, {}))
    return datetime.fromtimestamp(rows[0][0], UTC) if rows else None


def _job_values(one: JobHour) -> dict[str, Any]:
    counts = one.counts
    return {
        "hour": one.hour.timestamp(),
        "queue": one.queue,
        "task": one.task,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "retries": counts.retries,
        "waiting": _text(counts.waiting),
        "running": _text(counts.running),
    }


def _text(durations: Durations) -> str:
    classes = {str(number): durations.classes[number] for number in sorted(durations.classes)}
    return json.dumps({"seconds": round(durations.seconds, 6), "classes": classes})


def _durations(stored: Any) -> Durations:
    told = json.loads(stored) if isinstance(stored, str) else stored
    return Durations({int(number): count for number, count in told["classes"].items()}, told["seconds"])


def _since(moment: datetime) -> dict[str, float]:
    return {"since": moment.timestamp()}


def _span(since: datetime, until: datetime) -> dict[str, float]:
    return {"since": since.timestamp(), "until": until.timestamp()}


def _moment(settings: Settings, statement: str, values: dict[str, Any]) -> datetime | None:
    with driver.read(settings) as connection:
        (seconds,) = connection.execute(statement, values).fetchone()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _rows(settings: Settings, statement: str, values: dict[str, Any]) -> Iterable[Any]:
    with driver.read(settings) as connection:
        return named_rows(connection, statement, values)
