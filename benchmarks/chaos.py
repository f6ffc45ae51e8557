"""Submits thousands of jobs while it kills, stops, locks and fills; then checks that each has one outcome.

    python benchmarks/chaos.py                            ten minutes, 6,000 jobs
    python benchmarks/chaos.py --seconds 30 --jobs 600 --seed 7

Several submitters and worker groups share a data folder with a lease of three seconds. Supervisors, children
and submitters are killed with SIGKILL, workers are stopped beyond their lease and continued, the database is
held locked, and the disk is filled: a small one, mounted for this run alone where the system lets us
(`unshare --mount`). Afterwards the workers drain. Every accepted job must have exactly one outcome, written
by whoever held it; every report must be whole; nothing may be left behind. Where that is not so, it exits
with 1 and tells the stories of the jobs. The seed decides what is done to whom; when, the machine has a say.
"""

from __future__ import annotations

import argparse
import errno
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks import chaos_checks, chaos_tasks  # noqa: E402 - found beside this file, however it is started
from scanjobs import config  # noqa: E402
from scanjobs.config import Settings  # noqa: E402
from scanjobs.db import scans, session  # noqa: E402
from scanjobs.jobs import monitor  # noqa: E402
from scanjobs.jobs.liveness import die_with_parent  # noqa: E402
from tests import factories  # noqa: E402

