"""A function that can be queued: what `@task` makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from huey.api import Task, TaskWrapper
from huey.exceptions import RateLimitExceeded, RetryTask, TaskLockedException

from scanjobs.domain.ids import new_id
from scanjobs.jobs.arguments import Arguments
from scanjobs.jobs.context import current_batch, running_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.retries import backoff_seconds, is_permanent

if TYPE_CHECKING:
    from scanjobs.jobs.queue import JobQueue

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
        self._arguments = Arguments(func)
        # Nearly all calls are of this kind, and need no task object to become a row.
        self._is_plain = (
            self._arguments.all_have_names
            and self.task_class.is_plain
            and self.task_class.limit is None
            and not self.context
            and not self.task_class.default_expires
        )
        self.full_name = f"{self.task_class.__module__}.{self.task_class.__name__}"
        """Module and name, by which messages and entries of the schedule know it."""
        self._place = (self.full_name, self.task_class.queue, int(self.task_class.default_priority or 0))
        self._form = huey.form_of(self.task_class)

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
                if isinstance(error, RetryTask) and error.delay is not None:
                    error.eta, error.delay = self.huey.moment_in(error.delay), None
                raise

        task_class.execute = guarded
        return task_class

    def __call__(self, *args: Any, **kwargs: Any) -> Job:
        """Submit a job; durable when this returns.

        Raises:
            TypeError: the task does not take these arguments.
        """
        huey: JobQueue = self.huey
        if self._is_plain and not (huey.is_watched or huey.immediate) and _CALL_OPTIONS.isdisjoint(kwargs):
            return self._submit(*self._arguments.bind(args, kwargs))
        job: Job = huey.enqueue(self.signature(*args, **kwargs))
        return job

    def _submit(self, _: tuple[()], kwargs: dict[str, Any]) -> Job:
        """What Huey's `enqueue` comes to where nobody listens: after a synced commit every line costs."""
        job_id = new_id()
        self.huey.storage.accept_message(
            job_id, *self._place, self._form.filled(job_id, kwargs), current_batch.get()
        )
        return Job(job_id, settings=self.huey.settings)

    def signature(self, *args: Any, **kwargs: Any) -> Task:
        """One call as a task that can be submitted later, its arguments checked now."""
        options = {name: kwargs.pop(name) for name in _CALL_OPTIONS & kwargs.keys()} if kwargs else {}
        if not self.context:
            args, kwargs = self._arguments.bind(args, kwargs)
        if options.get("delay") is not None and options.get("eta") is None:
            options["eta"] = self.huey.moment_in(options.pop("delay"))
        return self.s(*args, **kwargs, **options)

    def schedule(
        self, args: Any = None, kwargs: Any = None, eta: Any = None, delay: Any = None, **options: Any
    ) -> Job:
        """Submit a job for later; what Huey takes, it takes."""
        if delay is not None and eta is None:
            eta, delay = self.huey.moment_in(delay), None
        job: Job = super().schedule(args, kwargs, eta, delay, **options)
        return job

    def map(self, calls: Iterable[Any]) -> list[Job]:
        """Submit many jobs in one transaction: a tuple holds the arguments of one call."""
        tasks = [self.signature(*(call if isinstance(call, tuple) else (call,))) for call in calls]
        jobs: list[Job] = self.huey.enqueue_many(tasks)
        return jobs

    def delay(self, *args: Any, **kwargs: Any) -> Job:
        """The same as calling it."""
        return self(*args, **kwargs)
