"""Children that are processes: forks of the worker, which can be ended whatever they do."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import ClassVar

from huey.constants import WORKER_PROCESS

from scanjobs.db import session
from scanjobs.jobs import attempt
from scanjobs.jobs.children.contract import Child
from scanjobs.jobs.deaths import how_it_died
from scanjobs.jobs.limits import CANCEL_SIGNAL, BySignal
from scanjobs.jobs.liveness import die_with_parent
from scanjobs.jobs.queue import JobQueue

_fork = multiprocessing.get_context("fork")


class Processes:
    """The kind that can be relied on."""

    worker_type: ClassVar[str] = WORKER_PROCESS
    enforces_limits: ClassVar[bool] = True

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    def start(self, close_inherited: Callable[[], None]) -> Child:
        """Fork; no connection to the database is open then."""
        session.dispose()
        return ChildProcess(self._queue, close_inherited)

    def oversee(self, loop: Callable[[], None]) -> None:
        """Run the loop."""
        loop()


class ChildProcess(Child):
    """One process that works, and the pipes to it."""

    def __init__(self, queue: JobQueue, close_inherited: Callable[[], None]) -> None:
        ours, theirs = _fork.Pipe()
        super().__init__(ours)
        listening, self._control = os.pipe()
        parent = os.getpid()

        def begin() -> None:
            ours.close()
            os.close(self._control)
            _run(queue, theirs, listening, parent, close_inherited)

        self.process = _fork.Process(target=begin, name="scanjobs-child", daemon=True)
        self.process.start()
        self.name = f"Child {self.process.pid}"
        theirs.close()
        os.close(listening)

    def cancel(self, seq: int) -> None:
        """Ask the job to end by a signal."""
        with suppress(OSError, TypeError):
            os.write(self._control, b"%d " % seq)
            os.kill(self._pid(), CANCEL_SIGNAL)

    def kill(self, why: str | None = None) -> bool:
        """End it at once, with everything it has started."""
        self.ending = why
        with suppress(OSError, TypeError):
            os.killpg(self._pid(), signal.SIGKILL)
        self.process.kill()
        return True

    def bury(self) -> int | None:
        """Wait for its end; the exit code, negative for a signal."""
        self.process.join()
        with suppress(OSError, TypeError):
            os.killpg(self._pid(), signal.SIGKILL)  # whatever it started and left behind
        self.close()
        return self.process.exitcode

    def how_it_died(self, exit_code: int | None) -> str:
        """By which signal, or with which exit code."""
        return how_it_died(exit_code)

    def close(self) -> None:
        """Let go of the pipes; also what a sibling does after its fork."""
        super().close()
        with suppress(OSError):
            os.close(self._control)

    def _pid(self) -> int:
        pid: int | None = self.process.pid
        if pid is None:
            raise TypeError("not started")
        return pid


def _run(
    queue: JobQueue,
    connection: Connection,
    control: int,
    parent_pid: int,
    close_inherited: Callable[[], None],
) -> None:
    """In the child: work until the supervisor says stop or is gone."""
    os.setpgid(0, 0)  # a group of its own: a hard end takes whatever the task has started with it
    signal.set_wakeup_fd(-1)
    # What Ctrl-C and SIGTERM mean is the supervisor's to say.
    # Handlers that do nothing, since SIG_IGN would be inherited by every program that a task starts.
    signal.signal(signal.SIGINT, _do_nothing)
    signal.signal(signal.SIGTERM, _do_nothing)
    close_inherited()
    die_with_parent(parent_pid)
    attempt.prepare(queue)
    attempt.Attempts(queue, connection, BySignal(control)).serve()


def _do_nothing(_number: int, _frame: object) -> None:
    return None
