"""Health: each thing that can be wrong is seen, told once, and forgotten when it is over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanjobs.config import Settings
from scanjobs.db import alarms, driver
from scanjobs.domain.events import EventType
from scanjobs.domain.health import HealthSettings, Reason
from scanjobs.errors import StorageError
from scanjobs.maintenance import health
from tests import past
from tests.clocks import At
from tests.conftest import DATABASES, on_sqlite_only

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With a clock that stands, for those who look at workers too."""
    monkeypatch.setattr(Settings, "clock", At(NOW))
    return replace(settings, health=HealthSettings(disk_free_megabytes=0))


def reasons(settings: Settings) -> dict[str, Reason]:
    return {reason.name: reason for reason in health.examine(settings, clock=At(NOW)).reasons}


def entry(settings: Settings, name: str, next_at: datetime, **changes: object) -> None:
    values = {
        "name": name,
        "task": "my_module.work",
        "kwargs": "{}",
        "timing": "0 * * * *",
        "zone": "UTC",
        "start_at": NOW - timedelta(days=9),
        "catch_up": "once",
        "overlap": "skip",
        "next_at": next_at,
    }
    past.insert(settings, "schedules", **(values | changes))


def test_nothing_is_wrong_with_what_is_new(settings: Settings):
    assert reasons(settings) == {}


def test_work_that_no_worker_serves(settings: Settings):
    past.job(settings, NOW - 3 * MINUTE, queue="reports")
    past.job(settings, NOW - MINUTE, queue="reports")
    past.job(settings, NOW - MINUTE)
    past.worker(settings, NOW, queues="default,notifications")

    found = reasons(settings)

    assert list(found) == ["no_worker:reports"]
    assert "2 jobs wait, the oldest for 3 min" in found["no_worker:reports"].message
    assert "scanjobs worker -q reports" in found["no_worker:reports"].hint


def test_a_job_whose_time_has_come_waits_too(settings: Settings):
    """Only workers put it into its queue, and none runs."""
    past.job(settings, NOW - timedelta(days=3), state="scheduled", run_at=NOW - 2 * MINUTE)
    past.job(settings, NOW - timedelta(days=3), state="scheduled", run_at=NOW + 2 * MINUTE)

    assert "1 job waits, the oldest for 2 min" in reasons(settings)["no_worker:default"].message


def test_a_worker_for_a_few_jobs_alone_serves_nobody_else(settings: Settings):
    past.job(settings, NOW)
    past.worker(settings, NOW, is_private=True)

    assert "no_worker:default" in reasons(settings)


def test_a_paused_queue_may_be_full(settings: Settings):
    past.job(settings, NOW - timedelta(days=1))
    with driver.write(settings) as connection:
        connection.execute("INSERT INTO paused_queues (name, paused_at) VALUES ('default', 0)")

    assert reasons(settings) == {}


def test_a_backlog_is_old(settings: Settings):
    past.worker(settings, NOW + timedelta(hours=1))
    past.job(settings, NOW - 14 * MINUTE)
    past.job(settings, NOW - 3 * MINUTE)
    assert reasons(settings) == {}

    (later,) = health.examine(settings, clock=At(NOW + 2 * MINUTE)).reasons
    assert later.name == "backlog:default"
    assert "has waited for 16 min, 2 jobs in all" in later.message


def test_a_job_for_later_has_not_waited_since_it_was_submitted(settings: Settings):
    past.worker(settings, NOW)
    past.job(settings, NOW - timedelta(days=3), run_at=NOW - MINUTE)

    assert reasons(settings) == {}


def test_many_of_the_last_jobs_failed(settings: Settings):
    for number in range(4):
        past.ended_job(settings, NOW - number * MINUTE, state="failed", task="my_module.visit")
    for number in range(12):
        past.ended_job(settings, NOW - number * MINUTE)
    past.ended_job(settings, NOW, state="cancelled")
    assert "4 of 16 jobs failed, visit most often" in reasons(settings)["failures"].message

    past.ended_job(settings, NOW)
    assert reasons(settings) == {}


def test_few_failures_and_old_ones_say_nothing(settings: Settings):
    for _ in range(3):
        past.ended_job(settings, NOW, state="failed")
    for _ in range(9):
        past.ended_job(settings, NOW - 61 * MINUTE, state="failed")

    assert reasons(settings) == {}


def test_a_disk_is_nearly_full(settings: Settings):
    full = replace(settings, health=HealthSettings(disk_free_megabytes=1e12))

    assert "MB left" in reasons(full)["disk"].message


def test_an_entry_is_late(settings: Settings):
    entry(settings, "nightly", NOW - 3 * 60 * MINUTE)
    entry(settings, "often", NOW - 11 * MINUTE)
    entry(settings, "soon", NOW - 9 * MINUTE)
    entry(settings, "paused", NOW - 99 * MINUTE, is_paused=True)
    entry(settings, "gone", NOW - 99 * MINUTE, is_undeclared=True)

    told = reasons(settings)["schedule"].message

    assert told == "The entry nightly of the schedule has been due for 3 h, and 1 other too."


