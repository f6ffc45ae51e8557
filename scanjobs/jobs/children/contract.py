"""What the supervisor and its children have agreed on, whatever kind they are."""

from __future__ import annotations

import pickle
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import ClassVar, Protocol

from scanjobs.domain.jobs import JobState
from scanjobs.jobs.attempt import STOP
from scanjobs.jobs.values import Claim, Completion, Progress


class Child(ABC):
    """One that works, at the other end of a pipe: the supervisor's side.

    Every kind speaks through a pipe, threads too, so that the supervisor can wait for all that may happen in
    one place.
    """

    name: str
    """For the log."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.claims: deque[Claim] = deque()
        """What it was given: the first is being worked on, the others wait in its pipe."""
        self.since = 0.0
        """Monotonic time since which it works on the first one."""
        self.taken = 0
        """How many jobs it was given in its life."""
        self.ending: str | None = None
        """Why it is to end, where it is."""

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

    def dismiss(self) -> None:
        """Tell it to leave after what it was given."""
        with suppress(OSError):
            self.connection.send_bytes(STOP)

    @abstractmethod
    def cancel(self, seq: int) -> None:
        """Ask the job to end: `JobCancelled` is raised in it, if it is the one that runs."""

    @abstractmethod
    def kill(self, why: str | None = None) -> bool:
        """End it at once, for a reason, or because the worker leaves; False where that cannot be done.

        One that cannot be ended is given nothing more and leaves when its job is done.
        """

    @abstractmethod
    def bury(self) -> int | None:
        """Wait for its end; the exit code of a process, negative for a signal."""

    @abstractmethod
    def how_it_died(self, exit_code: int | None) -> str:
        """An end that nobody asked for, in a sentence."""

    def close(self) -> None:
        """Let go of our end of the pipe."""
        self.connection.close()

    def _ended(self, message: Completion | tuple[float, float, str | None]) -> Completion:
        claim = self.claims.popleft()
        self.since = time.monotonic()
        if isinstance(message, Completion):
            return message
        started_at, ended_at, result = message
        return Completion(
            claim=claim, started_at=started_at, ended_at=ended_at, state=JobState.SUCCEEDED, result=result
        )


class Kind(Protocol):
    """How children of one kind begin, and what can be asked of them."""

    worker_type: ClassVar[str]
    """What Huey calls it."""
    enforces_limits: ClassVar[bool]
    """Whether a job can be ended against its will."""

    def start(self, close_inherited: Callable[[], None]) -> Child:
        """A new child.

        Args:
            close_inherited: Lets go of what is the supervisor's, where a child gets copies of it.
        """
        ...

    def oversee(self, loop: Callable[[], None]) -> None:
        """Run the supervisor's loop to its end."""
        ...
