"""One child that is the worker's own main thread, for breakpoints and profilers.

The supervisor works beside it in a thread, so that leases are kept while a job stands at a breakpoint. It is
not the other way round since a debugger reads the terminal, and Python handles signals, in the main thread.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from typing import ClassVar

from huey.constants import WORKER_THREAD

from scanjobs.jobs import attempt
from scanjobs.jobs.children.contract import Child
from scanjobs.jobs.children.threads import CooperativeChild
from scanjobs.jobs.limits import CANCEL_SIGNAL
from scanjobs.jobs.queue import JobQueue

LEAVE_SECONDS = 2.0
"""How long a worker that leaves at once waits for its job to let go."""


class Solo:
    """The kind for looking closely."""

    worker_type: ClassVar[str] = WORKER_THREAD
    enforces_limits: ClassVar[bool] = False

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._turns: SimpleQueue[_MainThread | None] = SimpleQueue()
        self._error: BaseException | None = None
        attempt.prepare(queue)

    def start(self, close_inherited: Callable[[], None]) -> Child:
        """The child that works next in the main thread; the first one, or after one that died."""
        child = _MainThread(self._queue, "The main thread")
        self._turns.put(child)
        return child

    def oversee(self, loop: Callable[[], None]) -> None:
        """Run the loop in a thread, and the children here."""
        supervisor = threading.Thread(
            target=copy_context().run, args=(self._supervise, loop), name="supervisor", daemon=True
        )
        supervisor.start()
        while (child := self._turns.get()) is not None:
            with suppress(_WorkerLeaves):  # it came when the job had just ended
                child.work()
        supervisor.join()
        if self._error is not None:
            raise self._error

    def _supervise(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except BaseException as error:
            self._error = error  # for the main thread, which is the one that is listened to
        finally:
            self._turns.put(None)


class _WorkerLeaves(BaseException):
    """The worker was told to leave at once; not an Exception, so that a task does not swallow it."""


class _MainThread(CooperativeChild):
    """A child that can be interrupted after all, but only to leave."""

    _is_at_work = False

    def work(self) -> None:
        """Run jobs until told to leave."""
        signal.signal(CANCEL_SIGNAL, self._leave)
        self._is_at_work = True
        try:
            super().work()
        finally:
            self._is_at_work = False

    def kill(self, why: str | None = None) -> bool:
        """Interrupt the job if the worker leaves; otherwise it may stand at a breakpoint, and stays there."""
        if why is not None:
            return super().kill(why)
        signal.pthread_kill(threading.main_thread().ident or 0, CANCEL_SIGNAL)
        return self._is_gone.wait(LEAVE_SECONDS)

    def _leave(self, _number: int, _frame: object) -> None:
        if self._is_at_work:
            self._is_at_work = False
            raise _WorkerLeaves