DISK_MEGABYTES = 96
LOCK_SECONDS = (0.3, 6.0)
FULL_SECONDS = (1.0, 4.0)
STOP_LEASES = (1.2, 2.5)
"""For how many leases a worker is stopped."""
SCANS = 4


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of it, and for how long."""

    seconds: float = 600.0
    jobs: int = 6000
    seed: int = 1
    workers: int = 3
    submitters: int = 3
    lease_seconds: float = 3.0

    @property
    def drain_seconds(self) -> float:
        """How long everything that was accepted may take to end once the chaos is over."""
        return 60.0 + self.seconds / 2


@dataclass
class Process:
    """One worker or submitter, and when it was stopped."""

    popen: subprocess.Popen[bytes]
    name: str
    ending: bool = False
    """Whether we have asked for its end."""
    stopped: list[int] = field(default_factory=list)
    """The processes of it that stand still."""

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def children(self) -> list[int]:
        with suppress(OSError, ValueError):
            told = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text()
            return [int(word) for word in told.split()]
        return []


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
        self._chance = random.Random(plan.seed)
        self._environment = _environment(plan, folder)
        self.settings: Settings = config.load(environment=self._environment)
        self._workers: list[Process | None] = [None] * plan.workers
        self._submitters: list[Process | None] = [None] * plan.submitters
        self._serial = 0
        self._later: list[tuple[float, Callable[[], None]]] = []
        """What is to be undone, and when."""
        self._lock: sqlite3.Connection | None = None
        self._ballast: BinaryIO | None = None
        self._reader: sqlite3.Connection | None = None
        self.done: Counter[str] = Counter()
        """What was done, by its name."""
        self.left: list[str] = []
        """Workers that ended without being asked to, and what they said."""
        self.drained_seconds: float | None = None

    def run(self) -> None:
        """Begin, make chaos, undo it, drain."""
        self._prepare()
        began_at = time.monotonic()
        until = began_at + self._plan.seconds
        acts = self._acts()
        due = {act: began_at + self._gap(act) for act in acts}
        while (now := time.monotonic()) < until:
            self._tend(until)
            self._undo(now)
            for act, at in due.items():
                if now >= at:
                    act()
                    due[act] = time.monotonic() + self._gap(act)
            time.sleep(0.02)
        self._undo(float("inf"))
        self._drain()

    def end(self) -> None:
        """Kill whatever still runs, and let go of the lock and the disk."""
        self._undo(float("inf"))
        for process in self._processes():
            process.popen.kill()
            process.popen.wait()
        for pid in self.leftovers():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        session.dispose()

    def leftovers(self) -> list[int]:
        """Processes of this run that live, by what their environment says."""
        mark = f"{chaos_tasks.FOLDER_VARIABLE}={self.folder}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in path.read_bytes() and path.parent.name != str(os.getpid()):
                    found.append(int(path.parent.name))
        return found

    def _prepare(self) -> None:
        for name in ("notes", "logs", "bells"):
            (self.folder / name).mkdir(mode=0o700)
        os.environ.update(self._environment)  # the bells of our own submits
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

    # --- processes --------------------------------------------------------------------------------------

    def _processes(self) -> Iterator[Process]:
        yield from filter(None, [*self._workers, *self._submitters])

    def _living(self, processes: list[Process | None]) -> list[Process]:
        return [process for process in processes if process is not None and process.is_alive]

    def _tend(self, until: float) -> None:
        """Start whoever is missing; note who left by himself."""
        for slot, worker in enumerate(self._workers):
            if worker is None or not worker.is_alive:
                self._note_end(worker)
                most = ("1000", "25", "100")[slot % 3]
                self._workers[slot] = self._start("worker", "scanjobs", "worker", "-c", "2",
                                                  "--max-jobs-per-child", most)  # fmt: skip
        for slot, submitter in enumerate(self._submitters):
            if submitter is None or not submitter.is_alive:
                self._note_end(submitter)
                rate = self._plan.jobs / self._plan.seconds / self._plan.submitters
                self._submitters[slot] = self._start(
                    "submitter",
                    *("benchmarks.chaos_submitter", "--seed", f"{self._plan.seed}.{self._serial}"),
                    *("--rate", f"{rate:.4f}", "--until", f"{until:.3f}"),
                )

    def _start(self, kind: str, *arguments: str) -> Process:
        self._serial += 1
        name = f"{kind}-{self._serial:04}"
        parent = os.getpid()
        with (self.folder / "logs" / f"{name}.log").open("wb") as log:
            popen = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to hear
                preexec_fn=lambda: die_with_parent(parent),
            )
        return Process(popen, name)

    def _note_end(self, process: Process | None) -> None:
        if process is None or process.ending:
            return
        words = (self.folder / "logs" / f"{process.name}.log").read_text("utf-8", errors="replace")
        last = " ".join(line for line in words.splitlines() if not line.startswith("{"))
        self.left.append(f"{process.name} ended with {process.popen.returncode}: {last[-400:]}")

    # --- what is done to them ---------------------------------------------------------------------------

    def _acts(self) -> list[Callable[[], None]]:
        acts = [
            self._kill_supervisor,
            self._kill_child,
            self._kill_submitter,
            self._stop_worker,
            self._ask_to_leave,
            self._hold_lock,
        ]
        return [*acts, self._fill_disk] if self.disk else acts

    def _gap(self, act: Callable[[], None]) -> float:
        """Seconds to the next time: never regular, on average so many."""
        usual = {
            self._kill_supervisor: 4.0,
            self._kill_child: 1.5,
            self._kill_submitter: 6.0,
            self._stop_worker: 8.0,
            self._ask_to_leave: 20.0,
            self._hold_lock: 15.0,
            self._fill_disk: 18.0,
        }
        return min(self._chance.expovariate(1 / usual[act]), 3 * usual[act])

    def _kill_supervisor(self) -> None:
        if living := self._living(self._workers):
            self._kill(self._chance.choice(living), "supervisors killed")

    def _kill_submitter(self) -> None:
        if living := self._living(self._submitters):
            self._kill(self._chance.choice(living), "submitters killed")

    def _kill(self, process: Process, told: str) -> None:
        process.ending = True
        process.popen.kill()
        process.popen.wait()
        self.done[told] += 1

    def _kill_child(self) -> None:
        children = [pid for worker in self._living(self._workers) for pid in worker.children()]
        if children:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(children), signal.SIGKILL)
                self.done["children killed"] += 1

    def _stop_worker(self) -> None:
        """Stop a supervisor, at times with its children, until others must think that it is gone."""
        running = [worker for worker in self._living(self._workers) if not worker.stopped]
        if not running:
            return
        worker = self._chance.choice(running)
        pids = [worker.popen.pid, *(worker.children() if self._chance.random() < 0.5 else [])]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        worker.stopped = pids
        seconds = self._plan.lease_seconds * self._chance.uniform(*STOP_LEASES)
        self._later.append((time.monotonic() + seconds, lambda: self._continue(worker)))
        self.done["workers stopped beyond their lease"] += 1

    def _continue(self, worker: Process) -> None:
        pids, worker.stopped = worker.stopped, []
        if worker.is_alive:  # otherwise its children died with it
            for pid in set(pids) & {worker.popen.pid, *worker.children()}:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.done["of them continued"] += 1

    def _ask_to_leave(self) -> None:
        if living := [worker for worker in self._living(self._workers) if not worker.ending]:
            worker = self._chance.choice(living)
            worker.ending = True
            worker.popen.terminate()
            self.done["workers asked to leave"] += 1

    def _hold_lock(self) -> None:
        if self._lock is not None:
            return
        lock = sqlite3.connect(self.settings.database_path, timeout=1.0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:  # somebody else is busy with it, or the disk is full
            lock.close()
            return
        self._lock = lock
        self._later.append((time.monotonic() + self._chance.uniform(*LOCK_SECONDS), self._release_lock))
        self.done["database locked"] += 1

    def _release_lock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.execute("ROLLBACK")
            lock.close()

    def _fill_disk(self) -> None:
        """Fill it to the last byte; a reader keeps SQLite from reusing its log, so that it must grow."""
        if self.disk is None or self._ballast is not None:
            return
        self._reader = sqlite3.connect(self.settings.database_path, isolation_level=None)
        with suppress(sqlite3.Error):
            self._reader.execute("BEGIN")
            self._reader.execute("SELECT count(*) FROM workers").fetchone()
        self._ballast = (self.disk / "ballast").open("wb", buffering=0)
        for size in (1 << 20, 4096, 1):
            try:
                while self._ballast.write(bytes(size)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        self._later.append((time.monotonic() + self._chance.uniform(*FULL_SECONDS), self._empty_disk))
        self.done["disk filled"] += 1

    def _empty_disk(self) -> None:
        ballast, self._ballast = self._ballast, None
        if ballast is not None:
            Path(ballast.name).unlink()
            ballast.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _undo(self, now: float) -> None:
        due = [call for at, call in self._later if at <= now]
        self._later = [(at, call) for at, call in self._later if at > now]
        for call in due:
            call()

    # --- the end ----------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """Let the submitters and then the workers finish; a last worker tidies up after the dead."""
        began_at = time.monotonic()
        until = began_at + self._plan.drain_seconds
        while self._living(self._submitters) and time.monotonic() < until:
            time.sleep(0.05)
        while time.monotonic() < until:
            for slot, worker in enumerate(self._workers):
                if worker is None or not worker.is_alive:
                    self._note_end(worker)
                    self._workers[slot] = self._start("worker", "scanjobs", "worker", "-c", "2")
            if not any(
                queue.queued + queue.scheduled + queue.running for queue in monitor.queues(self.settings)
            ):
                self.drained_seconds = time.monotonic() - began_at
                break
            time.sleep(0.2)
        for worker in self._living(self._workers):
            worker.ending = True
            worker.popen.terminate()
        for worker in self._living(self._workers):
            with suppress(subprocess.TimeoutExpired):
                worker.popen.wait(20)
        last = self._start("worker", "scanjobs", "worker", "--drain")
        self._workers.append(last)
        with suppress(subprocess.TimeoutExpired):
            last.popen.wait(30)
        if last.popen.poll() != 0:
            self._note_end(last)
        session.dispose()


def _environment(plan: Plan, folder: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    return others | {
        "SCANJOBS_HOME": str(folder / "home"),
        "SCANJOBS_LEASE_SECONDS": str(plan.lease_seconds),
        "SCANJOBS_TASKS": chaos_tasks.MODULE,
        "SCANJOBS_LOG_FORMAT": "json",
        "SCANJOBS_LOG_LEVEL": "debug",  # a crash then says where
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "XDG_RUNTIME_DIR": str(folder / "bells"),
        chaos_tasks.FOLDER_VARIABLE: str(folder),
    }


def print_table(plan: Plan, chaos: Chaos, notes: chaos_checks.Notes, found: chaos_checks.Findings) -> None:
    """What was done and what was found, a line each."""
    states = Counter(str(job.state) for job in found.jobs.values())
    again = [job_id for job_id, starts in notes.starts.items() if starts > 1]
    unasked = [job_id for job_id in again if job_id in found.jobs and found.jobs[job_id].rescues]
    full = sum("is full" in told or "no room" in told for told in notes.refused)
    rows: list[tuple[str, object]] = [
        ("seconds of chaos", f"{plan.seconds:g}"),
        ("worker groups, submitters at once", f"{plan.workers}, {plan.submitters}"),
        *((told, chaos.done[told]) for told in _DONE if told != "disk filled"),
        ("disk filled", chaos.done["disk filled"] if chaos.disk else "left out: nothing can be mounted"),
        ("submits refused (of them for want of room)", f"{len(notes.refused)} ({full})"),
        ("turns of a worker the database refused", notes.events["storage_refused"]),
        ("workers that could not begin or left unasked", len(chaos.left)),
        ("jobs accepted, as noted", f"{len(notes.accepted):,}"),
        ("jobs in the database", f"{len(found.jobs):,}"),
        *((f"  {state}", f"{number:,}") for state, number in sorted(states.items())),
        ("rescues", found.rescues),
        ("jobs started more than once (of them rescued)", f"{len(again)} ({len(unasked)})"),
        ("outcomes of stale workers refused", notes.events["outcome_refused"]),
        ("reports written", found.reports_written),
        ("longest wait of a job that was due", f"{found.longest_wait_seconds:.1f} s"),
        (
            "time to drain",
            "not drained" if chaos.drained_seconds is None else f"{chaos.drained_seconds:.1f} s",
        ),
        ("violations", len(found.violations)),
    ]
    print(f"Chaos with seed {plan.seed}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    for told, value in rows:
        print(f"{told:<48}{value!s:>12}")


_DONE = (
    "supervisors killed",
    "children killed",
    "submitters killed",
    "workers stopped beyond their lease",
    "of them continued",
    "workers asked to leave",
    "database locked",
    "disk filled",
)


def print_violation(violation: chaos_checks.Violation, chaos: Chaos, found: chaos_checks.Findings) -> None:
    """One violation with the story of its job and what the logs say of it."""
    print(f"\nviolation: {violation.told}")
    if violation.job_id is None:
        return
    print(f"  job {violation.job_id}")
    if job := found.jobs.get(violation.job_id):
        print(f"  {job.task}, {job.state}, attempt {job.attempt}, {job.rescues} rescues, error {job.error}")
        for event in job.events:
            print(f"    {event.at:%H:%M:%S.%f} {event.event} {event.facts or ''}")
    for path in sorted((chaos.folder / "logs").iterdir()):
        for line in path.read_text("utf-8", errors="replace").splitlines():
            if violation.job_id in line:
                print(f"    {path.stem}: {line[:400]}")


def main() -> int:
    """Run it and say what came of it; 1 where something is wrong."""
    options = _options()
    plan = Plan(seconds=options.seconds, jobs=options.jobs, seed=options.seed)
    if options.folder is None:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        _continue_with_disk(folder)
        disk = None
    else:
        folder = Path(options.folder)
        disk = folder / "home"
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs are started deaf to the first
        signal.signal(number, signal.default_int_handler)
    chaos = Chaos(plan, folder, disk=disk)
    try:
        chaos.run()
        violations = _verdict(plan, chaos)
    except KeyboardInterrupt:
        print("Stopped; nothing was checked.", file=sys.stderr)
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough
        chaos.end()
        if options.keep:
            shutil.copytree(folder, options.keep, symlinks=True, ignore=shutil.ignore_patterns("bells"))
        if disk is not None:
            subprocess.run(["umount", "--lazy", str(disk)], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if violations else 0


def _verdict(plan: Plan, chaos: Chaos) -> int:
    alive = chaos.leftovers()
    notes = chaos_checks.read_notes(chaos.folder)
    found = chaos_checks.examine(chaos.settings, notes)
    outlived = [chaos_checks.Violation(f"process {pid} outlived its worker") for pid in alive]
    found = replace(found, violations=[*found.violations, *outlived])
    print_table(plan, chaos, notes, found)
    for told in chaos.left:
        print(f"note: {told}")
    for violation in found.violations:
        print_violation(violation, chaos, found)
    return len(found.violations)


def _continue_with_disk(folder: Path) -> None:
    """Begin again where a small disk is mounted for this process and its own alone, if the system lets us."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    mount = f'mount -t tmpfs -o size={DISK_MEGABYTES}m,mode=0700 chaos "$0"'
    if shutil.which("unshare") is None:
        return
    tried = subprocess.run([*unshare, "sh", "-ec", mount, str(home)], capture_output=True, check=False)
    if tried.returncode == 0:
        again = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--folder", str(folder)]
        os.execvp("unshare", [*unshare, "sh", "-ec", f'{mount}; exec "$@"', str(home), *again])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="of chaos (600)")
    parser.add_argument("--jobs", type=int, default=Plan.jobs, help="about how many to submit (6000)")
    parser.add_argument("--seed", type=int, default=Plan.seed, help="what is done to whom (1)")
    parser.add_argument("--keep", metavar="FOLDER", help="copy database, reports and logs there at the end")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
