"""The supervisor's side of a child: start it, hand it a job, hear from it, end it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection

from scanjobs.jobs import child
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Claim, Completion, Progress

_fork = multiprocessing.get_context("fork")


class Child:
    """One process that works, and the pipe to it."""

    def __init__(self, queue: JobQueue, close_inherited: Callable[[], None]) -> None:
        ours, theirs = _fork.Pipe()
        self.connection: Connection = ours
        self.claim: Claim | None = None
        """The job it works on."""

        def begin() -> None:
            ours.close()
            child.run(queue, theirs, parent, close_inherited)

        parent = os.getpid()
        self.process = _fork.Process(target=begin, name="scanjobs-child", daemon=True)
        self.process.start()
        theirs.close()

    @property
    def is_idle(self) -> bool:
        """Whether it can take a job."""
        return self.claim is None

    def give(self, claim: Claim) -> None:
        """Hand it a job; a child that is gone is noticed when it is next heard."""
        self.claim = claim
        try:
            self.connection.send(claim)
        except OSError:
            return

    def hear(self) -> list[Completion | Progress] | None:
        """Everything it has said since; None when it is dead."""
        said: list[Completion | Progress] = []
        try:
            while self.connection.poll():
                message = self.connection.recv()
                if isinstance(message, Completion):
                    self.claim = None
                said.append(message)
        except (EOFError, OSError):
            return said or None
        return said

    def dismiss(self) -> None:
        """Tell an idle child to leave."""
        try:
            self.connection.send(None)
        except OSError:
            return

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def bury(self) -> int | None:
        """Wait for its end; the exit code, negative for a signal."""
        self.process.join()
        self.connection.close()
        return self.process.exitcode
