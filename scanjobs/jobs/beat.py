"""Runs the schedule alone: a process that only turns slots into jobs, for workers elsewhere."""

from __future__ import annotations

import signal
import threading

from scanjobs.config import Settings
from scanjobs.db.connection import identity
from scanjobs.errors import DatabaseGoneError, StorageError
from scanjobs.jobs import schedule, schedule_recorder
from scanjobs.jobs.ticker import LOOK_SECONDS, Ticker


def run(ticker: Ticker, settings: Settings) -> None:
    """Run the schedule until SIGINT or SIGTERM.

    Raises:
        DatabaseGoneError: the database was deleted or replaced.
    """
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    entries = schedule.entries(settings)
    database = identity(settings)
    schedule_recorder.beat_started(len(entries))
    jobs = 0
    while not asked.is_set():
        if identity(settings) != database:
            raise DatabaseGoneError(f"The database {settings.database_path} was deleted or replaced.")
        try:
            jobs += ticker.step()
            asked.wait(ticker.seconds_to_next())
        except StorageError as error:
            schedule_recorder.storage_refused(error)
            asked.wait(LOOK_SECONDS)
    schedule_recorder.beat_stopped(jobs)


def run_once(ticker: Ticker) -> int:
    """Serve all that is due now; answers how many jobs that made.

    Raises:
        StorageError: the database refused.
    """
    jobs = ticker.step()
    while ticker.seconds_to_next() == 0:
        made = ticker.step()
        jobs += made
    return jobs
