"""One run from an empty folder to a database at rest."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chaos_driver.acts import Acts
from benchmarks.chaos_driver.crew import Crew
from benchmarks.chaos_driver.plan import Plan, environment
from benchmarks.chaos_driver.watch import ReportWatch
from scanjobs import config
from scanjobs.config import Settings
from scanjobs.db import scans, session
from scanjobs.jobs import monitor
from tests import factories

SCANS = 4


class Chaos:
    """One run in one folder: `run` does everything, `end` leaves no process behind."""

    def __init__(self, plan: Plan, folder: Path, *, disk: Path | None) -> None:
        """A run that is not started yet.

        Args:
            plan: How much of it.
            folder: An empty folder for everything; the data folder is `home` in it.
            disk: Where a small disk is mounted that may be filled; None where there is none.
        """
        self._plan = plan
        self.folder = folder
        self.disk = disk
        self.settings: Settings = config.load(environment=environment(plan, folder))
        self.crew = Crew(plan, folder)
        self.acts = Acts(self.crew, self.settings, random.Random(plan.seed), disk=disk)
        self.watch = ReportWatch(self.settings.reports_folder)
        self.drained_seconds: float | None = None
        """How long the workers took for what was left; None where they did not manage."""
        self.refused_to_drain: str | None = None
        """What the last worker said, where it did not end as one should that has nothing left to do."""

    def run(self) -> None:
        """Begin, make chaos, undo it, drain."""
        self._prepare()
        until = time.monotonic() + self._plan.seconds
        while (now := time.monotonic()) < until:
            self.crew.tend_workers()
            self.crew.tend_submitters(until)
            self.acts.step(now)
            self.watch.step(now)
            time.sleep(0.02)
        self.acts.undo()
        self._drain()

    def end(self) -> None:
        """Kill whatever still runs, and let go of the lock and the disk."""
        self.acts.undo()
        self.crew.end()
        session.dispose()

    def _prepare(self) -> None:
        for name in ("notes", "logs", "bells"):
            (self.folder / name).mkdir(mode=0o700)
        os.environ.update(environment(self._plan, self.folder))  # the bells of our own submits
        config.use(self.settings)
        for number in range(SCANS):
            cookies = [
                factories.labelled(factories.observed(f"cookie{one}")) for one in range(3 + 20 * number)
            ]
            identifier = f"5f3a9c1e-0000-4000-8000-{number:012}"
            scans.add_scan(
                self.settings, factories.scan_record(*cookies, id=identifier, created_at=datetime.now(UTC))
            )
        session.dispose()

    def _drain(self) -> None:
        """Let the submitters and then the workers finish; a last worker tidies up after the dead."""
        began_at = time.monotonic()
        until = began_at + self._plan.drain_seconds
        while self.crew.submitters() and time.monotonic() < until:
            time.sleep(0.05)
        while time.monotonic() < until:
            self.crew.tend_workers()
            waiting = monitor.queues(self.settings)
            if not any(queue.queued + queue.scheduled + queue.running for queue in waiting):
                self.drained_seconds = time.monotonic() - began_at
                break
            time.sleep(0.2)
        self.crew.dismiss()
        self.refused_to_drain = self.crew.drain()
        session.dispose()
