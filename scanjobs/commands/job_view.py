"""How jobs look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.commands.status_view import what
from scanjobs.domain.jobs import WITH_OTHERS, JobRecord, TaskRecord

MOST_SHOWN = 400
"""Characters of an argument or a result."""


def jobs_table(jobs: Sequence[JobRecord]) -> Table:
    """One job a line."""
    table = console.table("Job", "Task", "Queue", "State", ">Attempt", "Submitted", "Outcome")
    for job in jobs:
        table.add_row(
            console.identifier(job.id),
            what(job),
            job.queue,
            console.state(job.state),
            str(job.attempt),
            console.ago(job.created_at),
            console.printable(job.error or job.progress_phase or ""),
        )
    return table


def tasks_table(tasks: Sequence[TaskRecord]) -> Table:
    """One task a line."""
    table = console.table("Task", "Queue", ">Retries", ">Soft", ">Hard", "What it does")
    for task in tasks:
        table.add_row(
            task.name,
            task.queue,
            str(task.retries),
            _limit(task.soft_limit_seconds),
            _limit(task.hard_limit_seconds),
            console.printable(task.about + (" (unique)" if task.is_unique else "")),
        )
    return table


def _limit(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:g} s"


def job_view(job: JobRecord) -> Iterator[RenderableType]:
    """Everything that is known about one job, and what happened to it when."""
    yield Text.assemble((job.task, "bold"), "  job ", (job.id, "bold cyan"))
    yield console.facts(_facts(job))
    if job.events:
        yield ""
        yield _story(job)
    if job.traceback:
        yield ""
        yield Text(console.printable(job.traceback.rstrip(), keep="\n"), style="dim")


def _facts(job: JobRecord) -> Iterator[tuple[str, RenderableType]]:
    yield "state", console.state(job.state)
    yield "queue", job.queue + (f", priority {job.priority}" if job.priority else "")
    for name, value in job.arguments.items():
        yield name, _shortened(str(value))
    yield "submitted", _moment(job.created_at)
    if job.limit:
        yield "limit", job.limit
    if job.held_at:
        yield "waits for", f"its turn within that limit, since {_moment(job.held_at)}"
    if job.run_at == WITH_OTHERS and not job.held_at:
        yield "not before", "the jobs it waits for have ended"
    elif job.created_at < job.run_at < WITH_OTHERS:
        yield "not before", _moment(job.run_at)
    if job.expires_at:
        yield "expires", _moment(job.expires_at)
    if job.started_at:
        yield (
            "started",
            f"{_moment(job.started_at)}, {console.duration(job.started_at - job.created_at)} later",
        )
    if job.finished_at:
        took = f", after {console.duration(job.finished_at - job.started_at)}" if job.started_at else ""
        yield "ended", _moment(job.finished_at) + took
    yield "attempt", f"{job.attempt}" + (f", rescued {job.rescues} times" if job.rescues else "")
    if job.worker_id:
        yield "worker", job.worker_id
    if job.progress is not None and not job.state.is_final:
        yield "progress", f"{job.progress:.0f} % {job.progress_phase or ''}"
    if job.error:
        yield "error", job.error
    if job.hint:
        yield "hint", job.hint
    if job.result is not None:
        yield "result", _shortened(str(job.result))


def _shortened(text: str) -> str:
    """What a person wants to see of a value; `--json` has all of it."""
    if len(text) <= MOST_SHOWN:
        return text
    return f"{text[:MOST_SHOWN]}… ({len(text):,} characters)"


def _story(job: JobRecord) -> Table:
    table = console.table("When", "What happened", "")
    for event in job.events:
        told = ", ".join(f"{key} {value}" for key, value in event.facts.items())
        table.add_row(f"{event.at:%H:%M:%S.%f}"[:12], event.event, console.printable(told))
    return table


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
