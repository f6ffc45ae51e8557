"""The worker: one process that claims jobs, hands them to children and writes what came of them."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from typing import Any

from huey.consumer import Consumer, ConsumerStopped

from scanjobs.config import Settings
from scanjobs.db import session
from scanjobs.domain.clock import Clock, SystemClock
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import recorder, statements
from scanjobs.jobs.children import Child
from scanjobs.jobs.deaths import after_death
from scanjobs.jobs.leases import Leases, Share
from scanjobs.jobs.liveness import LifeLock, boot_id
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Completion, Progress
from scanjobs.jobs.wakeup import Bell

LOOK_SECONDS = 1.0
"""How often it looks for dead workers, and for jobs whose ring was lost."""


class Supervisor(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's consumer with leases: what it has claimed comes back when it dies.

    It is single-threaded, so that it can fork at any time, and it alone writes to the queue.
    """

    def __init__(
        self,
        queue: JobQueue,
        settings: Settings,
        *,
        share: Share,
        concurrency: int,
        drain: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """A worker that is not started yet.

        Args:
            queue: Whose tasks it runs.
            settings: Of the database it serves.
            share: Which jobs it serves.
            concurrency: How many jobs at once, each in a child of its own.
            drain: Whether it ends when nothing is left to do.
            clock: What time it is.
        """
        self.id = new_id()
        self._settings = settings
        self._clock = clock or SystemClock()
        self._share = share
        self._drain = drain
        self._leases = Leases(settings=settings, worker_id=self.id, share=share, clock=self._clock)
        self._children: list[Child] = []
        self._done: list[Completion] = []
        self._progress: list[Progress] = []
        self._counts = {JobState.SUCCEEDED: 0, JobState.FAILED: 0}
        self._signals_heard = 0
        self._stopping = False
        self._extended_at = self._looked_at = float("-inf")
        super().__init__(queue, workers=concurrency, periodic=False, worker_type="process")

    # What Huey's constructor makes is made at the start instead: a child is a fork of a ready worker.

    def _create_scheduler(self) -> None:
        return None

    def _create_worker(self) -> None:
        return None

    def _create_process(self, process: Any, name: str) -> None:
        return None

    def start(self) -> None:
        """Register, listen, and start the children."""
        self._lock = LifeLock(self._settings.home / "workers", self.id)
        self._bell = Bell(self._settings, self.id)
        self._alarm, self._alarm_sender = socket.socketpair()
        self._alarm_sender.setblocking(False)
        self._set_signal_handlers()  # before anyone can know of us, so that a signal never finds us without
        self._register()
        self.check_worker_health()
        recorder.worker_started(self.id, self._share.queues, self.workers)

    def loop(self, health_check_ts: float | None = None) -> None:
        """One turn: wait, hear the children, write outcomes, claim, hand out."""
        self._wait()
        self._hear_children()
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = time.monotonic()
            for rescued in self._leases.rescue():
                recorder.job_rescued(rescued)
        self._turn()
        if time.monotonic() - self._extended_at >= self._settings.lease_seconds / 3:
            self._extend()
        if self._signals_heard > 1 or self._is_finished():
            self.stop(graceful=self._signals_heard <= 1)
            raise ConsumerStopped

    def stop(self, graceful: bool = False) -> None:
        """Leave: idle children end by themselves, others are killed and their jobs go back."""
        unfinished = []
        for child in self._children:
            if child.claim is None:
                child.dismiss()
            else:
                child.kill()
                unfinished.append(child.claim)
        for child in self._children:
            child.bury()
        self._children.clear()
        if unfinished:
            self._leases.release(unfinished)
            for claim in unfinished:
                recorder.job_released(claim)
        self._extend()
        with session.transaction(self._settings) as transaction:
            values = {"now": self._clock.timestamp(), "worker_id": self.id}
            transaction.execute(statements.STOP_WORKER, values)
        self._bell.close()
        self._lock.release()
        signal.set_wakeup_fd(-1)
        recorder.worker_stopped(self.id, self._counts[JobState.SUCCEEDED], self._counts[JobState.FAILED])

    def check_worker_health(self) -> bool:
        """Fill every empty place with a new child; True when none was empty."""
        missing: int = self.workers - len(self._children)
        if missing > 0:
            session.dispose()  # a child must not share a connection with us
        for _ in range(missing):
            self._children.append(Child(self.huey, self._close_inherited))
        return missing <= 0

    def _register(self) -> None:
        with session.transaction(self._settings) as transaction:
            transaction.execute(
                statements.INSERT_WORKER,
                {
                    "id": self.id,
                    "host": socket.gethostname(),
                    "boot_id": boot_id(),
                    "pid": os.getpid(),
                    "lock_path": str(self._lock.path),
                    "queues": ",".join(self._share.queues),
                    "only_batch": self._share.batch_id,
                    "concurrency": self.workers,
                    "now": self._clock.timestamp(),
                },
            )

    def _set_signal_handlers(self) -> None:
        signal.set_wakeup_fd(self._alarm_sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle_signal)

    def _handle_signal(self, signum: int, frame: object) -> None:
        self._signals_heard += 1
        self._stopping = True

    def _close_inherited(self) -> None:
        """In a child: let go of everything that is the supervisor's."""
        session.forget_inherited()
        self._lock.close_inherited()
        self._bell.close(remove=False)
        self._alarm.close()
        self._alarm_sender.close()
        for sibling in self._children:
            sibling.connection.close()

    def _wait(self) -> None:
        if self._done:
            return
        pause = LOOK_SECONDS
        if not self._stopping and any(child.is_idle for child in self._children):
            next_due = self._leases.seconds_to_next()
            pause = pause if next_due is None else min(pause, next_due)
        ready = wait([self._bell.socket, self._alarm, *(child.connection for child in self._children)], pause)
        if self._bell.socket in ready:
            self._bell.silence()
        if self._alarm in ready:
            self._alarm.recv(64)
            if self._signals_heard == 1:
                recorder.worker_stopping(self.id, sum(not child.is_idle for child in self._children))

    def _hear_children(self) -> None:
        for child in list(self._children):
            said = child.hear()
            if said is None:
                self._replace(child)
                continue
            self._done += [message for message in said if isinstance(message, Completion)]
            self._progress += [message for message in said if isinstance(message, Progress)]

    def _replace(self, dead: Child) -> None:
        exit_code = dead.bury()
        self._children.remove(dead)
        recorder.child_died(self.id, dead.process.pid, exit_code, dead.claim)
        if dead.claim is not None:
            self._done.append(after_death(dead.claim, exit_code, self._clock.now()))
        if not self._stopping:
            self.check_worker_health()

    def _turn(self) -> None:
        finished = {done.claim.job_id for done in self._done}
        progress = [report for report in self._progress if report.claim.job_id not in finished]
        self._progress = []
        if progress:
            self._leases.report_progress(progress)
        idle = [] if self._stopping else [child for child in self._children if child.is_idle]
        if not self._done and not (idle and self._leases.has_work()):
            return
        done, self._done = self._done, []
        try:
            claims, refused = self._leases.turn(done, len(idle))
        except Exception:
            self._done = done  # kept for the next turn: an outcome is not lost to a locked database
            raise
        self._record(done, refused)
        for child, claim in zip(idle, claims, strict=False):
            child.give(claim)
            recorder.job_started(claim)

    def _record(self, done: Sequence[Completion], refused: Sequence[Completion]) -> None:
        for completion in done:
            if completion in refused:
                recorder.outcome_refused(completion)
                continue
            recorder.job_ended(completion)
            if completion.state in self._counts:
                self._counts[completion.state] += 1

    def _extend(self) -> None:
        self._extended_at = time.monotonic()
        self._leases.extend(self._counts[JobState.SUCCEEDED], self._counts[JobState.FAILED])

    def _is_finished(self) -> bool:
        if self._done or any(not child.is_idle for child in self._children):
            return False
        return self._stopping or (self._drain and not self._leases.unfinished())
