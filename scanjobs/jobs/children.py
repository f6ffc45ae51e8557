"""The supervisor's side of a child: start it, hand it jobs, hear from it, end it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import child
from scanjobs.jobs.limits import CANCEL_SIGNAL
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Claim, Completion, Progress

_fork = multiprocessing.get_context("fork")


class Child:
    """One process that works, and the pipes to it."""

    def __init__(self, queue: JobQueue, close_inherited: Callable[[], None]) -> None:
        ours, theirs = _fork.Pipe()
        listening, self._control = os.pipe()
        parent = os.getpid()
        self.connection: Connection = ours
        self.claims: deque[Claim] = deque()
        """What it was given: the first is being worked on, the others wait in its pipe."""
        self.since = 0.0
        """Monotonic time since which it works on the first one."""
        self.taken = 0
        """How many jobs it was given in its life."""
        self.ending: str | None = None
        """Why it is being killed, where it is."""

        def begin() -> None:
            ours.close()
            os.close(self._control)
            child.run(queue, theirs, listening, parent, close_inherited)

        self.process = _fork.Process(target=begin, name="scanjobs-child", daemon=True)
        self.process.start()
        theirs.close()
        os.close(listening)

    def give(self, claims: Sequence[Claim]) -> None:
        """Hand it jobs; a child that is gone is noticed when it is next heard."""
        if not self.claims:
            self.since = time.monotonic()
        self.claims.extend(claims)
        self.taken += len(claims)
        with suppress(OSError):
            self.connection.send_bytes(pickle.dumps(claims, 5))

    def hear(self) -> list[Completion | Progress] | None:
        """Everything it has said since; None when it is dead and has nothing more to say."""
        said: list[Completion | Progress] = []
        try:
            while self.connection.poll():
                message = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - our own child
                said.append(message if isinstance(message, Progress) else self._ended(message))
        except (EOFError, OSError):
            return said or None
        return said

    def cancel(self, seq: int) -> None:
        """Ask the job to end: `JobCancelled` is raised in it, if it is the one that runs."""
        with suppress(OSError, TypeError):
            os.write(self._control, b"%d " % seq)
            os.kill(self._pid(), CANCEL_SIGNAL)

    def dismiss(self) -> None:
        """Tell it to leave after what it was given."""
        with suppress(OSError):
            self.connection.send_bytes(child.STOP)

    def kill(self, why: str | None = None) -> None:
        """End it at once, with everything it has started."""
        self.ending = why
        with suppress(OSError, TypeError):
            os.killpg(self._pid(), signal.SIGKILL)
        self.process.kill()

    def bury(self) -> int | None:
        """Wait for its end; the exit code, negative for a signal."""
        self.process.join()
        with suppress(OSError, TypeError):
            os.killpg(self._pid(), signal.SIGKILL)  # whatever it started and left behind
        self.close()
        return self.process.exitcode

    def close(self) -> None:
        """Let go of the pipes; also what a sibling does after its fork."""
        self.connection.close()
        with suppress(OSError):
            os.close(self._control)

    def _pid(self) -> int:
        pid: int | None = self.process.pid
        if pid is None:
            raise TypeError("not started")
        return pid

    def _ended(self, message: Completion | tuple[float, float, str | None]) -> Completion:
        claim = self.claims.popleft()
        self.since = time.monotonic()
        if isinstance(message, Completion):
            return message
        started_at, ended_at, result = message
        return Completion(
            claim=claim, started_at=started_at, ended_at=ended_at, state=JobState.SUCCEEDED, result=result
        )
