"""Fixtures for every floor: a data folder of one's own, the command line as a process, a real worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from scanjobs import config
from scanjobs.config import Settings
from scanjobs.db import session
from tests.chromium import require_chromium
from tests.postgres import fresh_schema
from tests.wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# How long something takes says more of the machine than of us.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")

SCANJOBS = [sys.executable, "-m", "scanjobs"]


def wait_until(holds: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Look until something holds, and fail the test with its name when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = holds()
        if answer:
            return answer
        time.sleep(0.02)
    pytest.fail(f"within {seconds:g} seconds: {what}")


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database a test has; floors that test the queue have every test on each kind."""
    return str(getattr(request, "param", "sqlite"))


on_sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what only a file can do, or have done to it."""
on_postgres_only = pytest.mark.parametrize("database", DATABASES[1:], indirect=True)
"""For what only a server can do."""


@pytest.fixture
def database_url(database: str) -> Iterator[str | None]:
    """Where the database of this test is; None is a file in its data folder."""
    if database == "sqlite":
        yield None
    else:
        with fresh_schema() as url:
            yield url


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str | None) -> Iterator[Settings]:
    """The settings of a data folder of this test's own, in use in this process and in those it starts."""
    for name in list(os.environ):
        if name.startswith("SCANJOBS_") and name not in (
            "SCANJOBS_SAMPLES",
            "SCANJOBS_REQUIRE",
            "SCANJOBS_CHROMIUM",
            "SCANJOBS_TEST_POSTGRES",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCANJOBS_HOME", str(tmp_path / "home"))
    if database_url is not None:
        monkeypatch.setenv("SCANJOBS_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "100")
    yield config.use(config.load())
    session.dispose()
    config.use(config.load(environment={}))


@pytest.fixture
def wire(settings: Settings) -> Iterator[Wire]:
    """A wire to the server of this test, which can be cut."""
    wire = Wire(settings.database_url)
    yield wire
    session.dispose()
    wire.close()


@pytest.fixture
def scanjobs(settings: Settings) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a user does, in a process of its own."""

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*SCANJOBS, *map(str, arguments)], capture_output=True, text=True, timeout=90, **options
        )

    return run


class WorkerProcess:
    """A real worker in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*SCANJOBS, "worker", *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.log = ""

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to leave; answers its exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self, seconds: float = 30) -> int:
        _, told = self.process.communicate(timeout=seconds)
        self.log += told or ""
        return self.process.returncode


@pytest.fixture
def worker(settings: Settings) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers that are gone when the test ends."""
    from scanjobs.jobs import monitor

    started: list[WorkerProcess] = []

    def start(*arguments: str, ready: bool = True, schedule: bool = False) -> WorkerProcess:
        known = {one.pid for one in monitor.workers(settings)}
        # Entries of every five minutes would run beside some test or other.
        process = WorkerProcess(*arguments, *([] if schedule else ["--no-schedule"]))
        started.append(process)
        if ready:
            wait_until(
                lambda: any(one.pid == process.pid and one.is_alive for one in monitor.workers(settings)),
                f"a worker is ready beside {known}",
            )
        return process

    yield start
    for process in started:
        if process.process.poll() is None:
            process.kill()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one Playwright of this process; a second one beside it refuses to start."""
    require_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started
