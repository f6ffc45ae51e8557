"""A submitter of the chaos driver: submits a mixture of jobs, and notes each id once submit has returned."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import chaos_tasks
from benchmarks.chaos_tasks import note
from scanjobs import config, tasks
from scanjobs.db import scans
from scanjobs.domain.reports import ReportFormat
from scanjobs.errors import JobError, StorageError
from scanjobs.jobs import control, monitor

REMEMBERED = 20
"""How many of its last jobs it might cancel."""


class Submitter:
    """Submits at a steady rate and makes up for the time it was held up."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)
        self._settings = config.current()
        self._scans = [scan.id for scan in scans.list_scans(self._settings)]
        self._recent: list[str] = []

    def run(self, rate: float, until: float) -> None:
        """Submit `rate` jobs a second until this monotonic moment."""
        began_at, done = time.monotonic(), 0
        while (now := time.monotonic()) < until:
            if done >= (now - began_at) * rate:
                time.sleep(0.01)
                continue
            try:
                done += self._move()
            except StorageError as error:
                # It was not accepted, and whoever submitted it knows.
                note("refused", error=error.message)
                time.sleep(0.1)

    def _move(self) -> int:
        """Submit something; answers how many jobs that were."""
        moves: list[tuple[int, Callable[[], int]]] = [
            (26, self._one),
            (3, self._many),
            (30, self._sleeper),
            (5, lambda: self._accepted("fails", chaos_tasks.fail().id)),
            (7, lambda: self._accepted("stumbles", chaos_tasks.stumble(self._chance.randint(1, 3)).id)),
            (1, lambda: self._accepted("hangs", chaos_tasks.hang().id)),
            (5, self._parent),
            (7, self._pipeline),
            (9, self._report),
            (4, self._later),
            (3, self._cancel),
        ]
        weights, calls = zip(*moves, strict=True)
        (call,) = self._chance.choices(calls, weights)
        return call()

    def _accepted(self, kind: str, *ids: str, chain: list[str] | None = None) -> int:
        note("accepted", durable=True, ids=ids, kind=kind, chain=chain)
        self._recent = [*self._recent, *ids][-REMEMBERED:]
        return len(ids)

    def _one(self) -> int:
        task = self._chance.choice([chaos_tasks.nothing, chaos_tasks.ring_out])
        return self._accepted("no-op", task(self._chance.randrange(1000)).id)

    def _many(self) -> int:
        jobs = chaos_tasks.nothing.map(range(self._chance.randint(5, 15)))
        return self._accepted("no-op in bulk", *(job.id for job in jobs))

    def _sleeper(self) -> int:
        return self._accepted("sleeper", chaos_tasks.sleep(round(self._chance.uniform(0.005, 0.5), 3)).id)

    def _parent(self) -> int:
        return self._accepted("submits others", chaos_tasks.submit_others(self._chance.randint(1, 4)).id)

    def _pipeline(self) -> int:
        first = chaos_tasks.add.s(1, 2).then(chaos_tasks.add, 3).then(chaos_tasks.add, 4)
        chain, step = [], first
        while step is not None:
            chain.append(step.id)
            step = step.on_complete
        return self._accepted("pipeline", tasks.queue.enqueue(first).id, chain=chain)

    def _report(self) -> int:
        scan_id = self._chance.choice(self._scans)
        formats = self._chance.sample(list(ReportFormat), self._chance.randint(1, 2))
        folder = self._settings.reports_folder / f"for-{self._chance.randrange(30)}"
        output = f"{folder}/" if self._chance.random() < 0.7 else None
        # One that waits already is answered with the job that waits.
        jobs = tasks.submit_reports(scan_id, formats, output)
        return self._accepted("report", *(job.id for job in jobs))

    def _later(self) -> int:
        job = chaos_tasks.nothing(0, delay=round(self._chance.uniform(0.5, 5), 1))
        return self._accepted("scheduled", job.id)

    def _cancel(self) -> int:
        if self._recent:
            job = monitor.job(self._settings, self._chance.choice(self._recent))
            try:
                control.cancel(self._settings, job, terminate=self._chance.random() < 0.5)
            except JobError:
                return 0  # it has ended already
            note("cancelled", id=job.id)
        return 0


def main() -> None:
    """Submit until the time has come or somebody kills this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--rate", type=float, required=True, help="jobs a second")
    parser.add_argument("--until", type=float, required=True, help="a monotonic moment")
    options = parser.parse_args()
    while time.monotonic() < options.until:
        try:
            submitter = Submitter(options.seed)
        except StorageError as error:
            note("refused", error=error.message)
            continue
        submitter.run(options.rate, options.until)


if __name__ == "__main__":
    if not Path(config.current().home).is_dir():
        raise SystemExit("The chaos driver starts this; see `python benchmarks/chaos.py --help`.")
    main()
