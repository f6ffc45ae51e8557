"""Half a minute of chaos: whatever is killed, stopped, locked or filled, every job has one outcome."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"


@pytest.mark.timeout(180)
def test_half_a_minute_of_chaos_loses_nothing():
    arguments = ["--seconds", "30", "--jobs", "600", "--seed", "7"]
    with subprocess.Popen(
        [sys.executable, CHAOS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as driver:
        try:
            told, _ = driver.communicate(timeout=165)
        finally:
            driver.terminate()  # it ends its workers

    assert driver.returncode == 0, told
    figures = dict(line.rsplit(maxsplit=1) for line in told.splitlines() if "  " in line)
    assert int(figures["jobs in the database"]) > 200
    assert int(figures["supervisors killed"]) > 0
    assert int(figures["violations"]) == 0
