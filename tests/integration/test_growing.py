"""A real worker that grows while jobs wait and shrinks after a quiet while."""

from __future__ import annotations

import json

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from tests import fakes
from tests.conftest import wait_until


def events(process):
    return [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("pool", ["process", "thread"])
def test_it_grows_for_a_backlog_and_shrinks_when_quiet(
    worker, scanjobs, settings, tmp_path, monkeypatch, pool
):
    monkeypatch.setenv("SCANJOBS_LOG_FORMAT", "json")
    process = worker("--autoscale", "3,1", "--pool", pool)
    assert monitor.workers(settings)[0].children == 1

    jobs = [fakes.meet(str(tmp_path), f"job{number}", 3) for number in range(3)]  # takes three at once

    places = {job.get(timeout=30) for job in jobs}
    assert len(places) == 3
    wait_until(lambda: monitor.workers(settings)[0].children == 3, "it says that it has grown")
    assert "0/3" in scanjobs("status").stdout
    wait_until(lambda: monitor.workers(settings)[0].children == 1, "it has shrunk", 40)
    assert "0/1 of 3" in scanjobs("status").stdout
    assert fakes.add(1, 2).get(timeout=20) == 3
    process.stop()
    resized = [(e["event"], e["children"]) for e in events(process) if e["event"].startswith("pool_")]
    assert resized == [("pool_grown", 2), ("pool_grown", 3), ("pool_shrunk", 2), ("pool_shrunk", 1)]
    assert not [e for e in events(process) if e["event"] == "child_died"]


def test_a_busy_child_never_leaves(worker, settings, tmp_path):
    worker("--autoscale", "2,1")
    long, short = (fakes.wait_for_go(str(tmp_path), name) for name in ("long", "short"))
    wait_until(lambda: long.state is short.state is JobState.RUNNING, "both run")

    (tmp_path / "short").touch()

    wait_until(lambda: monitor.workers(settings)[0].children == 1, "one child has left", 40)
    assert long.state is JobState.RUNNING
    (tmp_path / "long").touch()
    assert long.get(timeout=20) == "long"
    assert monitor.job(settings, long.id).attempt == 1


def test_the_share_of_a_queue_is_no_reason_to_grow(worker, settings, tmp_path):
    worker("--autoscale", "4,1", "-q", "default=1", "-q", "reports")
    running, waiting = (fakes.wait_for_go(str(tmp_path), name) for name in ("running", "waiting"))
    wait_until(lambda: running.state is JobState.RUNNING, "one runs")
    (tmp_path / "running").touch()
    (tmp_path / "waiting").touch()

    assert waiting.get(timeout=20) == "waiting"
    assert monitor.workers(settings)[0].children == 1


@pytest.mark.parametrize("words", ["10", "3,10", "ten,three", "0,0", "10,0"])
def test_what_is_no_span_is_refused(scanjobs, words):
    refused = scanjobs("worker", "--autoscale", words)

    assert refused.returncode == 2
    assert "10,3" in refused.stderr


def test_concurrency_and_autoscale_exclude_each_other(scanjobs):
    refused = scanjobs("worker", "--autoscale", "10,3", "-c", "2")

    assert refused.returncode == 2
    assert "exclude each other" in refused.stderr
