"""The queue: Huey with tasks that know their queue, messages in JSON and a row for every job."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from huey.api import Huey, Task, chord, group
from huey.registry import Message

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.refusals import is_duplicate
from scanjobs.db.session import transaction
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import QUEUES
from scanjobs.domain.schedules import Declaration
from scanjobs.errors import ConfigurationError, JobError, UsageError
from scanjobs.jobs import control, declarations, messages
from scanjobs.jobs.codec import marked
from scanjobs.jobs.composition import give_places, place_in_chord, tasks_of
from scanjobs.jobs.context import current_batch, running_job, standing_in
from scanjobs.jobs.job import Job, JobChord, JobGroup, first_job
from scanjobs.jobs.limit_keys import DeclaredLimit
from scanjobs.jobs.limits import HARD_SECONDS, SOFT_SECONDS
from scanjobs.jobs.locks import ExactRateLimit
from scanjobs.jobs.retries import BASE_SECONDS, CAP_SECONDS, MOST_RETRIES
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import FailedJob, Limits, NewJob
from scanjobs.jobs.wrapper import JobTask


class JobQueue(Huey):  # type: ignore[misc]  # Huey has no types
    """Huey on the table of jobs."""

    storage_class = JobStorage

    def __init__(self, name: str = "scanjobs", **storage: Any) -> None:
        super().__init__(name, serializer=messages.JsonSerializer(), **storage)
        self.is_watched = False
        """Whether somebody wants to be told of each submit, with the task as an object."""
        self.declared: dict[str, Declaration] = {}
        """The periodic entries of code that is loaded, by name."""
        self.chores: list[Callable[[Settings], None]] = []
        """What a worker does itself, about once a second; each takes a look by an index and no more."""

    def chore(self, function: Callable[[Settings], None]) -> Callable[[Settings], None]:
        """Have every worker do something about once a second, before it looks for jobs."""
        self.chores.append(function)
        return function

    @property
    def storage(self) -> JobStorage:
        """Where this queue writes; while one of its jobs runs here, what stands in for that."""
        stand_in = standing_in.get()
        if stand_in is not None and stand_in.stands_for is self._storage:
            return stand_in
        return self._storage

    @storage.setter
    def storage(self, storage: JobStorage) -> None:
        self._storage = storage

    def signal(self, *signals: str) -> Callable[..., Any]:
        """Have a function called when something happens to a task, as Huey does."""
        self.is_watched = True
        decorate: Callable[..., Any] = super().signal(*signals)
        return decorate

    def get_task_wrapper_class(self) -> type[JobTask]:
        """What `task` makes of a function."""
        return JobTask

    def task(
        self,
        *,
        queue: str = QUEUES[0],
        retries: int = MOST_RETRIES,
        retry_base_seconds: float = BASE_SECONDS,
        retry_cap_seconds: float = CAP_SECONDS,
        soft_limit_seconds: float | None = SOFT_SECONDS,
        hard_limit_seconds: float | None = HARD_SECONDS,
        unique: bool = False,
        accept: Callable[..., None] | None = None,
        failed: Callable[[FailedJob], None] | None = None,
        limit_key: str | Callable[..., str | None] | None = None,
        at_once: int | None = None,
        rate: str | None = None,
        **options: Any,
    ) -> Callable[[Callable[..., Any]], JobTask]:
        """Say that a function can be queued.

        Args:
            queue: The queue its jobs wait in.
            retries: How many more attempts a job has after the first.
            retry_base_seconds: The first wait is drawn from 0 to this; it doubles each time.
            retry_cap_seconds: The longest wait.
            soft_limit_seconds: After this time `SoftTimeLimitExceeded` is raised inside the task.
            hard_limit_seconds: After this time its process is killed.
            unique: While a job with the same arguments waits, no second one is accepted.
            accept: Called with the job's id and the arguments in the transaction that accepts the job:
                it records what the job is about, or raises, and then no job was accepted.
            failed: Called in the transaction in which a job has failed for good, which is by plain SQL: it
                records that. Where it raises, the job has failed all the same, and its story says so.
            limit_key: Jobs with the same key share the limits that follow, whatever their tasks and queues: a
                text with arguments in it, such as `"site:{site}"`, or a function of the arguments, whose
                answer may be None for no limit. Without a key, the jobs of this task share them.
            at_once: So many of a key run at once, across all workers. Others wait, and nothing behind them.
            rate: So many of a key begin in any such time, across all workers: `"10/m"`, `"1/30s"`.
            options: Further options of Huey, such as `priority`.
        """
        if queue not in QUEUES:
            raise ConfigurationError(
                f"There is no queue {queue!r} for a task.", hint=f"Queues are {', '.join(QUEUES)}."
            )
        task = partial(
            super().task,
            retries=retries,
            queue=queue,
            backoff=(retry_base_seconds, retry_cap_seconds),
            limits=Limits(soft_seconds=soft_limit_seconds, hard_seconds=hard_limit_seconds),
            unique=unique,
            accept=accept,
            failed=failed,
            is_plain=not (unique or accept),
            **options,
        )

        def decorate(func: Callable[..., Any]) -> JobTask:
            has_limit = limit_key is not None or at_once is not None or rate is not None
            limit = DeclaredLimit(func, limit_key, at_once, rate) if has_limit else None
            made: JobTask = task(limit=limit)(func)
            return made

        return decorate

    def periodic(
        self, cron: str | None = None, *, every: str | None = None, **options: Any
    ) -> Callable[[JobTask], JobTask]:
        """Say that a task runs again and again; stands above `@task()`.

        Args:
            cron: A cron expression, for instance `30 2 * * *`.
            every: Or a duration: `30s`, `15m`, `2h`, `1d`, `2w`, `1mo`.
            options: `name` of the entry (that of the function), `zone` (the host's), `start` of `every`,
                `kwargs` for the task, `catch_up` (once, all, skip), `overlap` (skip, allow, queue),
                `priority`.

        Raises:
            UsageError, ConfigurationError: it has no meaning.
        """
        module = _caller()

        def declare(task: JobTask) -> JobTask:
            if not isinstance(task, JobTask):
                raise ConfigurationError(
                    "Only a task can be periodic.", hint="Write @task() between @periodic and the function."
                )
            self._declare(
                declarations.declaration(task.full_name, cron, every, declared_in=module, **options)
            )
            return task

        return declare

    def periodic_task(
        self,
        validate_datetime: Callable[..., Any],
        *,
        retries: int = 0,
        name: str | None = None,
        zone: str = "UTC",
        **options: Any,
    ) -> Callable[[Callable[..., Any]], JobTask]:
        """What Huey's users write: a task and its entry in one, with Huey's `crontab`, and in UTC as there.

        Raises:
            ConfigurationError: it is given something else than a `crontab`.
        """
        cron, module = declarations.expression_of(validate_datetime), _caller()

        def decorate(function: Callable[..., Any]) -> JobTask:
            task = self.task(retries=retries, name=name, **options)(function)
            self._declare(declarations.declaration(task.full_name, cron, None, declared_in=module, zone=zone))
            return task

        return decorate

    def _declare(self, asked: Declaration) -> None:
        known = self.declared.setdefault(asked.name, asked)
        if known != asked:
            raise ConfigurationError(
                f"Two entries are declared as {asked.name}, in {known.declared_in} and {asked.declared_in}.",
                hint='Give one another name: @periodic(…, name="…").',
            )

    @driver.retried
    def enqueue(self, task: Any) -> Any:
        """Accept a task, a pipeline, a group or a chord, with what they are about, in one transaction.

        Answers a `Job`; a `JobGroup` for the steps of a pipeline and the members of a group; a `JobChord`.
        """
        if isinstance(task, chord):
            with self.together(tasks_of(task)):
                return self._accept_chord(task)
        if isinstance(task, group):
            with self.together(task.tasks):
                return JobGroup([self.enqueue(one) for one in task.tasks])
        if _is_plain(task) or self._is_retry(task):
            self._submit(task)
            first = Job(task.id, settings=self.settings)
        else:
            with transaction(self.storage.settings):
                first = self._accept(task)
        return first if task.on_complete is None else self._pipeline(first, task.on_complete)

    def submit_once(self, task: Task) -> None:
        """Submit a unique task unless its twin waits; by plain SQL, within any transaction there is."""
        with driver.write(self.storage.settings):
            if self.storage.waiting_twin(unique_key(task)) is None:
                self._submit(task)

    def form_of(self, task_class: type[Task]) -> messages.Form:
        """What the messages of a task have in common."""
        return messages.Form(self._registry.create_message(task_class()))

    def enqueue_many(self, tasks: Sequence[Task]) -> list[Job]:
        """Accept many tasks as jobs, in one transaction."""
        if self.is_watched or not all(map(_is_plain, tasks)):
            with self.together(tasks):
                return [first_job(self.enqueue(task)) for task in tasks]
        for task in tasks:
            self._settle_expiry(task)
        self.storage.accept([self.serialize_task(task).job for task in tasks])
        return [Job(task.id, settings=self.settings) for task in tasks]

    def moment_in(self, delay: float | timedelta) -> datetime:
        """When a wait from now is over, by the clock of this queue; Huey would ask the host's."""
        span = delay if isinstance(delay, timedelta) else timedelta(seconds=delay)
        moment: datetime = self.storage.clock.now() + span
        return moment

    def _submit(self, task: Task) -> None:
        self._settle_expiry(task)
        try:
            super().enqueue(task)
        except Exception as error:
            if not is_duplicate(error):
                raise
            raise JobError(
                f"The job {task.id} was submitted already.", hint="Make a new task for each submit."
            ) from error

    def _settle_expiry(self, task: Task) -> None:
        if task.expires is not None:
            if not isinstance(task.expires, datetime):
                task.expires = self.moment_in(task.expires)
            task.resolve_expires(self.utc)

    def _is_retry(self, task: Task) -> bool:
        job = running_job.get()
        return job is not None and job.id == task.id

    def together(self, tasks: Iterable[Any]) -> AbstractContextManager[Any]:
        """One transaction for several tasks: the ORM's where something is recorded with one of them."""
        if all(map(_is_plain, tasks)):
            return driver.write(self.storage.settings)
        return transaction(self.storage.settings)

    def _pipeline(self, first: Job, following: Task | None) -> JobGroup:
        jobs = [first]
        while following is not None:
            jobs.append(Job(following.id, follows=jobs[-1], settings=self.settings))
            following = following.on_complete
        return JobGroup(jobs)

    def _accept_chord(self, asked: chord) -> JobChord:
        """Accept the callback, which waits for its members, and the members."""
        callback = asked.callback
        self._settle_expiry(callback)
        if type(callback).accept:
            type(callback).accept(callback.id, *callback.args, **callback.kwargs)
        give_places(asked)
        jobs = [first_job(self.enqueue(member)) for member in asked.tasks]
        self.storage.accept_chord(self.serialize_task(callback).job, [job.id for job in jobs])
        return JobChord(JobGroup(jobs), Job(callback.id, settings=self.settings))

    def _accept(self, task: Task) -> Job:
        if self.storage.has_job(task.id):  # the step of a pipeline that is accepted again after a crash
            return Job(task.id, is_new=False, settings=self.settings)
        if type(task).unique:
            twin = self.storage.waiting_twin(unique_key(task))
            if twin is not None:
                return Job(twin, is_new=False, settings=self.settings)
        if type(task).accept:
            type(task).accept(task.id, *task.args, **task.kwargs)
        self._submit(task)
        return Job(task.id, settings=self.settings)

    def settings(self) -> Settings:
        """The settings of this process."""
        settings: Settings = self.storage.settings
        return settings

    @contextmanager
    def batch(self) -> Iterator[str]:
        """Submit several jobs as one batch: all are accepted, or none."""
        batch_id = new_id()
        with self.in_batch(batch_id), transaction(self.storage.settings):
            yield batch_id

    @contextmanager
    def in_batch(self, batch_id: str | None) -> Iterator[None]:
        """What is submitted inside belongs to this batch."""
        token = current_batch.set(batch_id)
        try:
            yield
        finally:
            current_batch.reset(token)

    def serialize_task(self, task: Task) -> QueuedMessage:
        """The task as JSON, with its row beside it."""
        job = _new_job(self._registry.create_message(task), type(task))
        if type(task).unique:
            job = replace(job, unique_key=unique_key(task))
        if type(task).limit is not None:
            job = replace(job, limit=type(task).limit.of(task.args, task.kwargs))
        queued = QueuedMessage(job.payload.encode())
        queued.job = job
        return queued

    def deserialize_task(self, data: bytes | str) -> Task:
        """The task back from its message."""
        text = data.decode() if isinstance(data, bytes) else data
        return self._registry.create_task(messages.decode(text))

    def is_revoked(self, task: Any, timestamp: Any = None, peek: bool = True) -> bool:
        """Never: what is revoked here is a row that was cancelled, and that is not claimed."""
        return False

    def revoke(self, task: Task, revoke_until: Any = None, revoke_once: bool = False) -> None:
        """Cancel the job of this task: at once where it waits, or by asking it to end.

        Raises:
            NotFoundError: there is no such job.
            JobError: it has ended already.
        """
        control.cancel(
            self.storage.settings, Job(task.id, settings=self.settings).record(), clock=self.storage.clock
        )

    def revoke_all(self, task_class: Any, revoke_until: Any = None, revoke_once: bool = False) -> None:
        """Not here, where what is revoked are rows.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            "A task cannot be revoked as a whole.", hint="Cancel its jobs, or pause its queue for a while."
        )

    def rate_limit(self, name: str, limit: int, per: int, retry: bool = True) -> ExactRateLimit:
        """Let at most `limit` calls begin in each `per` seconds; a job beyond them waits for its window."""
        return ExactRateLimit(self, name, limit, per, retry=retry)

    def task_named(self, name: str) -> type[Task] | None:
        """The task of this name, or None where this process does not know it."""
        found: type[Task] | None = self._registry._registry.get(name)
        return found

    def note_failure(self, job: FailedJob) -> None:
        """A job has failed for good: its task is told where it wants to be."""
        task_class = self.task_named(job.task)
        if task_class is not None and task_class.failed is not None:
            task_class.failed(job)

    def task_names(self) -> list[str]:
        """Every task this process knows."""
        return sorted(self._registry._registry)

    def retries_of(self, name: str) -> int:
        """How many more attempts a job of this task has after the first."""
        task_class = self.task_named(name)
        return MOST_RETRIES if task_class is None else int(task_class.default_retries)

    def limits_of(self, name: str) -> Limits:
        """How long an attempt at a task may take."""
        task_class = self.task_named(name)
        return task_class.limits if task_class else Limits(soft_seconds=None, hard_seconds=HARD_SECONDS)


def _caller() -> str:
    """The module whose code calls a method of the queue: what it declared once is missed when it is gone."""
    name: str = sys._getframe(2).f_globals["__name__"]
    return name


def _new_job(message: Message, task_class: type[Task]) -> NewJob:
    return NewJob(
        id=message.id,
        task=message.name,
        queue=task_class.queue,
        priority=int(message.priority or 0),
        payload=messages.encode(message),
        run_at=message.eta,
        expires_at=message.expires_resolved,
        batch_id=current_batch.get(),
        chord=place_in_chord(message),
    )


def _is_plain(task: Task) -> bool:
    """Whether nothing has to be recorded or looked up before it is accepted."""
    return bool(type(task).is_plain)


def unique_key(task: Task) -> str:
    """The same for the same task with the same arguments."""
    words = json.dumps([task.name, marked(list(task.args)), marked(task.kwargs)], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
