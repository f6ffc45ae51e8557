"""The schedule in real processes: several at once, one of them killed, and each slot is run once."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanjobs import config
from scanjobs.domain.clock import SharedClock
from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import CatchUp, Declaration, Overlap
from scanjobs.jobs import monitor, schedule
from scanjobs.jobs.rows import select
from tests.conftest import SCANJOBS, on_sqlite_only, wait_until


@pytest.fixture
def beat():
    """Start schedulers that run no jobs, and are gone when the test ends."""
    started = []

    def start(*arguments):
        process = subprocess.Popen([*SCANJOBS, "beat", *arguments], stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def add(settings, name, when, **changes):
    values = {"kwargs": {"word": name}, "zone": "UTC", "overlap": Overlap.ALLOW, "catch_up": CatchUp.ALL}
    return schedule.add(
        settings, Declaration(name=name, task="tests.fakes.echo", when=when, **(values | changes))
    )


def slots(settings, name):
    """The slots of an entry that became jobs."""
    values = {"id": schedule.entry(settings, name).id}
    found = select(settings, "SELECT slot FROM jobs WHERE schedule_id = :id ORDER BY slot", values)
    return [datetime.fromtimestamp(slot, UTC) for (slot,) in found]


def test_three_schedulers_one_of_them_killed_run_each_slot_once(
    settings, worker, beat, tmp_path, monkeypatch
):
    """Two workers and a beat; a worker is killed in the midst; the clock jumps forward by 30 hours."""
    monkeypatch.setenv("SCANJOBS_CLOCK_FILE", str(tmp_path / "clock"))
    settings = config.use(config.load())
    clock = SharedClock(Path(settings.clock_file))
    names = ["star", "every", "hourly"]
    first = {
        "star": add(settings, "star", "* * * * * *").next_at,
        "every": add(settings, "every", "every 1s").next_at,
        "hourly": add(settings, "hourly", "0 * * * *").next_at,
    }
    beat()
    victim, _ = worker(schedule=True), worker(schedule=True)
    wait_until(lambda: len(slots(settings, "star")) > 3, "slots are run")

    victim.kill()
    before = len(slots(settings, "star"))
    wait_until(lambda: len(slots(settings, "star")) > before + 1, "the others go on")
    for name in names[:2]:
        schedule.pause(settings, name)
    clock.forward(30 * 3600)
    wait_until(lambda: len(slots(settings, "hourly")) >= 30, "missed hours are made up for")

    step = {"star": timedelta(seconds=1), "every": timedelta(seconds=1), "hourly": timedelta(hours=1)}
    for name in names:
        found = slots(settings, name)
        assert found == [first[name] + number * step[name] for number in range(len(found))], name
        assert len(found) == schedule.entry(settings, name).runs
    wait_until(
        lambda: all(one.state is JobState.SUCCEEDED for one in monitor.jobs(settings, limit=1000)),
        "all jobs are done",
    )


def test_beat_wakes_a_worker_that_runs_no_schedule(settings, worker, beat):
    add(settings, "often", "every 1s")
    process = worker("--no-schedule")
    time.sleep(2.2)
    assert slots(settings, "often") == []

    alone = beat()
    wait_until(
        lambda: [one.state for one in monitor.jobs(settings)].count(JobState.SUCCEEDED) > 2, "jobs are run"
    )

    alone.send_signal(signal.SIGTERM)
    _, log = alone.communicate(timeout=20)
    assert alone.returncode == 0
    assert f"Beat runs the schedule of {len(schedule.entries(settings))} entries" in log
    assert "often is due" in log
    assert "Beat stopped after" in log
    assert process.stop() == 0


def test_an_entry_that_is_added_while_a_worker_idles_is_run(settings, worker):
    worker(schedule=True)

    add(settings, "later", "every 1s")

    wait_until(lambda: schedule.entry(settings, "later").last_outcome == "succeeded", "it was run")


def test_a_draining_worker_runs_no_schedule(settings, worker):
    add(settings, "often", "every 1s")
    time.sleep(1.2)

    assert worker("--drain", ready=False, schedule=True).wait() == 0

    assert slots(settings, "often") == []


def test_beat_once_submits_what_is_due_and_ends(settings, beat):
    add(settings, "often", "every 1s", catch_up=CatchUp.ONCE)
    time.sleep(2.2)

    process = beat("--once")
    process.communicate(timeout=20)

    assert process.returncode == 0
    assert len(slots(settings, "often")) in (1, 2)


@on_sqlite_only
def test_beat_ends_when_its_database_is_gone(settings, beat):
    add(settings, "often", "every 1h")
    process = beat()
    assert "Beat runs" in process.stderr.readline()

    settings.database_path.rename(settings.home / "elsewhere.db")

    _, log = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "deleted or replaced" in log
