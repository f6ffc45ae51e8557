"""Loaded by workers of tests: whoever writes a report dies at its record, as the environment says."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from scanjobs.db import reports

MODULE = "tests.dying"
DIES, TRACES = "DYING_REPORTS", "DYING_TRACES"
"""`worker before`, `worker after`: its worker is killed once, before or after the record. `child`: it dies,
each time. In the other folder each leaves a trace."""

_complete = reports.complete_report


def _complete_or_die(*arguments: Any, **options: Any) -> bool:
    how, traces = os.environ.get(DIES), Path(os.environ[TRACES])
    is_first = not list(traces.iterdir())
    (traces / str(time.monotonic_ns())).touch()
    if how == "child":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "worker before" and is_first:
        _kill_worker()
    answer = _complete(*arguments, **options)
    if how == "worker after" and is_first:
        _kill_worker()
    return answer


def _kill_worker() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)  # it dies with it


if DIES in os.environ:  # not in the test itself
    reports.complete_report = _complete_or_die
