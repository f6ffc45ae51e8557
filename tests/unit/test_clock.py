"""A clock that is shared through a file: whoever opens it agrees on the time."""

from __future__ import annotations

import struct
import subprocess
import sys
import time

import pytest

from scanjobs import config
from scanjobs.domain.clock import SharedClock, SystemClock
from scanjobs.errors import ConfigurationError


def test_it_shows_the_time_of_this_host_until_it_is_moved(tmp_path):
    clock = SharedClock(tmp_path / "clock")
    before = time.time()

    assert before <= clock.timestamp() <= time.time()


def test_moving_it_moves_it_for_other_processes(tmp_path):
    clock = SharedClock(tmp_path / "clock")
    program = "import time; from scanjobs import config; print(config.now().timestamp() - time.time())"
    environment = {"SCANJOBS_CLOCK_FILE": str(tmp_path / "clock"), "SCANJOBS_HOME": str(tmp_path)}

    def shift_seen_elsewhere():
        told = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        return round(float(told.stdout))

    clock.forward(86_400)
    assert shift_seen_elsewhere() == 86_400
    clock.forward(-2 * 86_400)
    assert shift_seen_elsewhere() == -86_400


def test_without_a_file_it_is_the_clock_of_this_host(tmp_path):
    assert isinstance(config.load({"home": tmp_path}, {}).clock, SystemClock)


@pytest.mark.parametrize("said", [b"nonsense", b"abc", struct.pack("<d", float("nan")), b"a note of mine"])
def test_a_file_that_is_no_clock_is_told_and_stays_as_it_is(tmp_path, said):
    path = tmp_path / "clock"
    path.write_bytes(said)

    with pytest.raises(ConfigurationError, match="no clock file"):
        _ = config.load({"home": tmp_path, "clock_file": str(path)}, {}).clock
    assert path.read_bytes() == said


def test_a_clock_that_cannot_be_opened_is_told(tmp_path):
    settings = config.load({"home": tmp_path, "clock_file": str(tmp_path / "no" / "clock")}, {})

    with pytest.raises(ConfigurationError, match="clock file"):
        _ = settings.clock
