"""Keeps the table of jobs small: return values expire, history goes, a little at a time."""

from __future__ import annotations

import time

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.clock import Clock
from scanjobs.jobs import limit_statements, statements

PAUSE_SECONDS = 60.0
"""Between two sweeps; while there is more to do, each look does another step."""
STEP = 500
"""Rows in one transaction: well under 50 ms."""


class Pruner:
    """Does one small step whenever it is asked and it is time."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._next_at = 0.0

    def step(self) -> int:
        """Forget expired results and delete old rows; answers how many rows it touched."""
        if time.monotonic() < self._next_at:
            return 0
        touched = prune(self._settings, self._clock)
        self._next_at = time.monotonic() + (0.0 if touched >= STEP else PAUSE_SECONDS)
        return touched


def prune(settings: Settings, clock: Clock) -> int:
    """One step: at most 500 results forgotten and 500 jobs deleted."""
    now = clock.timestamp()
    history = now - settings.history_days * 86_400
    with driver.write(settings) as connection:
        forgotten = connection.execute(
            statements.FORGET_RESULTS,
            {"before": now - settings.result_seconds, "since": history, "limit": STEP},
        ).rowcount
        deleted = connection.execute(statements.DELETE_OLD_JOBS, {"before": history, "limit": STEP}).rowcount
        connection.execute(limit_statements.DELETE_OLD_KEY_STARTS, {"now": now})
        connection.execute(statements.DELETE_OLD_WORKERS, {"before": history})
    return max(forgotten, deleted)
