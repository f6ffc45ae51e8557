"""What is done to the processes, the database and the disk, and how it is undone."""

from __future__ import annotations

import errno
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from benchmarks.chaos_driver.crew import Crew, Process
from scanjobs.config import Settings
from scanjobs.db import driver

LOCK_SECONDS = (0.3, 6.0)
FULL_SECONDS = (1.0, 4.0)
STOP_LEASES = (1.2, 2.5)
"""For how many leases a worker is stopped."""
STOPPED_LIVE_ON = 0.8
"""How often a worker that stands still is not among those that may be killed."""

DONE = (
    "supervisors killed",
    "children killed",
    "submitters killed",
    "workers stopped beyond their lease",
    "of them continued",
    "workers asked to leave",
    "database locked",
    "disk filled",
    "host cut off beyond its leases",
    "connections dropped",
)
"""The names under which it is counted what was done."""


class Acts:
    """Does one thing after the other, each at its own irregular pace."""

    def __init__(self, crew: Crew, settings: Settings, chance: random.Random, *, disk: Path | None) -> None:
        """Nothing done yet.

        Args:
            crew: Whom it is done to.
            settings: Of the database that they share.
            chance: Decides what is done to whom.
            disk: Where a small disk is mounted that may be filled; None where there is none.
        """
        self._crew = crew
        self._settings = settings
        self._chance = chance
        self._disk = disk
        self._later: list[tuple[float, Callable[[], None]]] = []
        """What is to be undone, and when."""
        self._lock: sqlite3.Connection | None = None
        self._ballast: BinaryIO | None = None
        self._reader: sqlite3.Connection | None = None
        self._usual_gaps: dict[Callable[[], None], float] = {
            self.kill_supervisor: 4.0,
            self.kill_child: 1.5,
            self.kill_submitter: 6.0,
            self.stop_worker: 4.0,
            self.ask_to_leave: 20.0,
        }
        """Seconds between two times, on average."""
        if settings.database_path is None:
            self._usual_gaps |= {self.cut_off_host: 20.0, self.drop_connections: 15.0}
        else:
            self._usual_gaps[self.hold_lock] = 15.0
        if disk is not None and settings.database_path is not None:
            self._usual_gaps[self.fill_disk] = 18.0
        self._due: dict[Callable[[], None], float] = {}
        self.done: Counter[str] = Counter()
        """How often what was done."""
        self.killed: dict[str, float] = {}
        """When which worker was killed, by its name, in seconds since 1970."""

    def step(self, now: float) -> None:
        """Do whatever is due, and undo whatever has lasted long enough."""
        self.undo(now)
        for act in self._usual_gaps:
            at = self._due.setdefault(act, now + self._gap(act))
            if now >= at:
                act()
                self._due[act] = time.monotonic() + self._gap(act)

    def undo(self, now: float = float("inf")) -> None:
        """Undo what was done for a while; all of it unless told otherwise."""
        due = [call for at, call in self._later if at <= now]
        self._later = [(at, call) for at, call in self._later if at > now]
        for call in due:
            call()

    def kill_supervisor(self) -> None:
        """End a worker as the kernel does when memory runs out."""
        workers = self._crew.workers()
        if self._chance.random() < STOPPED_LIVE_ON:
            # Only who lives on can come back with the outcome of a job that somebody else has by now.
            workers = [worker for worker in workers if not worker.stopped]
        if workers:
            worker = self._chance.choice(workers)
            self._kill(worker, "supervisors killed")
            self.killed[worker.name] = time.time()

    def kill_submitter(self) -> None:
        """End a submitter in the same way."""
        if submitters := self._crew.submitters():
            self._kill(self._chance.choice(submitters), "submitters killed")

    def kill_child(self) -> None:
        """End one of the processes that run the jobs."""
        children = [pid for worker in self._crew.workers() for pid in worker.children()]
        if children:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(children), signal.SIGKILL)
                self.done["children killed"] += 1

    def stop_worker(self) -> None:
        """Stop a supervisor, at times with its children, until others must think that it is gone."""
        running = [worker for worker in self._crew.workers() if not worker.stopped]
        if not running:
            return
        worker = self._chance.choice(running)
        pids = [worker.popen.pid, *(worker.children() if self._chance.random() < 0.5 else [])]
        self._stop(worker, pids, self._chance.uniform(*STOP_LEASES))
        self.done["workers stopped beyond their lease"] += 1

    def cut_off_host(self) -> None:
        """Have a whole host stand still until its leases have ended, and come back."""
        workers = [worker for worker in self._crew.on_second_host() if not worker.stopped]
        for worker in workers:
            self._stop(worker, [worker.popen.pid, *worker.children()], 2.0)
        if workers:
            self.done["host cut off beyond its leases"] += 1

    def drop_connections(self) -> None:
        """Have the server end every connection of everybody, as its restart would."""
        with driver.read(self._settings) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        self.done["connections dropped"] += 1

    def ask_to_leave(self) -> None:
        """Send a worker the signal that service managers send."""
        if staying := [worker for worker in self._crew.workers() if not worker.ending]:
            worker = self._chance.choice(staying)
            worker.ending = True
            worker.popen.terminate()
            self.done["workers asked to leave"] += 1

    def hold_lock(self) -> None:
        """Keep everybody from reading and writing the database."""
        if self._lock is not None:
            return
        lock = sqlite3.connect(self._settings.database_path, timeout=1.0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:  # somebody else is busy with it, or the disk is full
            lock.close()
            return
        self._lock = lock
        self._later.append((time.monotonic() + self._chance.uniform(*LOCK_SECONDS), self._release_lock))
        self.done["database locked"] += 1

    def fill_disk(self) -> None:
        """Fill it to the last byte; a reader keeps SQLite from reusing its log, so that it must grow."""
        if self._disk is None or self._ballast is not None:
            return
        self._reader = sqlite3.connect(self._settings.database_path, isolation_level=None)
        with suppress(sqlite3.Error):
            self._reader.execute("BEGIN")
            self._reader.execute("SELECT count(*) FROM workers").fetchone()
        self._ballast = (self._disk / "ballast").open("wb", buffering=0)
        for size in (1 << 20, 4096, 1):
            try:
                while self._ballast.write(bytes(size)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        self._later.append((time.monotonic() + self._chance.uniform(*FULL_SECONDS), self._empty_disk))
        self.done["disk filled"] += 1

    def _stop(self, worker: Process, pids: list[int], leases: float) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        worker.stopped = pids
        seconds = self._settings.lease_seconds * leases
        self._later.append((time.monotonic() + seconds, lambda: self._continue(worker)))

    def _gap(self, act: Callable[[], None]) -> float:
        """Seconds to the next time: never regular, on average so many."""
        usual = self._usual_gaps[act]
        return min(self._chance.expovariate(1 / usual), 3 * usual)

    def _kill(self, process: Process, told: str) -> None:
        process.ending = True
        process.popen.kill()
        process.popen.wait()
        self.done[told] += 1

    def _continue(self, worker: Process) -> None:
        pids, worker.stopped = worker.stopped, []
        if worker.is_alive:  # otherwise its children died with it
            for pid in set(pids) & {worker.popen.pid, *worker.children()}:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.done["of them continued"] += 1

    def _release_lock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.execute("ROLLBACK")
            lock.close()

    def _empty_disk(self) -> None:
        ballast, self._ballast = self._ballast, None
        if ballast is not None:
            Path(ballast.name).unlink()
            ballast.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
