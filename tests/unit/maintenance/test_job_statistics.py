"""Statistics by the hour: written once, added to what happens now, nothing counted twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanjobs.config import Settings
from scanjobs.db import driver, statistics
from scanjobs.jobs import monitor, pruning
from scanjobs.maintenance import retention
from scanjobs.maintenance.statistics import (
    By,
    delivery_hours,
    job_statistics,
    keep_delivery_statistics,
    keep_job_statistics,
)
from tests import past
from tests.clocks import At
from tests.conftest import DATABASES

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ended(settings: Settings, by: By = By.TASK, steps: int = 24) -> dict[str, tuple[int, int, int, int]]:
    found = job_statistics(settings, by=by, steps=steps, step=HOUR, clock=At(NOW))
    return {
        row.name: (row.counts.succeeded, row.counts.failed, row.counts.cancelled, row.counts.retries)
        for row in found.rows
    }


def some_jobs(settings: Settings) -> None:
    past.ended_job(settings, NOW - 5 * HOUR, attempt=3)
    past.ended_job(settings, NOW - 2 * HOUR, state="failed", attempt=4)
    past.ended_job(settings, NOW - 2 * HOUR, state="cancelled", attempt=0, started_at=None)
    past.ended_job(settings, NOW - 2 * HOUR, task="other.work", queue="reports")
    past.ended_job(settings, NOW - timedelta(minutes=1))
    past.job(settings, NOW)


ALL = {"my_module.work": (2, 1, 1, 5), "other.work": (1, 0, 0, 0)}


def test_the_same_is_told_before_and_after_it_is_written(settings: Settings):
    some_jobs(settings)
    assert ended(settings) == ALL

    assert keep_job_statistics(settings, clock=At(NOW)) == 2
    assert ended(settings) == ALL
    assert keep_job_statistics(settings, clock=At(NOW)) == 2
    assert ended(settings) == ALL
    assert ended(settings, By.QUEUE) == {"default": (2, 1, 1, 5), "reports": (1, 0, 0, 0)}


def test_the_present_hour_is_not_written(settings: Settings):
    some_jobs(settings)
    keep_job_statistics(settings, clock=At(NOW))

    hours = {one.hour for one in statistics.job_hours(settings, EVER, NOW + HOUR)}

    assert hours == {datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (7, 10)}


def test_what_is_written_outlives_the_jobs(settings: Settings):
    some_jobs(settings)
    keep_job_statistics(settings, clock=At(NOW))
    with driver.write(settings) as connection:
        connection.execute("DELETE FROM jobs WHERE task = 'other.work' OR state = 'cancelled'")
    keep_job_statistics(settings, clock=At(NOW))

    assert ended(settings) == ALL


def test_after_downtime_it_goes_on_where_it_was(settings: Settings):
    past.ended_job(settings, NOW - timedelta(days=20))
    keep_job_statistics(settings, clock=At(NOW - timedelta(days=19)))
    past.ended_job(settings, NOW - timedelta(days=18))
    past.ended_job(settings, NOW - timedelta(days=3))

    keep_job_statistics(settings, clock=At(NOW))

    assert len(statistics.job_hours(settings, EVER, NOW)) == 3


def test_an_outcome_that_came_late_is_counted(settings: Settings):
    """A worker writes its outcomes when the database is back, with the time at which they came."""
    past.ended_job(settings, NOW - 2 * HOUR)
    keep_job_statistics(settings, clock=At(NOW))
    past.ended_job(settings, NOW - 3 * HOUR)
    past.ended_job(settings, NOW - 2 * HOUR)
    keep_job_statistics(settings, clock=At(NOW))

    assert ended(settings) == {"my_module.work": (3, 0, 0, 0)}


def test_old_hours_become_days_and_nothing_is_lost(settings: Settings):
    for hours in (0, 3, 5, 30, 24 * 50, 24 * 50 + 2, 24 * 50 + 5, 24 * 51):
        past.ended_job(settings, NOW - hours * HOUR - HOUR, ran=hours + 1.0)
    before = job_statistics(settings, by=By.TASK, steps=60, step=24 * HOUR, clock=At(NOW))
    keep_job_statistics(settings, clock=At(NOW))
    keep_job_statistics(settings, clock=At(NOW))

    assert job_statistics(settings, by=By.TASK, steps=60, step=24 * HOUR, clock=At(NOW)) == before
    old = statistics.job_hours(settings, EVER, NOW - timedelta(days=35))
    assert [(one.hour.hour, one.counts.ended) for one in old] == [(0, 1), (0, 3)]


def test_a_job_that_is_deleted_was_counted(settings: Settings):
    """Also between two runs of the entry that counts."""
    past.ended_job(settings, datetime.now(UTC) - timedelta(days=40))
    retention.clean_up(settings, retention.Group.JOBS)

    assert monitor.jobs(settings) == ()
    (kept,) = statistics.job_hours(settings, EVER, datetime.now(UTC))
    assert kept.counts.succeeded == 1


def test_a_job_of_the_present_hour_stays_until_it_was_counted(settings: Settings):
    now = NOW + timedelta(minutes=30)
    kept, old = past.ended_job(settings, NOW), past.ended_job(settings, NOW - HOUR)
    past.delivery(settings, NOW)
    past.delivery(settings, NOW - HOUR)
    rule = retention.Rule(older_than=timedelta(seconds=1))
    groups = [retention.Group.JOBS, retention.Group.NOTIFICATIONS]

    plan = retention.plan(settings, groups, rule, now)
    retention.carry_out(settings, plan)

    assert [item.id for item in plan.going if item.kind is retention.Kind.JOB] == [old]
    assert [job.id for job in monitor.jobs(settings)] == [kept]
    assert ended(settings) == {"my_module.work": (2, 0, 0, 0)}
    assert sum(one.delivered for one in delivery_hours(settings, EVER, now)) == 2


def test_a_worker_that_comes_back_counts_jobs_before_it_deletes_them(settings: Settings):
    """After a long downtime they are old before the entry that counts has run."""
    past.ended_job(settings, NOW - timedelta(days=70))
    keep_job_statistics(settings, clock=At(NOW - timedelta(days=69)))
    for hours in (0, 1, 1, 30):
        past.ended_job(settings, NOW - timedelta(days=60) + hours * HOUR)

    while pruning.prune(settings, At(NOW)):
        pass

    assert monitor.jobs(settings) == ()
    assert sum(one.counts.ended for one in statistics.job_hours(settings, EVER, NOW)) == 5


def test_hours_of_a_clock_that_was_ahead_hide_nothing(settings: Settings):
    ahead = NOW + timedelta(days=400)
    past.ended_job(settings, ahead - HOUR)
    past.delivery(settings, ahead - HOUR)
    keep_job_statistics(settings, clock=At(ahead))
    keep_delivery_statistics(settings, clock=At(ahead))
    past.ended_job(settings, NOW - 2 * HOUR)
    past.delivery(settings, NOW - 2 * HOUR)

    assert ended(settings) == {"my_module.work": (1, 0, 0, 0)}
    keep_job_statistics(settings, clock=At(NOW))
    keep_delivery_statistics(settings, clock=At(NOW))
    assert ended(settings) == {"my_module.work": (1, 0, 0, 0)}
    assert sum(one.delivered for one in delivery_hours(settings, EVER, NOW)) == 1


def test_waiting_begins_when_the_job_could_begin(settings: Settings):
    """Not when it was submitted for later."""
    start = NOW - HOUR
    past.ended_job(settings, start + timedelta(seconds=9), created_at=start - 5 * HOUR, run_at=start, ran=4.0)
    past.ended_job(settings, start, state="cancelled", waited=900.0)
    (row,) = job_statistics(settings, by=By.TASK, steps=2, step=HOUR, clock=At(NOW)).rows

    assert row.counts.waiting.quantile(0.99) == pytest.approx(5, rel=0.05)
    assert row.counts.running.quantile(0.99) == pytest.approx(4, rel=0.05)


def test_steps_are_hours_and_days(settings: Settings):
    past.ended_job(settings, NOW)
    past.ended_job(settings, NOW - HOUR, state="failed")
    past.ended_job(settings, NOW - timedelta(days=1))
    hours = job_statistics(settings, by=By.TASK, steps=3, step=HOUR, clock=At(NOW))
    days = job_statistics(settings, by=By.TASK, steps=2, step=timedelta(days=1), clock=At(NOW))

    assert [(step.ended, step.failed) for step in hours.total.steps] == [(0, 0), (1, 1), (1, 0)]
    assert [(step.ended, step.failed) for step in days.total.steps] == [(1, 0), (2, 1)]
    assert days.since == datetime(2026, 3, 1, tzinfo=UTC)


def test_deliveries_are_kept_alike(settings: Settings):
    past.delivery(settings, NOW - 2 * HOUR, attempts=3)
    past.delivery(settings, NOW - 2 * HOUR, "failed", channel="webhook", attempts=4)
    past.delivery(settings, NOW)
    past.delivery(settings, None, "waiting", created_at=NOW, due_at=NOW)
    before = delivery_hours(settings, EVER, NOW + HOUR)

    assert keep_delivery_statistics(settings, clock=At(NOW)) == 1
    assert keep_delivery_statistics(settings, clock=At(NOW)) == 1
    assert delivery_hours(settings, EVER, NOW + HOUR) == before
    assert [(one.channel, one.delivered, one.failed, one.retries) for one in before] == [
        ("email", 1, 0, 2),
        ("webhook", 0, 1, 3),
        ("email", 1, 0, 0),
    ]
