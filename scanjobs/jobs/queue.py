"""The queue: Huey with tasks that know their queue, messages in JSON and a row for every job."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from huey.api import Huey, Task, TaskWrapper
from huey.exceptions import RateLimitExceeded, TaskLockedException

from scanjobs.config import Settings
from scanjobs.db.session import transaction
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import QUEUES
from scanjobs.errors import ConfigurationError, UsageError
from scanjobs.jobs import control, messages
from scanjobs.jobs.codec import marked
from scanjobs.jobs.context import running_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.limits import HARD_SECONDS, SOFT_SECONDS
from scanjobs.jobs.locks import ExactRateLimit
from scanjobs.jobs.retries import BASE_SECONDS, CAP_SECONDS, MOST_RETRIES, backoff_seconds, is_permanent
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import Limits, NewJob

_batch: ContextVar[str | None] = ContextVar("scanjobs_batch", default=None)

_CALL_OPTIONS = {
    "id",
    "eta",
    "delay",
    "retries",
    "retry_delay",
    "retry_backoff",
    "priority",
    "expires",
    "timeout",
}
"""What Huey takes out of the arguments of a call."""


class JobTask(TaskWrapper):  # type: ignore[misc]  # Huey has no types
    """A function that can be queued: calling it submits a job."""

    def __init__(self, huey: JobQueue, func: Callable[..., Any], **options: Any) -> None:
        super().__init__(huey, func, **options)
        self._parameters = inspect.signature(func)

    def create_task(
        self, func: Callable[..., Any], context: bool = False, name: str | None = None, **settings: Any
    ) -> type[Task]:
        """The task class, its `execute` deciding whether and when a failed attempt is made again."""
        task_class: type[Task] = super().create_task(func, context, name, **settings)
        execute = task_class.execute

        def guarded(task: Task) -> Any:
            try:
                return execute(task)
            except BaseException as error:
                job = running_job.get()
                if is_permanent(error):
                    task.retries = 0
                elif isinstance(error, RateLimitExceeded):
                    task.retry_delay = 0  # Huey waits for the next window instead
                elif job is not None:
                    task.retry_delay = backoff_seconds(job.attempt, *type(task).backoff)
                    if isinstance(error, TaskLockedException):
                        task.retries += 1  # to wait for a lock is no failure
                raise

        task_class.execute = guarded
        return task_class

    def __call__(self, *args: Any, **kwargs: Any) -> Job:
        """Submit a job; durable when this returns.

        Raises:
            TypeError: the task does not take these arguments.
        """
        job: Job = self.huey.enqueue(self.signature(*args, **kwargs))
        return job

    def signature(self, *args: Any, **kwargs: Any) -> Task:
        """One call as a task that can be submitted later, its arguments checked now."""
        options = {name: kwargs.pop(name) for name in _CALL_OPTIONS & kwargs.keys()}
        if not self.context:
            args, kwargs = _bound(self._parameters, args, kwargs)
        return self.s(*args, **kwargs, **options)

    def map(self, calls: Iterable[Any]) -> list[Job]:
        """Submit many jobs in one transaction: a tuple holds the arguments of one call."""
        tasks = [self.signature(*(call if isinstance(call, tuple) else (call,))) for call in calls]
        jobs: list[Job] = self.huey.enqueue_many(tasks)
        return jobs

    def delay(self, *args: Any, **kwargs: Any) -> Job:
        """The same as calling it."""
        return self(*args, **kwargs)


class JobQueue(Huey):  # type: ignore[misc]  # Huey has no types
    """Huey on the table of jobs."""

    storage_class = JobStorage

    def __init__(self, name: str = "scanjobs", **storage: Any) -> None:
        super().__init__(name, serializer=messages.JsonSerializer(), **storage)

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
            options: Further options of Huey, such as `priority`.
        """
        if queue not in QUEUES:
            raise ConfigurationError(
                f"There is no queue {queue!r} for a task.", hint=f"Queues are {', '.join(QUEUES)}."
            )
        decorate: Callable[[Callable[..., Any]], JobTask] = super().task(
            retries=retries,
            queue=queue,
            backoff=(retry_base_seconds, retry_cap_seconds),
            limits=Limits(soft_seconds=soft_limit_seconds, hard_seconds=hard_limit_seconds),
            unique=unique,
            accept=accept,
            **options,
        )
        return decorate

    def enqueue(self, task: Any) -> Any:
        """Accept a task as a job, with what its `accept` records, in one transaction."""
        if not isinstance(task, Task):
            return super().enqueue(task)
        if not (type(task).accept or type(task).unique):
            super().enqueue(task)
            return Job(task.id, settings=self._settings)
        with transaction(self.storage.settings):
            return self._accept(task)

    def enqueue_many(self, tasks: Sequence[Task]) -> list[Job]:
        """Accept many tasks as jobs, in one transaction."""
        if any(type(task).accept or type(task).unique for task in tasks):
            with transaction(self.storage.settings):
                return [self._accept(task) for task in tasks]
        self.storage.accept([self.serialize_task(task).job for task in tasks])
        return [Job(task.id, settings=self._settings) for task in tasks]

    def _accept(self, task: Task) -> Job:
        if type(task).unique:
            twin = self.storage.waiting_twin(unique_key(task))
            if twin is not None:
                return Job(twin, is_new=False, settings=self._settings)
        if type(task).accept:
            type(task).accept(task.id, *task.args, **task.kwargs)
        super().enqueue(task)
        return Job(task.id, settings=self._settings)

    def _settings(self) -> Settings:
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
        token = _batch.set(batch_id)
        try:
            yield
        finally:
            _batch.reset(token)

    def serialize_task(self, task: Task) -> QueuedMessage:
        """The task as JSON, with its row beside it."""
        message = self._registry.create_message(task)
        payload = messages.encode(message)
        queued = QueuedMessage(payload.encode())
        queued.job = NewJob(
            id=task.id,
            task=message.name,
            queue=type(task).queue,
            priority=int(task.priority or 0),
            payload=payload,
            run_at=task.eta,
            expires_at=task.expires_resolved,
            batch_id=_batch.get(),
            unique_key=unique_key(task) if type(task).unique else None,
        )
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
            self.storage.settings, Job(task.id, settings=self._settings).record(), clock=self.storage.clock
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


def unique_key(task: Task) -> str:
    """The same for the same task with the same arguments."""
    words = json.dumps([task.name, marked(list(task.args)), marked(task.kwargs)], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments by name where they have one, so that people who look at the row can read it."""
    bound = signature.bind(*args, **kwargs)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    if kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}:
        return (), dict(bound.arguments)
    return bound.args, bound.kwargs
