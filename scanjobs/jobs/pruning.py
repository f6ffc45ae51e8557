"""Keeps the table of jobs small: return values expire, history goes, a little at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanjobs.config import Settings
from scanjobs.db import driver, statistics
from scanjobs.db.connection import Connection, named_rows
from scanjobs.domain.clock import Clock
from scanjobs.domain.statistics import HOUR, hour_of
from scanjobs.jobs import ended, limit_statements, statements

PAUSE_SECONDS = 60.0
"""Between two sweeps; while there is more to do, each look does another step."""
SPARED_SECONDS = 43_200.0
"""However many there are, nobody loses a job so young: its result is looked at."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
STEP = 500
"""Rows in one transaction: well under 50 ms."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OldJob:
    """A job that may go."""

    id: str
    task: str
    state: str
    finished_at: datetime


class Pruner:
    """Does one small step whenever it is asked and it is time."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._next_at = 0.0

    def step(self) -> int:
        """Forget expired results and delete old rows; answers how many rows it touched."""
        if time.monotonic() < self._next_at:
            return 0
        touched = prune(self._settings, self._clock)
        self._next_at = time.monotonic() + (0.0 if touched >= STEP else PAUSE_SECONDS)
        return touched


def prune(settings: Settings, clock: Clock) -> int:
    """One step: at most 500 results forgotten and 500 jobs deleted, which statistics have counted."""
    now = clock.timestamp()
    counted = _count_an_hour(settings, clock.now())
    with driver.write(settings) as connection:
        history = _end_of_history(settings, connection, now)
        forgotten = connection.execute(
            statements.FORGET_RESULTS,
            {"before": now - settings.result_seconds, "since": history, "limit": STEP},
        ).rowcount
        before = history if counted is None else min(history, counted.timestamp())
        deleted = connection.execute(statements.DELETE_OLD_JOBS, {"before": before, "limit": STEP}).rowcount
        connection.execute(limit_statements.DELETE_OLD_KEY_STARTS, {"now": now})
        if settings.history_days:
            connection.execute(
                statements.DELETE_OLD_WORKERS, {"before": now - settings.history_days * 86_400}
            )
    is_behind = before < history
    return STEP if is_behind else max(forgotten, deleted)


def _count_an_hour(settings: Settings, now: datetime) -> datetime | None:
    """Write down how the jobs of one hour went, where some are to go of which that is not written down yet.

    Answers before when they are all counted, or None where nothing that is to go was left to count. After a
    long downtime jobs are old before the entry that counts has run.
    """
    last = statistics.last_job_hour(settings, now)
    first = ended.first_ended(settings, _EVER if last is None else last + HOUR)
    if first is None or first >= history_ends_at(settings, now):
        return None
    hour = hour_of(first)
    statistics.keep_jobs(settings, ended.ended_jobs(settings, hour, hour + HOUR))
    return hour + HOUR


def history_ends_at(settings: Settings, now: datetime) -> datetime:
    """Jobs that ended before then go, as the settings `history_days` and `history_most` say."""
    with driver.read(settings) as connection:
        return datetime.fromtimestamp(_end_of_history(settings, connection, now.timestamp()), UTC)


def kept_from(
    settings: Settings, *, older_than: timedelta | None, keep: int | None, now: datetime
) -> datetime:
    """Jobs that ended before then go: they are older than this, and not among the newest `keep`.

    Those of the present hour stay, which statistics have not counted yet.
    """
    before = min(now - (older_than or timedelta(0)), hour_of(now)).timestamp()
    if keep is not None:
        with driver.read(settings) as connection:
            before = min(before, _oldest_of_newest(connection, keep))
    return datetime.fromtimestamp(before, UTC)


def old_jobs(settings: Settings, before: datetime) -> Iterator[OldJob]:
    """The jobs that ended before then and may go, the oldest first."""
    with driver.read(settings) as connection:
        for row in named_rows(connection, statements.OLD_JOBS, {"before": before.timestamp()}):
            ended = datetime.fromtimestamp(row["finished_at"], UTC)
            yield OldJob(id=row["id"], task=row["task"], state=row["state"], finished_at=ended)


def delete_jobs(settings: Settings, before: datetime) -> int:
    """Delete the jobs that ended before then, at most 500; answers how many."""
    with driver.write(settings) as connection:
        wanted = {"before": before.timestamp(), "limit": STEP}
        return connection.execute(statements.DELETE_OLD_JOBS, wanted).rowcount


def _end_of_history(settings: Settings, connection: Connection, now: float) -> float:
    before = now - settings.history_days * 86_400 if settings.history_days else 0.0
    if settings.history_most:
        latest = now - max(settings.result_seconds, SPARED_SECONDS)
        before = max(before, min(latest, _oldest_of_newest(connection, settings.history_most)))
    return min(before, hour_of(datetime.fromtimestamp(now, UTC)).timestamp())


def _oldest_of_newest(connection: Connection, count: int) -> float:
    found = connection.execute(statements.OLDEST_OF_NEWEST, {"others": count - 1}).fetchone()
    return float(found[0]) if found else 0.0
