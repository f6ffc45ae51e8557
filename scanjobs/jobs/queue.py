"""The queue: Huey with tasks that know their queue, messages in JSON and a row for every job."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from huey.api import Huey, Task, TaskWrapper

from scanjobs.db.session import transaction
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import QUEUES
from scanjobs.jobs import messages
from scanjobs.jobs.context import running_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.retries import MOST_RETRIES, backoff_seconds, is_permanent
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import NewJob

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
                task.failure = error
                job = running_job.get()
                if is_permanent(error):
                    task.retries = 0
                elif job is not None:
                    task.retry_delay = backoff_seconds(job.attempt)
                raise

        task_class.execute = guarded
        return task_class

    def __call__(self, *args: Any, **kwargs: Any) -> Job:
        """Submit a job; durable when this returns.

        Raises:
            TypeError: the task does not take these arguments.
        """
        options = {name: kwargs.pop(name) for name in _CALL_OPTIONS & kwargs.keys()}
        if not self.context:
            args, kwargs = _bound(inspect.signature(self.func), args, kwargs)
        job: Job = super().__call__(*args, **kwargs, **options)
        return job

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
        queue: str = "default",
        retries: int = MOST_RETRIES,
        accept: Callable[..., None] | None = None,
        **options: Any,
    ) -> Callable[[Callable[..., Any]], JobTask]:
        """Say that a function can be queued.

        Args:
            queue: The queue its jobs wait in.
            retries: How many more attempts a job has after the first.
            accept: Called with the job's id and the arguments in the transaction that accepts the job:
                it records what the job is about, or raises, and then no job was accepted.
            options: Further options of Huey, such as `priority`.
        """
        decorate: Callable[[Callable[..., Any]], JobTask] = super().task(
            retries=retries, queue=queue, accept=accept, **options
        )
        return decorate

    def enqueue(self, task: Any) -> Any:
        """Accept a task as a job, with what its `accept` records, in one transaction."""
        if not isinstance(task, Task):
            return super().enqueue(task)
        with transaction(self.storage.settings):
            accept = getattr(type(task), "accept", None)
            if accept is not None:
                accept(task.id, *task.args, **task.kwargs)
            super().enqueue(task)
        return Job(task.id)

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
            queue=getattr(type(task), "queue", QUEUES[0]),
            priority=int(task.priority or 0),
            payload=payload,
            run_at=task.eta,
            batch_id=_batch.get(),
        )
        return queued

    def deserialize_task(self, data: bytes | str) -> Task:
        """The task back from its message."""
        text = data.decode() if isinstance(data, bytes) else data
        return self._registry.create_task(messages.decode(text))

    def knows(self, task_name: str) -> bool:
        """Whether a task of this name is registered here."""
        return task_name in self._registry._registry


def _bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments by name where they have one, so that people who look at the row can read it."""
    bound = signature.bind(*args, **kwargs)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    if kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}:
        return (), dict(bound.arguments)
    return bound.args, bound.kwargs
