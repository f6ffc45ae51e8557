"""Time limits and cancellation inside a child: both arrive as a signal and are raised in the task."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from huey.exceptions import CancelExecution, TaskTimeout

SOFT_SECONDS, HARD_SECONDS = 270.0, 300.0
"""Unless a task says otherwise."""

CANCEL_SIGNAL = signal.SIGUSR1


class SoftTimeLimitExceeded(BaseException):
    """The task has used up its time; not an Exception, so that `except Exception` does not swallow it."""


class JobCancelled(BaseException):
    """Somebody asked this job to end; not an Exception, for the same reason."""


class Interruptions:
    """What may be raised in the middle of a task, and only there."""

    def __init__(self, control: int) -> None:
        """Listen for cancellations on a descriptor that says which job is meant."""
        self._control = control
        self._seq: int | None = None
        os.set_blocking(control, False)
        signal.signal(signal.SIGALRM, self._out_of_time)
        signal.signal(CANCEL_SIGNAL, self._cancelled)

    @contextmanager
    def during(self, seq: int, soft_seconds: float | None) -> Iterator[None]:
        """Let the task of this job be interrupted; Huey sees one of its own exceptions."""
        self._seq = seq
        try:
            if soft_seconds:
                signal.setitimer(signal.ITIMER_REAL, soft_seconds)
            yield
        except SoftTimeLimitExceeded:
            raise TaskTimeout(f"It took longer than its soft limit of {soft_seconds:g} seconds.") from None
        except JobCancelled:
            raise CancelExecution("It was cancelled while it ran.", retry=False) from None
        finally:
            self._seq = None
            signal.setitimer(signal.ITIMER_REAL, 0)

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
