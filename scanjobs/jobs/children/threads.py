"""Children that are threads of the worker: they cost next to nothing, and nobody can end them."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextvars import copy_context
from itertools import count
from typing import ClassVar

from huey.constants import WORKER_THREAD

from scanjobs.db import driver
from scanjobs.jobs import attempt
from scanjobs.jobs.children.contract import Child
from scanjobs.jobs.limits import Cooperative
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Completion


class Threads:
    """The kind for jobs that wait for others most of their time."""

    worker_type: ClassVar[str] = WORKER_THREAD
    enforces_limits: ClassVar[bool] = False

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._numbers = count(1)
        attempt.prepare(queue)

    def start(self, close_inherited: Callable[[], None]) -> Child:
        """Begin a thread, in which the settings of this one hold."""
        child = CooperativeChild(self._queue, f"Thread {next(self._numbers)}")
        # A daemon, or a job that never ends would keep a worker that leaves.
        threading.Thread(
            target=copy_context().run, args=(child.work,), name=child.name.lower(), daemon=True
        ).start()
        return child

    def oversee(self, loop: Callable[[], None]) -> None:
        """Run the loop."""
        loop()


class CooperativeChild(Child):
    """One thread that works: limits and cancellation reach it where its task asks for them."""

    def __init__(self, queue: JobQueue, name: str) -> None:
        ours, self._theirs = multiprocessing.Pipe()
        super().__init__(ours)
        self.name = name
        self._interruptions = Cooperative()
        self._attempts = attempt.Attempts(queue, self._theirs, self._interruptions)
        self._is_gone = threading.Event()
        self._died_of: BaseException | None = None

    def work(self) -> None:
        """In the thread: run jobs until told to leave."""
        try:
            self._attempts.serve()
        except BaseException as error:
            self._died_of = error  # what ends a process ends a thread
        finally:
            driver.dispose()
            self._is_gone.set()
            self._theirs.close()

    def cancel(self, seq: int) -> None:
        """Ask the job to end; it hears that where it asks."""
        self._interruptions.cancel(seq)

    def kill(self, why: str | None = None) -> bool:
        """Nobody can; it is given nothing more."""
        self.ending = why
        return False

    def bury(self) -> int | None:
        """Let go of it; one that is still at work ends with the worker."""
        self.close()
        return None

    def how_it_died(self, exit_code: int | None) -> str:
        """By which exception."""
        return f"The thread that ran the job ended with {type(self._died_of).__name__}."

    def _ended(self, message: Completion | tuple[float, float, str | None]) -> Completion:
        done = super()._ended(message)
        if self.ending is not None and not self.claims:
            self.dismiss()  # it was given up, and has come back
        return done
