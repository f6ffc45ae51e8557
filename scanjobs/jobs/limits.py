"""Time limits and cancellation inside a child: raised in the task by a signal, or where the task asks."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Protocol

from huey.exceptions import CancelExecution, TaskTimeout

SOFT_SECONDS, HARD_SECONDS = 270.0, 300.0
"""Unless a task says otherwise."""

CANCEL_SIGNAL = signal.SIGUSR1


class SoftTimeLimitExceeded(BaseException):
    """The task has used up its time; not an Exception, so that `except Exception` does not swallow it."""


class JobCancelled(BaseException):
    """Somebody asked this job to end; not an Exception, for the same reason."""


class Interruptions(Protocol):
    """What may be raised in the middle of a task, and only there."""

    def during(self, seq: int, soft_seconds: float | None) -> AbstractContextManager[None]:
        """Let the task of this job be interrupted; Huey sees one of its own exceptions."""
        ...

    def check(self) -> None:
        """Raise what is to be raised, where the task says that it may be."""
        ...


class BySignal:
    """In a process of its own a task is interrupted wherever it is."""

    def __init__(self, control: int) -> None:
        """Listen for cancellations on a descriptor that says which job is meant."""
        self._control = control
        self._seq: int | None = None
        os.set_blocking(control, False)
        signal.signal(signal.SIGALRM, self._out_of_time)
        signal.signal(CANCEL_SIGNAL, self._cancelled)

    @contextmanager
    def during(self, seq: int, soft_seconds: float | None) -> Iterator[None]:
        """Let the task of this job be interrupted by signals."""
        self._seq = seq
        try:
            if soft_seconds:
                signal.setitimer(signal.ITIMER_REAL, soft_seconds)
            yield
        except SoftTimeLimitExceeded:
            raise _timeout(soft_seconds) from None
        except JobCancelled:
            raise _cancellation() from None
        finally:
            self._seq = None
            signal.setitimer(signal.ITIMER_REAL, 0)

    def check(self) -> None:
        """Nothing: whatever is to be raised was raised already."""

    def _out_of_time(self, _number: int, _frame: FrameType | None) -> None:
        if self._seq is not None:
            raise SoftTimeLimitExceeded

    def _cancelled(self, _number: int, _frame: FrameType | None) -> None:
        # The signal may come late, when the next job runs already: it says which one it is for.
        try:
            named = {int(word) for word in os.read(self._control, 4096).split()}
        except BlockingIOError:
            return
        if self._seq is not None and self._seq in named:
            raise JobCancelled


class Cooperative:
    """Beside other threads a task is interrupted only where it asks to be.

    Python could raise an exception in a thread from outside, between any two of its instructions. In a
    process that others share, that may leave a lock taken or a transaction half written under their feet, and
    a thread that sleeps or waits would not notice. So nobody does.
    """

    def __init__(self) -> None:
        self._seq: int | None = None
        self._ends_at: float | None = None
        self._cancelled: set[int] = set()

    def cancel(self, seq: int) -> None:
        """Ask this job to end; from another thread."""
        self._cancelled.add(seq)

    @contextmanager
    def during(self, seq: int, soft_seconds: float | None) -> Iterator[None]:
        """Let the task of this job be interrupted where it asks."""
        self._seq = seq
        self._ends_at = time.monotonic() + soft_seconds if soft_seconds else None
        try:
            yield
        except SoftTimeLimitExceeded:
            raise _timeout(soft_seconds) from None
        except JobCancelled:
            raise _cancellation() from None
        finally:
            self._seq = self._ends_at = None
            self._cancelled.discard(seq)

    def check(self) -> None:
        """Raise `JobCancelled` if somebody asked, `SoftTimeLimitExceeded` if the time is up."""
        if self._seq in self._cancelled:
            raise JobCancelled
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            raise SoftTimeLimitExceeded


def _timeout(soft_seconds: float | None) -> TaskTimeout:
    return TaskTimeout(f"It took longer than its soft limit of {soft_seconds:g} seconds.")


def _cancellation() -> CancelExecution:
    return CancelExecution("It was cancelled while it ran.", retry=False)
