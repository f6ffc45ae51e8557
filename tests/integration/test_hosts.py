"""Workers on several hosts with one PostgreSQL server: each job has one outcome, whatever is cut off."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import control, monitor
from tests import fakes
from tests.conftest import SCANJOBS, wait_until
from tests.postgres import PrivateServer, end_connections


@pytest.fixture
def database() -> str:
    """Several hosts share a server, never a file."""
    return "postgresql"


OUTCOMES = ("succeeded", "failed", "cancelled")
LEASE = {"SCANJOBS_LEASE_SECONDS": "2"}


class Host:
    """A data folder of its own, with the worker that runs there."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.environment = {**os.environ, **LEASE, "SCANJOBS_HOME": str(folder), **settings}
        self.log = folder.with_suffix(".log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*SCANJOBS, "worker", "-c", "2"],
                env=self.environment,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def told(self, words: str) -> bool:
        """Whether its log has these words."""
        return words in self.log.read_text()

    def signal(self, number: int) -> None:
        """To the worker and its children."""
        os.killpg(self.process.pid, number)
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            os.kill(int(child), number)


@pytest.fixture
def host(settings: Any, tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """Start workers in data folders of their own; they are gone when the test ends."""
    started: list[Host] = []

    def start(name: str, **changes: str) -> Host:
        made = Host(tmp_path / name, **changes)
        started.append(made)
        wait_until(lambda: made.told("serves"), f"the worker of {name} is ready")
        return made

    yield start
    for made in started:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait(10)


def starts(folder: Path, pattern: str = "*") -> int:
    return len(list(folder.glob(f"{pattern}.start.*")))


def outcomes(settings: Any, job: Any) -> list[str]:
    return [event.event for event in monitor.job(settings, job.id).events if event.event in OUTCOMES]


def test_hosts_share_the_work(host, tmp_path, settings):
    traces = tmp_path / "traces"
    traces.mkdir()
    hosts = [host("here"), host("there")]

    jobs = [fakes.trace(str(traces), f"job{number}", 0.1) for number in range(40)]
    for job in jobs:
        job.get(timeout=60)

    assert starts(traces) == 40
    assert {monitor.job(settings, job.id).worker_id for job in jobs} == {
        one.id for one in monitor.workers(settings)
    }
    assert [list((tmp_path / name / "workers").iterdir()) != [] for name in ("here", "there")] == [True, True]
    assert all(one.process.poll() is None for one in hosts)


@pytest.mark.parametrize("how", ["its wire is cut", "it stands still"])
def test_a_host_that_is_cut_off_and_returns_changes_no_outcome(host, tmp_path, settings, wire, how):
    """Its jobs are done elsewhere when its leases have ended; what it says afterwards is not heard."""
    traces = tmp_path / "traces"
    traces.mkdir()
    far = host("far", SCANJOBS_DATABASE_URL=wire.url)
    jobs = [fakes.trace(str(traces), f"job{number}", 4.0) for number in range(2)]
    wait_until(lambda: starts(traces) == 2, "both have started far away")
    far_id = monitor.job(settings, jobs[0].id).worker_id
    if how == "its wire is cut":
        wire.cut()
    else:
        far.signal(signal.SIGSTOP)

    host("near")
    wait_until(lambda: starts(traces) == 4, "they were taken over")
    if how == "its wire is cut":
        wait_until(lambda: len(list(traces.glob("*.end.*"))) >= 2, "the far ones have ended, unheard")
        wire.mend()
    else:
        far.signal(signal.SIGCONT)

    assert [job.get(timeout=30) for job in jobs] == ["job0", "job1"]
    wait_until(lambda: far.told("had been taken over"), "the far worker was refused", 30)
    for job in jobs:
        record = monitor.job(settings, job.id)
        assert outcomes(settings, job) == ["succeeded"]
        assert (record.rescues, record.attempt, record.worker_id != far_id) == (1, 1, True)
    assert fakes.add(1, 2).get(timeout=20) == 3
    assert far.process.poll() is None


def test_a_server_that_ends_every_connection_loses_nothing(host, tmp_path, settings):
    """Again and again, while jobs are submitted, claimed and ended."""
    traces = tmp_path / "traces"
    traces.mkdir()
    host("here")
    host("there")
    jobs = []
    for number in range(60):
        jobs.append(fakes.trace(str(traces), f"job{number}", 0.02))
        if number % 6 == 0:
            end_connections(settings.database_url)

    for job in jobs:
        job.get(timeout=60)

    assert {job.state for job in jobs} == {JobState.SUCCEEDED}
    assert all(outcomes(settings, job) == ["succeeded"] for job in jobs)


def test_a_server_that_is_started_again_loses_nothing(tmp_path, settings, host, monkeypatch):
    from scanjobs import config

    with PrivateServer() as server:
        monkeypatch.setenv("SCANJOBS_DATABASE_URL", server.url)
        mine = config.use(config.load())
        traces = tmp_path / "traces"
        traces.mkdir()
        worker = host("here")
        running = fakes.trace(str(traces), "running", 3.0)
        wait_until(lambda: starts(traces) == 1, "it has started")
        waiting = [fakes.trace(str(traces), f"waiting{number}") for number in range(4)]

        server.restart()
        later = fakes.add(1, 2)

        assert running.get(timeout=30) == "running"
        assert [job.get(timeout=30) for job in waiting] == [f"waiting{number}" for number in range(4)]
        assert later.get(timeout=30) == 3
        assert outcomes(mine, running) == ["succeeded"]
        server.restart("immediate")  # as a loss of power
        assert later.state is JobState.SUCCEEDED
        assert fakes.add(2, 2).get(timeout=30) == 4
        worker.process.terminate()
        assert worker.process.wait(20) == 0


def test_a_worker_whose_tables_are_gone_says_so_and_ends(host, settings):
    lost = host("here")
    with driver.write(settings) as database:
        database.execute("DROP TABLE jobs")

    assert lost.process.wait(20) == 3
    assert lost.told("are gone")


def test_a_job_can_be_cancelled_from_another_host(host, tmp_path, settings):
    traces = tmp_path / "traces"
    traces.mkdir()
    host("far")
    job = fakes.trace(str(traces), "long", 60)
    wait_until(lambda: starts(traces) == 1, "it has started")

    control.cancel(settings, monitor.job(settings, job.id))

    wait_until(lambda: job.state is JobState.CANCELLED, "it was cancelled", 10)
