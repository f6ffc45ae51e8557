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
from scanjobs.db import driver, session
from scanjobs.db.connection import identity
from scanjobs.db.locks import boot_id
from scanjobs.domain.clock import Clock
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import JobState
from scanjobs.errors import DatabaseGoneError, StorageError
from scanjobs.jobs import recorder, statements
from scanjobs.jobs.children import Child
from scanjobs.jobs.deaths import after_death, how_it_died
from scanjobs.jobs.leases import Leases, Share
from scanjobs.jobs.liveness import LifeLock
from scanjobs.jobs.pool import Pool
from scanjobs.jobs.pruning import Pruner
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Claim, Completion, Failure, Progress
from scanjobs.jobs.wakeup import bell_of

LOOK_SECONDS = 1.0
"""How often it looks for dead workers, and for jobs whose ring was lost."""
GRACE_SECONDS = 10.0
"""How long a job that was asked to end may take to do so, before its process is killed."""
_CANCELLED = "It was cancelled while it ran."


class Supervisor(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's consumer with leases: what it has claimed comes back when it dies.

    It is single-threaded, so that it can fork at any time, and it alone claims and writes outcomes.
    """

    def __init__(
        self,
        queue: JobQueue,
        settings: Settings,
        *,
        share: Share,
        concurrency: int,
        drain: bool = False,
        most_jobs_per_child: int | None = None,
        shutdown_seconds: float | None = None,
        clock: Clock | None = None,
    ) -> None:
        """A worker that is not started yet.

        Args:
            queue: Whose tasks it runs.
            settings: Of the database it serves.
            share: Which jobs it serves.
            concurrency: How many jobs at once, each in a child of its own.
            drain: Whether it ends when nothing is left to do.
            most_jobs_per_child: After so many jobs a child is replaced.
            shutdown_seconds: How long running jobs may take when it is asked to leave; None is for ever.
            clock: What time it is.
        """
        self.id = new_id()
        self._settings = settings
        self._clock = clock or settings.clock
        self._share = share
        self._drain = drain
        self._shutdown_seconds = shutdown_seconds
        self._leases = Leases(settings=settings, worker_id=self.id, share=share, clock=self._clock)
        self._pool = Pool(queue, concurrency, most_jobs_per_child, before_fork=session.dispose)
        self._pruner = Pruner(settings, self._clock)
        self._done: list[Completion] = []
        self._progress: dict[int, Progress] = {}
        self._cancelled: dict[int, float] = {}
        self._counts = {JobState.SUCCEEDED: 0, JobState.FAILED: 0}
        self._signals_heard = 0
        self._is_unsure = False
        """Whether something was asked of the database whose answer never came."""
        self._stopping_since: float | None = None
        self._extended_at, self._extended_moment = time.monotonic(), self._clock.timestamp()
        self._looked_at = self._trusts_leases_at = float("-inf")
        super().__init__(queue, workers=concurrency, periodic=False, worker_type="process")

    # What Huey's constructor makes is made at the start instead: a child is a fork of a ready worker.

    def _create_scheduler(self) -> None:
        return None

    def _create_worker(self) -> None:
        return None

    def _create_process(self, process: Any, name: str) -> None:
        return None

    def start(self) -> None:
        """Listen, register, and start the children."""
        self._lock = LifeLock(self._settings.home / "workers", self.id)
        self._bell = bell_of(self._settings, self.id)
        self._alarm, self._alarm_sender = socket.socketpair()
        self._alarm_sender.setblocking(False)
        self._pool.close_inherited = self._close_inherited
        self._set_signal_handlers()  # before anyone can know of us, so that a signal never finds us without
        self._register()
        self._leases.tidy(self._settings.home / "workers")
        self._pool.fill()
        recorder.worker_started(self.id, self._share.queues, self.workers)

    def loop(self, health_check_ts: float | None = None) -> None:
        """One turn: wait, hear the children, write outcomes, claim, hand out."""
        try:
            self._wait()
            self._hear_children()
            self._look()
            self._turn()
            is_finished = self._is_finished()
        except DatabaseGoneError:
            self.stop()
            raise
        except StorageError as error:
            # Nothing is lost: outcomes are kept here until they can be written, leases until they end.
            recorder.storage_refused(self.id, error)
            self._is_unsure = True
            time.sleep(LOOK_SECONDS)
            is_finished = False
        except Exception:
            self.stop()  # a defect: its children would wait for ever, and it for them
            raise
        if self._must_end_now() or is_finished:
            self.stop(graceful=is_finished)
            raise ConsumerStopped

    def stop(self, graceful: bool = False) -> None:
        """Leave: idle children end by themselves, others are killed and their jobs go back."""
        unfinished = list(self._pool.claims())
        for child in self._pool.children:
            if child.claims:
                child.kill()
            else:
                child.dismiss()
        for child in list(self._pool.children):
            self._pool.remove(child)
        is_known = False
        try:
            if unfinished:
                self._leases.release(unfinished)
                recorder.jobs_released(unfinished)
            self._extend()
            with driver.write(self._settings) as connection:
                values = {"now": self._clock.timestamp(), "worker_id": self.id}
                connection.execute(statements.STOP_WORKER, values)
            is_known = True
        except StorageError as error:
            recorder.storage_refused(self.id, error)  # others see that the lock is free and rescue
        self._bell.close()
        self._lock.release(is_known=is_known)
        signal.set_wakeup_fd(-1)
        recorder.worker_stopped(self.id, self._counts[JobState.SUCCEEDED], self._counts[JobState.FAILED])

    def check_worker_health(self) -> bool:
        """Replace children that died or have done enough; always true afterwards."""
        self._pool.retire()
        return True

    def _register(self) -> None:
        with driver.write(self._settings) as connection:
            self._database = identity(self._settings)  # before anybody can see us and take it away
            connection.execute(
                statements.INSERT_WORKER,
                {
                    "id": self.id,
                    "host": socket.gethostname(),
                    "boot_id": boot_id(),
                    "pid": os.getpid(),
                    "lock_path": str(self._lock.path),
                    "queues": ",".join(self._share.queues),
                    "is_private": bool(self._share.only),
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
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()

    def _close_inherited(self) -> None:
        """In a child: let go of everything that is the supervisor's."""
        session.forget_inherited()
        self._lock.close_inherited()
        self._bell.close(remove=False)
        self._alarm.close()
        self._alarm_sender.close()

    def _wait(self) -> None:
        if self._done:
            return
        bell = self._bell.socket
        ready = wait(
            [bell, self._alarm, *(child.connection for child in self._pool.children)],
            self._patience(),
        )
        if bell in ready:
            self._bell.silence()
        if self._alarm in ready:
            self._alarm.recv(64)
            if self._signals_heard == 1:
                recorder.worker_stopping(self.id, sum(bool(child.claims) for child in self._pool.children))

    def _patience(self) -> float:
        """How long to sleep at most: to the next look, the next due job, the next limit."""
        moments = [LOOK_SECONDS]
        for child in self._pool.children:
            if child.claims:
                hard = self.huey.limits_of(child.claims[0].task).hard_seconds
                if hard is not None:
                    moments.append(max(0.0, hard - self._pool.working_since(child)))
        if self._stopping_since is None and self._pool.free() > 0:
            next_due = self._leases.seconds_to_next()
            if next_due is not None:
                moments.append(next_due)
        return min(moments)

    def _hear_children(self) -> None:
        for child in list(self._pool.children):
            said = child.hear()
            if said is None:
                self._replace(child)
                continue
            for message in said:
                if isinstance(message, Progress):
                    self._progress[message.seq] = message
                else:
                    self._progress.pop(message.claim.seq, None)
                    self._cancelled.pop(message.claim.seq, None)
                    self._done.append(message)

    def _replace(self, dead: Child) -> None:
        """Settle what a dead child was doing; what only waited in its pipe waits here again."""
        exit_code = self._pool.remove(dead)
        if dead.claims:
            claim = dead.claims.popleft()
            recorder.child_died(self.id, dead.process.pid, exit_code, claim)
            started_at = self._clock.timestamp() - (time.monotonic() - dead.since)
            if self._cancelled.pop(claim.seq, None) is not None:
                failure = Failure(error=_CANCELLED)
                done = Completion(
                    claim=claim, state=JobState.CANCELLED, failure=failure, started_at=started_at
                )
            else:
                done = after_death(
                    claim, dead.ending or how_it_died(exit_code), self._clock.now(), started_at
                )
            self._done.append(done)
            self._pool.waiting = [*dead.claims, *self._pool.waiting]
        elif dead.ending is None and self._stopping_since is None:
            recorder.child_died(self.id, dead.process.pid, exit_code, None)
        if self._stopping_since is None:
            self._pool.fill()

    def _look(self) -> None:
        """Enforce limits; once a second also rescue, cancel, extend, prune."""
        for child in self._pool.children:
            if child.claims and child.ending is None:
                limits = self.huey.limits_of(child.claims[0].task)
                hard = limits.hard_seconds
                if hard is not None and self._pool.working_since(child) >= hard:
                    child.kill(f"It took longer than its hard limit of {hard:g} seconds.")
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        if identity(self._settings) != self._database:
            raise DatabaseGoneError(f"The database {self._settings.database_path} was deleted or replaced.")
        self.check_worker_health()
        self._keep_leases()
        for rescued in self._leases.rescue(trusts_leases=time.monotonic() >= self._trusts_leases_at):
            recorder.job_rescued(rescued)
        self._cancel()
        keep = self._pool.worth_keeping()
        if len(self._pool.waiting) > keep:
            self._leases.release(self._pool.waiting[keep:])
            del self._pool.waiting[keep:]
        self._pruner.step()

    def _keep_leases(self) -> None:
        third = self._settings.lease_seconds / 3
        since = time.monotonic() - self._extended_at
        # A clock that was set, or a host that slept, moves every lease at once.
        stepped = abs(self._clock.timestamp() - self._extended_moment - since) > max(third / 2, LOOK_SECONDS)
        if since < third and not stepped:
            return
        self._extend()
        if since >= 2 * third or stepped:
            # This worker was held up, by a lock or by being stopped, and so may others have been.
            self._trusts_leases_at = time.monotonic() + max(third, 2 * LOOK_SECONDS)

    def _cancel(self) -> None:
        """End the jobs that somebody wants to end."""
        for seq, how in self._leases.cancels().items():
            child = next(
                (one for one in self._pool.children if one.claims and one.claims[0].seq == seq), None
            )
            if child is None:
                self._drop(seq)
                continue
            asked_at = self._cancelled.setdefault(seq, time.monotonic())
            if how == "terminate" or time.monotonic() - asked_at > GRACE_SECONDS:
                child.kill(_CANCELLED)
            else:
                child.cancel(seq)

    def _drop(self, seq: int) -> None:
        """Cancel a job that was claimed and has not begun."""
        for claim in self._pool.waiting:
            if claim.seq == seq:
                self._pool.waiting.remove(claim)
                failure = Failure(error="It was cancelled before it began.")
                self._done.append(Completion(claim=claim, state=JobState.CANCELLED, failure=failure))
                return

    def _turn(self) -> None:
        if self._is_unsure:
            self._leases.release_unheard([*self._pool.claims(), *(done.claim for done in self._done)])
            self._is_unsure = False
        self._pool.retire()
        self._note_progress()
        free = 0 if self._stopping_since is not None else self._pool.free()
        if free > 0 and not self._leases.has_work():
            free = 0
        if self._done or free:
            done, self._done = self._done, []
            try:
                claims, refused = self._leases.turn(done, free, self._pool.held())
            except BaseException:
                self._done = done + self._done
                raise
            self._pool.waiting += claims
            self._record(done, refused)
        for claim in self._pool.deal():
            recorder.job_started(claim)

    def _note_progress(self) -> None:
        if self._progress:
            held = {claim.seq: claim for claim in self._pool.claims()}
            told = [(held[seq], progress) for seq, progress in self._progress.items() if seq in held]
            self._leases.report_progress(told)
            self._progress.clear()

    def _record(self, done: Sequence[Completion], refused: Sequence[Completion]) -> None:
        self._pool.note(done)
        for completion in done:
            if completion in refused:
                recorder.outcome_refused(completion)
                continue
            recorder.job_ended(completion)
            if completion.state in self._counts:
                self._counts[completion.state] += 1

    def _extend(self) -> None:
        self._leases.extend(self._counts[JobState.SUCCEEDED], self._counts[JobState.FAILED])
        self._extended_at, self._extended_moment = time.monotonic(), self._clock.timestamp()

    def _must_end_now(self) -> bool:
        if self._signals_heard > 1:
            return True
        return (
            self._stopping_since is not None
            and self._shutdown_seconds is not None
            and time.monotonic() - self._stopping_since >= self._shutdown_seconds
        )

    def _is_finished(self) -> bool:
        if self._done:
            return False
        if self._stopping_since is not None:
            self._give_back()
        if any(True for _ in self._pool.claims()):
            return False
        return self._stopping_since is not None or (self._drain and not self._leases.unfinished())

    def _give_back(self) -> None:
        """When leaving: what was claimed and not yet handed out is for others."""
        waiting: list[Claim] = self._pool.waiting
        if waiting:
            self._leases.release(waiting)
            self._pool.waiting = []
            recorder.jobs_released(waiting)
