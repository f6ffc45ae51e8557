"""Two days of notifications on a fake clock: told once, told all, not in quiet hours, whoever is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MONTH = Path(__file__).parents[2] / "benchmarks" / "month.py"


@pytest.mark.timeout(400)
def test_two_days_of_notifications_lose_and_invent_nothing():
    arguments = ["--days", "2", "--sites", "5", "--subscribers", "10", "--seed", "3"]
    arguments += ["--kill-share", "0.2"]
    with subprocess.Popen(
        [sys.executable, MONTH, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as driver:
        try:
            told, _ = driver.communicate(timeout=380)
        finally:
            driver.terminate()  # it ends its worker

    assert driver.returncode == 0, told
    rows = [line.strip("|").split("|") for line in told.splitlines() if line.startswith("| ")]
    figures = {row[0].strip(): row[1].strip().replace(",", "") for row in rows}
    assert int(figures["messages told"]) > 20
    assert int(figures["senders killed after the receiver had taken the message"]) > 0
    assert (figures["lost"], figures["in quiet hours"]) == ("0", "0")
