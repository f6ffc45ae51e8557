"""The processes of a run: workers and submitters, started anew whenever one is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos_driver import tasks
from benchmarks.chaos_driver.plan import Plan, environment
from scanjobs.jobs.liveness import die_with_parent

MOST_JOBS_PER_CHILD = ("1000", "25", "100")
"""Of the worker groups in turn: some children are replaced often."""


@dataclass
class Process:
    """One worker or submitter."""

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


class Crew:
    """Everybody who works or submits in one folder."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Nobody yet."""
        self._plan = plan
        self._folder = folder
        self._workers: list[Process | None] = [None] * plan.workers
        self._submitters: list[Process | None] = [None] * plan.submitters
        self._serial = 0
        self.left: list[str] = []
        """Those that ended without being asked to, and what they said."""

    def workers(self) -> list[Process]:
        """The worker groups that live."""
        return [one for one in self._workers if one is not None and one.is_alive]

    def submitters(self) -> list[Process]:
        """The submitters that live."""
        return [one for one in self._submitters if one is not None and one.is_alive]

    def tend_submitters(self, until: float) -> None:
        """Start those that are missing; they submit until this monotonic moment."""
        for slot, submitter in enumerate(self._submitters):
            if submitter is None or not submitter.is_alive:
                self._note_end(submitter)
                self._submitters[slot] = self.start(
                    "submitter",
                    *("benchmarks.chaos_driver.submitter", "--seed", f"{self._plan.seed}.{self._serial}"),
                    *("--rate", f"{self._plan.jobs_a_second:.4f}", "--until", f"{until:.3f}"),
                )

    def tend_workers(self) -> None:
        """Start those that are missing."""
        for slot, worker in enumerate(self._workers):
            if worker is None or not worker.is_alive:
                self._note_end(worker)
                most = MOST_JOBS_PER_CHILD[slot % len(MOST_JOBS_PER_CHILD)]
                self._workers[slot] = self.start(
                    "worker",
                    *("scanjobs", "worker", "-c", "2", "--max-jobs-per-child", most),
                    host=self._host_of(slot),
                )

    def on_second_host(self) -> list[Process]:
        """The worker groups of the host that may be cut off; nobody where there is but one."""
        if not self._plan.server:
            return []
        pairs = enumerate(self._workers[: self._plan.workers])
        return [
            one for slot, one in pairs if one is not None and one.is_alive and self._host_of(slot) != "home"
        ]

    def _host_of(self, slot: int) -> str:
        return "home2" if self._plan.server and slot % 2 else "home"

    def start(self, kind: str, *arguments: str, host: str = "home") -> Process:
        """A Python module as a process of this run, with a log of its own."""
        self._serial += 1
        name = f"{kind}-{self._serial:04}"
        parent = os.getpid()
        with (self._folder / "logs" / f"{name}.log").open("wb") as log:
            popen = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment(self._plan, self._folder, host),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to hear
                preexec_fn=lambda: die_with_parent(parent),
            )
        return Process(popen, name)

    def dismiss(self) -> None:
        """Ask all workers to leave, and wait for them."""
        leaving = self.workers()
        for worker in leaving:
            worker.ending = True
            worker.popen.terminate()
        for worker in leaving:
            with suppress(subprocess.TimeoutExpired):
                worker.popen.wait(20)

    def drain(self) -> str | None:
        """Let one more worker do what is left and tidy up after the dead; what it said if it did not."""
        last = self.start("worker", "scanjobs", "worker", "--drain")
        self._workers.append(last)
        with suppress(subprocess.TimeoutExpired):
            last.popen.wait(30)
        return None if last.popen.poll() == 0 else self._last_words(last)

    def leftovers(self) -> list[int]:
        """Processes of this run that live, by what their environment says."""
        mark = f"{tasks.FOLDER_VARIABLE}={self._folder}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in path.read_bytes() and path.parent.name != str(os.getpid()):
                    found.append(int(path.parent.name))
        return found

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in self._everybody():
            process.popen.kill()
            process.popen.wait()
        for pid in self.leftovers():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def _everybody(self) -> Iterator[Process]:
        yield from filter(None, [*self._workers, *self._submitters])

    def _note_end(self, process: Process | None) -> None:
        if process is not None and not process.ending:
            self.left.append(self._last_words(process))

    def _last_words(self, process: Process) -> str:
        words = (self._folder / "logs" / f"{process.name}.log").read_text("utf-8", errors="replace")
        last = " ".join(line for line in words.splitlines() if not line.startswith("{"))
        return f"{process.name} ended with {process.popen.poll()}: {last[-400:]}"
