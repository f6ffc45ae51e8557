"""The worker: one process that claims jobs, hands them to children and writes what came of them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
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
from scanjobs.jobs.autoscale import Autoscale
from scanjobs.jobs.children import kind_named
from scanjobs.jobs.children.contract import Child
from scanjobs.jobs.claiming import Share
from scanjobs.jobs.deaths import after_death
from scanjobs.jobs.heartbeat import LOOK_SECONDS, Heartbeat
from scanjobs.jobs.leases import CANCELLED, Leases
from scanjobs.jobs.liveness import LifeLock
from scanjobs.jobs.pool import Pool
from scanjobs.jobs.pruning import Pruner
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.systemd import Notifier
from scanjobs.jobs.ticker import Ticker
from scanjobs.jobs.values import Claim, Completion, Failure, Progress
from scanjobs.jobs.wakeup import bell_of

GRACE_SECONDS = 10.0
"""How long a job that was asked to end may take to do so, before its process is killed."""


class Supervisor(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's consumer with leases: what it has claimed comes back when it dies.

    It alone claims and writes outcomes. Where its children are processes it is single-threaded, so that it
    can fork at any time.
    """

    def __init__(
        self,
        queue: JobQueue,
        settings: Settings,
        *,
        share: Share,
        concurrency: int,
        least: int | None = None,
        pool: str = "process",
        drain: bool = False,
        most_jobs_per_child: int | None = None,
        shutdown_seconds: float | None = None,
        ticker: Ticker | None = None,
        clock: Clock | None = None,
    ) -> None:
        """A worker that is not started yet.

        Args:
            queue: Whose tasks it runs.
            settings: Of the database it serves.
            share: Which jobs it serves.
            concurrency: How many jobs at once, each in a child of its own.
            least: As few at once while there is little to do; None is always as many as `concurrency`.
            pool: Of which kind the children are: process, thread or solo.
            drain: Whether it ends when nothing is left to do.
            most_jobs_per_child: After so many jobs a child is replaced.
            shutdown_seconds: How long running jobs may take when it is asked to leave; None is for ever.
            ticker: Runs the schedule, if this worker is to.
            clock: What time it is.
        """
        self.id = new_id()
        self._settings = settings
        self._clock = clock or settings.clock
        self._share = share
        self._drain = drain
        self._shutdown_seconds = shutdown_seconds
        self._leases = Leases(
            settings=settings,
            worker_id=self.id,
            share=share,
            clock=self._clock,
            on_failed=queue.note_failure,
        )
        kind = kind_named(pool, queue)
        self._autoscale = Autoscale(least or concurrency, concurrency, time.monotonic())
        self._pool = Pool(kind, self._autoscale.size, most_jobs_per_child)
        self._pool_name = pool
        self._pruner = Pruner(settings, self._clock)
        self._ticker = ticker
        self._done: list[Completion] = []
        self._progress: dict[int, Progress] = {}
        self._cancelled: dict[int, float] = {}
        self._counts = {JobState.SUCCEEDED: 0, JobState.FAILED: 0}
        self._last_key = ""
        self._signals_heard = 0
        self._is_unsure = False
        """Whether something was asked of the database whose answer never came."""
        self._stopping_since: float | None = None
        self._is_fresh = True
        self._begins_anew = False
        self._systemd = Notifier()
        self._heartbeat = Heartbeat(
            leases=self._leases, clock=self._clock, lease_seconds=settings.lease_seconds
        )
        self._looked_at = float("-inf")
        super().__init__(queue, workers=concurrency, periodic=False, worker_type=kind.worker_type)

    # What Huey's constructor makes is made at the start instead: a child is a fork of a ready worker.

    def _create_scheduler(self) -> None:
        return None

    def _create_worker(self) -> None:
        return None

    def _create_process(self, process: Any, name: str) -> None:
        return None

    def run(self) -> None:
        """Work until asked to leave, or until nothing is left to do.

        After SIGHUP it begins anew instead, with the program and the settings of then.
        """
        self.start()
        try:
            self._pool.kind.oversee(self._loop)
        finally:
            signal.set_wakeup_fd(-1)
        if self._begins_anew:
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is wanted

    def _loop(self) -> None:
        with suppress(ConsumerStopped):
            while True:
                self.loop()

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
        recorder.worker_started(self.id, self._share.queues, self.workers, self._autoscale.least)
        if not self._pool.kind.enforces_limits:
            recorder.limits_are_cooperative(self.id, self._pool_name)
        self._systemd.ready(f"Serving {', '.join(self._share.queues)}")

    def loop(self, health_check_ts: float | None = None) -> None:
        """One turn: wait, hear the children, write outcomes, claim, hand out."""
        try:
            self._wait()
            self._hear_children()
            self._look()
            self._tick()
            self._turn()
            self._scale()
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
        if self._begins_anew:
            self._systemd.reloading()
        else:
            self._systemd.stopping()
        unfinished, left = list(self._pool.waiting), list[Claim]()
        for child in self._pool.children:
            if not child.claims:
                child.dismiss()
            elif child.kill():
                unfinished += child.claims
            else:
                left += child.claims
        for child in list(self._pool.children):
            self._pool.remove(child)
        is_known = False
        try:
            if unfinished:
                self._leases.release(unfinished)
                recorder.jobs_released(unfinished)
            self._heartbeat.extend(*self._counted())
            if not left:
                with driver.write(self._settings) as connection:
                    values = {"now": self._clock.timestamp(), "worker_id": self.id}
                    connection.execute(statements.STOP_WORKER, values)
                is_known = True
        except StorageError as error:
            recorder.storage_refused(self.id, error)  # others see that the lock is free and rescue
        self._bell.close()
        if left:
            # They run until this process has ended. The kernel lets go of the lock then, and not before.
            recorder.jobs_left(left)
        else:
            self._lock.release(is_known=is_known)
        recorder.worker_stopped(self.id, *self._counted())

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
                    "pool": self._pool_name,
                    "children": self._autoscale.size,
                    "now": self._clock.timestamp(),
                },
            )

    def _set_signal_handlers(self) -> None:
        signal.set_wakeup_fd(self._alarm_sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle_signal)
        # A terminal that closes sends SIGHUP too, and a worker in it should end.
        signal.signal(signal.SIGHUP, self._handle_signal if sys.stderr.isatty() else self._handle_reload)

    def _handle_reload(self, signum: int, frame: object) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
            self._begins_anew = True

    def _handle_signal(self, signum: int, frame: object) -> None:
        self._signals_heard += 1
        self._begins_anew = False
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
        if self._done or self._is_fresh:
            self._is_fresh = False  # jobs that wait already ring no bell
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
            if self._begins_anew:
                recorder.worker_reloading(self.id, self._pool.busy)
            elif self._signals_heard == 1:
                self._systemd.stopping()
                recorder.worker_stopping(self.id, self._pool.busy)

    def _patience(self) -> float:
        """How long to sleep at most: to the next look, the next due job, the next limit."""
        moments = [self._heartbeat.pause]
        for child in self._pool.children:
            if child.claims and child.ending is None:
                hard = self.huey.limits_of(child.claims[0].task).hard_seconds
                if hard is not None:
                    moments.append(max(0.0, hard - self._pool.working_since(child)))
        if self._stopping_since is None and self._pool.free() > 0:
            next_due = self._leases.seconds_to_next()
            if next_due is not None:
                moments.append(next_due)
        if self._ticker is not None and self._stopping_since is None:
            moments.append(self._ticker.seconds_to_next())
        if (soon := self._autoscale.patience(time.monotonic())) is not None:
            moments.append(soon)
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
            recorder.child_died(self.id, dead.name, exit_code, claim)
            started_at = self._clock.timestamp() - (time.monotonic() - dead.since)
            if self._cancelled.pop(claim.seq, None) is not None:
                failure = Failure(error=CANCELLED)
                done = Completion(
                    claim=claim, state=JobState.CANCELLED, failure=failure, started_at=started_at
                )
            else:
                done = after_death(
                    claim, dead.ending or dead.how_it_died(exit_code), self._clock.now(), started_at
                )
            self._done.append(done)
            self._pool.waiting = [*dead.claims, *self._pool.waiting]
        elif dead.ending is None and self._stopping_since is None:
            recorder.child_died(self.id, dead.name, exit_code, None)
        if self._stopping_since is None:
            self._pool.fill()

    def _look(self) -> None:
        """Enforce limits; once a second also extend, rescue, cancel, prune."""
        for child in self._pool.children:
            if child.claims and child.ending is None:
                limits = self.huey.limits_of(child.claims[0].task)
                hard = limits.hard_seconds
                if hard is not None and self._pool.working_since(child) >= hard:
                    self._end(child, f"It took longer than its hard limit of {hard:g} seconds.")
        if time.monotonic() - self._looked_at < self._heartbeat.pause:
            return
        self._looked_at = time.monotonic()
        self._systemd.alive()
        if identity(self._settings) != self._database:
            raise DatabaseGoneError(f"The database {self._settings.database_path} was deleted or replaced.")
        self.check_worker_health()
        self._heartbeat.step(*self._counted())
        for rescued in self._leases.rescue(trusts_leases=self._heartbeat.trusts_leases):
            recorder.job_rescued(rescued)
        self._cancel()
        self._last_key = self._leases.let_go(self._last_key)
        keep = self._pool.worth_keeping()
        if len(self._pool.waiting) > keep:
            self._leases.release(self._pool.waiting[keep:])
            del self._pool.waiting[keep:]
        self._pruner.step()
        if self._stopping_since is None:
            self._do_chores()

    def _do_chores(self) -> None:
        """What tasks have every worker do, which may make jobs; not one that is here for a few jobs only."""
        if not self._share.only:
            for chore in self.huey.chores:
                chore(self._settings)

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
                self._end(child, CANCELLED)
            else:
                child.cancel(seq)

    def _end(self, child: Child, why: str) -> None:
        """End a child with its job; where that cannot be done, another one takes its place."""
        is_asked_already = child.ending is not None
        if not child.kill(why) and not is_asked_already:
            recorder.job_cannot_be_ended(child.claims[0], why)

    def _drop(self, seq: int) -> None:
        """Cancel a job that was claimed and has not begun."""
        for claim in self._pool.waiting:
            if claim.seq == seq:
                self._pool.waiting.remove(claim)
                failure = Failure(error="It was cancelled before it began.")
                self._done.append(Completion(claim=claim, state=JobState.CANCELLED, failure=failure))
                return

    def _tick(self) -> None:
        """Turn slots of the schedule that have come into jobs."""
        if self._ticker is not None and self._stopping_since is None:
            self._ticker.step()

    def _turn(self) -> None:
        if self._is_unsure:
            self._leases.release_unheard([*self._pool.claims(), *(done.claim for done in self._done)])
            self._is_unsure = False
        self._pool.retire()
        self._note_progress()
        free = 0 if self._stopping_since is not None else self._pool.free()
        if self._done or free > 0:
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

    def _scale(self) -> None:
        """Have more children while jobs wait, fewer after a quiet while."""
        scale = self._autoscale
        if scale.least == scale.most or self._stopping_since is not None:
            return
        backlog = 0 if self._pool.free() > 0 else self._leases.backlog(scale.most, self._pool.held())
        before = scale.size
        size = scale.decide(time.monotonic(), backlog=backlog, busy=self._pool.busy)
        if size != before:
            self._pool.resize(size)
            recorder.pool_resized(self.id, before, size, scale.most, backlog)
            self._leases.note_children(size)

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

    def _counted(self) -> tuple[int, int]:
        """How many jobs it has seen through, and how many have failed."""
        return self._counts[JobState.SUCCEEDED], self._counts[JobState.FAILED]

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
        return self._stopping_since is not None or (self._drain and self._is_drained())

    def _is_drained(self) -> bool:
        if self._leases.unfinished():
            return False
        self._do_chores()
        return not self._leases.unfinished()

    def _give_back(self) -> None:
        """When leaving: what was claimed and not yet handed out is for others."""
        waiting: list[Claim] = self._pool.waiting
        if waiting:
            self._leases.release(waiting)
            self._pool.waiting = []
            recorder.jobs_released(waiting)