def test_a_dead_worker_holds_jobs(settings: Settings):
    dead = past.worker(settings, NOW - 5 * MINUTE)
    past.job(settings, NOW, state="running", worker_id=dead)

    (reason,) = health.examine(settings, clock=At(NOW)).reasons

    assert (reason.worker_id, reason.host, reason.jobs) == (dead, "elsewhere.example", 1)
    assert "holds 1 job that nobody has taken over" in reason.message


def test_deliveries_fail_and_wait(settings: Settings):
    for channel in ("email", "email", "webhook"):
        past.delivery(settings, NOW - MINUTE, "failed", channel=channel)
    past.delivery(settings, None, "waiting", created_at=NOW, due_at=NOW - 20 * MINUTE)
    past.delivery(settings, None, "waiting", created_at=NOW, due_at=NOW + 20 * MINUTE)
    event = {"type": "scan.imported", "happened_at": NOW - 2 * MINUTE, "facts": "{}", "is_read": False}
    past.insert(settings, "events", **event)

    found = reasons(settings)

    assert "3 deliveries failed, over email, webhook" in found["notifications:failed"].message
    assert "1 delivery should have gone out, the first 20 min ago" in found["notifications:overdue"].message
    assert "for 2 min" in found["notifications:unread"].message


@on_sqlite_only
def test_a_damaged_database(settings: Settings):
    for _ in range(500):
        past.ended_job(settings, NOW - timedelta(days=2))
    with driver.read(settings) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.dispose()
    path = settings.database_path
    content = bytearray(path.read_bytes())
    content[-8192 * 3 : -8192] = b"\x07" * 8192 * 2
    path.write_bytes(content)

    found = reasons(settings)

    assert "damaged" in found["database"].message
    assert "scanjobs db restore" in found["database"].hint


@on_sqlite_only
def test_a_database_that_is_none(settings: Settings):
    settings.home.mkdir()
    settings.database_path.write_text("This is a letter. " * 999)

    assert list(reasons(settings)) == ["database"]


def told(settings: Settings) -> list[dict[str, object]]:
    with driver.read(settings) as connection:
        rows = connection.execute("SELECT type, facts FROM events ORDER BY seq").fetchall()
    assert {type for type, _ in rows} <= {EventType.WORKER_UNHEALTHY}
    return [json.loads(facts) if isinstance(facts, str) else facts for _, facts in rows]


def test_an_alarm_is_told_once_and_again_when_it_comes_back(settings: Settings):
    job = past.job(settings, NOW - MINUTE)
    assert len(health.watch(settings, clock=At(NOW))) == 1
    health.watch(settings, clock=At(NOW + 5 * MINUTE))

    (event,) = told(settings)
    assert event["jobs"] == 1
    assert "No worker serves the queue default" in event["reasons"][0]
    assert alarms.raised(settings) == {"no_worker:default": NOW}

    with driver.write(settings) as connection:
        connection.execute("UPDATE jobs SET state = 'succeeded' WHERE id = ?", [job])
    assert health.watch(settings, clock=At(NOW + 10 * MINUTE)) == []
    assert alarms.raised(settings) == {}

    past.job(settings, NOW)
    health.watch(settings, clock=At(NOW + 15 * MINUTE))
    assert len(told(settings)) == 2


def test_a_look_that_the_database_cut_short_takes_no_alarm_back(settings: Settings, monkeypatch):
    past.job(settings, NOW - MINUTE)
    health.watch(settings, clock=At(NOW))

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("It has been locked for too long.")

    with monkeypatch.context() as locked:
        locked.setattr(health, "condition", refuse)
        health.watch(settings, clock=At(NOW))
        assert set(alarms.raised(settings)) == {"database", "no_worker:default"}
    health.watch(settings, clock=At(NOW))

    assert set(alarms.raised(settings)) == {"no_worker:default"}
    with driver.read(settings) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 2


def test_what_joins_an_alarm_is_told_alone(settings: Settings):
    past.job(settings, NOW - MINUTE)
    health.watch(settings, clock=At(NOW))
    past.job(settings, NOW - MINUTE, queue="reports")
    health.watch(settings, clock=At(NOW))

    assert ["reports" in event["reasons"][0] for event in told(settings)] == [False, True]


def test_both_watchers_leave_each_others_alarms_alone(settings: Settings):
    past.job(settings, NOW - MINUTE)
    past.delivery(settings, None, "waiting", created_at=NOW, due_at=NOW - 20 * MINUTE)
    for _ in range(2):
        health.watch(settings, clock=At(NOW))
        health.watch_notifications(settings, clock=At(NOW))

    assert set(alarms.raised(settings)) == {"no_worker:default", "notifications:overdue"}
    assert len(told(settings)) == 2
