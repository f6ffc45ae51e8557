"""Starts and ends the programs that are measured, and asks Linux what they use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

LEAVE_SECONDS = 10.0


class Use(NamedTuple):
    """The memory of one process, or of several together."""

    private_megabytes: float
    pss_megabytes: float
    """Shared pages divided by how many share them."""


def ask(command: Sequence[str], environment: Mapping[str, str], seconds: float = 300) -> Any:
    """Run a program to its end; the last line it prints is JSON."""
    done = subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        what = " ".join(command[2:5]) if command[1] == "-m" else Path(command[0]).name
        raise RuntimeError(f"{what} ended with {done.returncode}: {last}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class Group:
    """Programs with all their children."""

    def __init__(self, started: Sequence[subprocess.Popen[bytes]]) -> None:
        self._started = started

    def pids(self) -> list[int]:
        """Every living process of the sessions that were started."""
        return _in_sessions({process.pid for process in self._started})

    def cpu_seconds(self) -> float:
        """What they have used so far, to the microsecond (`/proc/<pid>/stat` counts in hundredths).

        Raises:
            RuntimeError: this kernel does not tell, and nothing is not what was used.
        """
        spent, threads = 0, 0
        for pid in self.pids():
            for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                with suppress(OSError):
                    spent += int(thread.read_text().split()[0])
                    threads += 1
        if not threads:
            raise RuntimeError("the kernel tells no time of threads in schedstat")
        return spent / 1e9

    def use(self) -> tuple[list[Use], list[Use]]:
        """The memory of each of them now: of those that were started, and of their children."""
        started = {process.pid for process in self._started}
        pids = self.pids()
        return (
            [_use(pid) for pid in pids if pid in started],
            [_use(pid) for pid in pids if pid not in started],
        )

    def check(self) -> None:
        """Complain when one of them has ended by itself."""
        for process in self._started:
            if process.poll() not in (None, 0):
                raise RuntimeError(f"a worker ended with {process.returncode}")

    def end(self) -> None:
        """Ask them to leave, and make sure."""
        sessions = {process.pid for process in self._started}
        for process in self._started:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + LEAVE_SECONDS
        for process in self._started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
        for pid in _in_sessions(sessions):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self._started:
            process.wait(LEAVE_SECONDS)


@contextmanager
def running(commands: Sequence[Sequence[str]], environment: Mapping[str, str], log: Path) -> Iterator[Group]:
    """Programs that run in sessions of their own while the block does, and are gone after it."""
    started: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as file:
        group = Group(started)
        try:
            for command in commands:
                started.append(
                    subprocess.Popen(
                        command,
                        env=dict(environment),
                        stdin=subprocess.DEVNULL,
                        stdout=file,
                        stderr=file,
                        start_new_session=True,
                    )
                )
            yield group
        finally:
            group.end()


def wait_until(holds: Callable[[], bool], seconds: float, group: Group, pause: float = 0.05) -> bool:
    """Look until it holds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not holds():
        group.check()
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="scanjobs-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or waits for no more than being taken note of."""
    fields = _status(pid)
    return fields is None or fields[0] in "ZX"


def _use(pid: int) -> Use:
    private = pss = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Pss":
            pss += int(rest.split()[0])
        elif name in ("Private_Clean", "Private_Dirty"):
            private += int(rest.split()[0])
    return Use(private * 1024 / 1e6, pss * 1024 / 1e6)


def _in_sessions(sessions: set[int]) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _status(int(entry.name))
            if fields is not None and int(fields[3]) in sessions and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _status(pid: int) -> list[str] | None:
    """State, parent, group, session and more of a process; None where it is gone."""
    try:
        # pid (name, which may hold anything) state ppid pgrp session
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
