"""A submitter of the chaos driver: submits a mixture of jobs, and notes each id once submit has returned."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from huey.api import Task, chord

from benchmarks.chaos_driver import tasks as ours
from benchmarks.chaos_driver.tasks import note
from scanjobs import config, tasks
from scanjobs.db import scans
from scanjobs.domain.jobs import JobRecord, JobState
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
        self._offered: Sequence[str] = ()
        """What is being submitted, by the ids it has before anybody has accepted it."""

    def run(self, rate: float, until: float) -> None:
        """Submit `rate` jobs a second until this monotonic moment."""
        began_at, done = time.monotonic(), 0
        while (now := time.monotonic()) < until:
            if done >= (now - began_at) * rate:
                time.sleep(0.01)
                continue
            self._offered = ()
            try:
                done += self._move()
            except StorageError as error:
                # It was not accepted, and whoever submitted it knows: it must not be there.
                note("refused", error=error.message, ids=self._offered)
                time.sleep(0.1)

    def _move(self) -> int:
        """Submit something; answers how many jobs that were."""
        moves: list[tuple[int, Callable[[], int]]] = [
            (26, self._one),
            (3, self._many),
            (30, self._sleeper),
            (5, lambda: self._submit("fails", ours.fail.signature())),
            (7, lambda: self._submit("stumbles", ours.stumble.signature(self._chance.randint(1, 3)))),
            (1, lambda: self._submit("hangs", ours.hang.signature())),
            (5, self._parent),
            (7, self._pipeline),
            (4, self._chord),
            (9, self._report),
            (4, self._later),
            (8, self._cancel),
        ]
        weights, calls = zip(*moves, strict=True)
        (call,) = self._chance.choices(calls, weights)
        return call()

    def _submit(self, kind: str, *calls: Task) -> int:
        self._offered = [call.id for call in calls]
        tasks.queue.enqueue_many(calls) if len(calls) > 1 else tasks.queue.enqueue(*calls)
        return self._accepted(kind, *self._offered)

    def _accepted(
        self, kind: str, *ids: str, chain: list[str] | None = None, chord: list[str] | None = None
    ) -> int:
        note("accepted", durable=True, ids=ids, kind=kind, chain=chain, chord=chord)
        self._recent = [*self._recent, *ids][-REMEMBERED:]
        return len(ids)

    def _one(self) -> int:
        task = self._chance.choice([ours.nothing, ours.ring_out])
        return self._submit("no-op", task.signature(self._chance.randrange(1000)))

    def _many(self) -> int:
        numbers = range(self._chance.randint(5, 15))
        return self._submit("no-op in bulk", *map(ours.nothing.signature, numbers))

    def _sleeper(self) -> int:
        return self._submit("sleeper", ours.sleep.signature(round(self._chance.uniform(0.005, 0.5), 3)))

    def _parent(self) -> int:
        return self._submit("submits others", ours.submit_others.signature(self._chance.randint(1, 4)))

    def _pipeline(self) -> int:
        first = ours.add.s(1, 2).then(ours.add, 3).then(ours.add, 4)
        chain, step = [], first
        while step is not None:
            chain.append(step.id)
            step = step.on_complete
        self._offered = chain
        return self._accepted("pipeline", tasks.queue.enqueue(first)[0].id, chain=chain)

    def _chord(self) -> int:
        """Members that sleep, fail, and go on in two steps; the callback begins when all have ended."""
        members = [ours.sleep.s(round(self._chance.uniform(0.005, 0.3), 3)) for _ in range(3)]
        members += [ours.fail.s(), ours.add.s(1, 2).then(ours.add, 3)]
        asked = chord(self._chance.sample(members, self._chance.randint(1, 5)), ours.gather.s())
        self._offered = [asked.callback.id, *(member.id for member in asked.tasks)]
        made = tasks.queue.enqueue(asked)
        ids = [member.id for member in made.members]
        return self._accepted("chord", made.id, *ids, chord=[made.id, *ids])

    def _report(self) -> int:
        scan_id = self._chance.choice(self._scans)
        formats = self._chance.sample(list(ReportFormat), self._chance.randint(1, 2))
        folder = self._settings.reports_folder / f"for-{self._chance.randrange(30)}"
        output = f"{folder}/" if self._chance.random() < 0.7 else None
        # One that waits already is answered with the job that waits.
        jobs = tasks.submit_reports(scan_id, formats, output)
        return self._accepted("report", *(job.id for job in jobs))

    def _later(self) -> int:
        wait = round(self._chance.uniform(0.5, 5), 1)
        return self._submit("scheduled", ours.nothing.signature(0, delay=wait))

    def _cancel(self) -> int:
        job = self._someone()
        if job is not None:
            try:
                at_once = control.cancel(self._settings, job, terminate=self._chance.random() < 0.5)
            except JobError:
                return 0  # it has ended already
            note("cancelled", id=job.id, at=time.time(), at_once=at_once)
        return 0

    def _someone(self) -> JobRecord | None:
        """One of its last jobs, or one that runs: most often that of a worker which stands still."""
        if self._recent and self._chance.random() < 0.5:
            return monitor.job(self._settings, self._chance.choice(self._recent))
        running = monitor.jobs(self._settings, state=JobState.RUNNING)
        return self._chance.choice(running) if running else None


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
            note("refused", error=error.message, ids=[])
            continue
        submitter.run(options.rate, options.until)


if __name__ == "__main__":
    if not Path(config.current().home).is_dir():
        raise SystemExit("The chaos driver starts this; see `python benchmarks/chaos.py --help`.")
    main()
