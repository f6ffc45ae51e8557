"""Under systemd: it is told when a worker is ready and alive, and SIGHUP makes the worker begin anew."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from tests import fakes
from tests.conftest import wait_until


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What a worker tells systemd, a message each."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(20)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    yield lambda: listener.recv(4096).decode()
    listener.close()


def until(told, word):
    """Hear messages until one begins so."""
    for _ in range(10_000):
        message = told()
        if message.startswith(word):
            return message
    raise AssertionError(word)


def test_systemd_is_told_when_a_worker_is_ready_alive_and_leaving(worker, told):
    process = worker("-q", "reports")

    assert until(told, "READY=1") == "READY=1\nSTATUS=Serving reports"
    assert until(told, "WATCHDOG=1")
    process.process.send_signal(signal.SIGTERM)
    assert until(told, "STOPPING=1")
    assert process.wait() == 0


def test_a_worker_begins_anew_when_its_jobs_have_finished(worker, told, tmp_path, settings):
    process = worker("-c", "1")
    until(told, "READY=1")
    (before,) = monitor.workers(settings)
    running = fakes.trace(str(tmp_path), "running", 1.0)
    wait_until(lambda: list(tmp_path.glob("running.start.*")), "the job has started")
    waiting = fakes.add(1, 2)

    process.process.send_signal(signal.SIGHUP)

    assert until(told, "RELOADING=1")
    until(told, "READY=1")
    assert running.state is JobState.SUCCEEDED
    assert running.record().attempt == 1
    assert waiting.get(timeout=20) == 3
    (after,) = monitor.workers(settings)
    assert (after.pid, after.id == before.id) == (process.pid, False)


@pytest.mark.parametrize("kind", ["user", "system"])
def test_a_unit_is_printed_that_systemd_understands(scanjobs, tmp_path, kind):
    printed = scanjobs("worker", "-q", "reports=1", "--systemd", kind, "-c", "3")

    assert printed.returncode == 0, printed.stderr
    assert "-m scanjobs worker -q reports=1 -c 3\n" in printed.stdout
    assert "Type=notify" in printed.stdout
    assert ("SCANJOBS_HOME=/var/lib/scanjobs" in printed.stdout) == (kind == "system")
    unit = tmp_path / "scanjobs.service"
    unit.write_text(printed.stdout)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed, so nobody has verified the unit")
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
