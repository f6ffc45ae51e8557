"""How the state of the queue looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import QUEUES, WITH_OTHERS, JobRecord, QueueRecord, WorkerRecord
from scanjobs.domain.schedules import ComingRun
from scanjobs.jobs.monitor import Status


def status_view(status: Status) -> Iterator[RenderableType]:
    """A table of each kind, of those only that there are."""
    now = status.at
    yield _workers(status.workers, now)
    yield ""
    yield queues_table(status.queues, now)
    if status.running:
        yield ""
        yield running_table(status.running, now, is_alone=len(status.workers) < 2)
    if status.scheduled:
        yield ""
        yield scheduled_table(status.scheduled, now)
    if status.coming:
        yield ""
        yield coming_table(status.coming, now)
    if status.finished:
        yield ""
        yield results_table(status.finished, now, "Last results")
    shown = {job.id for job in status.finished}
    if earlier := [job for job in status.failed if job.id not in shown]:
        yield ""
        yield results_table(earlier, now, "Failed before")


def _workers(workers: Sequence[WorkerRecord], now: datetime) -> RenderableType:
    if not workers:
        return Text.assemble(("No worker runs.", "yellow"), "  Start one with `scanjobs worker`.")
    return workers_table(workers, now)


def workers_table(workers: Sequence[WorkerRecord], now: datetime) -> Table:
    """One worker a line."""
    table = console.table(
        "Worker", "State", "Process", "Pool", "Queues", ">Busy", ">Memory", ">Done", ">Failed", ">Up"
    )
    for worker in workers:
        table.add_row(
            console.identifier(worker.id),
            Text("alive", style="green") if worker.is_alive else Text("dead", style="bold red"),
            str(worker.pid) if worker.is_here else f"{worker.host}:{worker.pid}",
            worker.pool,
            "all" if set(worker.queues) == set(QUEUES) else ", ".join(worker.queues),
            busy(worker),
            "–" if worker.memory is None else f"{worker.memory / 1e6:,.0f} MB",
            f"{worker.succeeded:,}",
            f"{worker.failed:,}",
            console.duration(now - worker.started_at),
        )
    return table


def busy(worker: WorkerRecord) -> str:
    """How many of its children work."""
    most = "" if worker.children == worker.concurrency else f" of {worker.concurrency}"
    return f"{len(worker.current)}/{worker.children}{most}"


def queues_table(queues: Sequence[QueueRecord], now: datetime) -> Table:
    """One queue a line."""
    table = console.table("Queue", ">Waiting", ">Scheduled", ">Running", ">A minute", "Oldest")
    for queue in queues:
        table.add_row(
            Text.assemble(queue.name, (" paused", "yellow") if queue.is_paused else ""),
            f"{queue.queued:,}",
            f"{queue.scheduled:,}",
            f"{queue.running:,}",
            f"{queue.per_minute:,.0f}" if queue.per_minute >= 10 else f"{queue.per_minute:.1f}",
            console.ago(queue.oldest_at, now) if queue.oldest_at else "–",
        )
    return table


def running_table(jobs: Sequence[JobRecord], now: datetime, *, is_alone: bool) -> Table:
    """One running job a line; which worker has it only where there are several."""
    table = console.table(
        "Job", "Running", "Progress", ">", "Phase", "For", *(() if is_alone else ("Worker",))
    )
    for job in jobs:
        by = () if is_alone else (console.identifier(job.worker_id or "–"),)
        table.add_row(
            console.identifier(job.id),
            what(job),
            ProgressBar(total=100, completed=job.progress or 0, width=16),
            f"{job.progress or 0:.0f} %",
            console.printable(job.progress_phase or ""),
            console.duration(now - job.started_at) if job.started_at else "–",
            *by,
        )
    return table


def scheduled_table(jobs: Sequence[JobRecord], now: datetime) -> Table:
    """One job a line that waits for its time."""
    table = console.table("Job", "Next", "State", "Starts")
    for job in jobs:
        starts = "after others" if job.run_at == WITH_OTHERS else soon(job.run_at, now)
        table.add_row(console.identifier(job.id), what(job), console.state(job.state), starts)
    return table


def coming_table(runs: Sequence[ComingRun], now: datetime) -> Table:
    """One entry of the schedule a line."""
    table = console.table("Next run", "Task", "When", "Starts", "Last outcome")
    for run in runs:
        table.add_row(
            Text(run.name, style="cyan"),
            console.printable(run.task.rpartition(".")[2]),
            console.printable(run.when),
            soon(run.next_at, now),
            f"{run.last_outcome or 'under way'}, {console.ago(run.last_at, now)}" if run.last_at else "–",
        )
    return table


def soon(moment: datetime, now: datetime) -> str:
    """When something is due, for people."""
    return f"in {console.duration(moment - now)}" if moment > now else "now"


def results_table(jobs: Sequence[JobRecord], now: datetime, title: str) -> Table:
    """One job a line that has ended."""
    table = console.table("Job", title, "State", "Ended", "Took", "Outcome")
    for job in jobs:
        took = job.finished_at - job.started_at if job.finished_at and job.started_at else None
        table.add_row(
            console.identifier(job.id),
            what(job),
            console.state(job.state),
            console.ago(job.finished_at, now),
            console.duration(took) if took is not None else "–",
            outcome(job),
        )
    return table


def what(job: JobRecord) -> str:
    """The task and what it is about, in a few words."""
    words = [job.task.rpartition(".")[2]]
    words += [
        short(value) if len(value) == 36 else value
        for value in job.arguments.values()
        if isinstance(value, str) and len(value) <= 36
    ]
    return console.printable(" ".join(words))


def outcome(job: JobRecord) -> str:
    """What came of a job, in a few words."""
    if job.error:
        return console.printable(job.error)
    if isinstance(job.result, dict) and isinstance(job.result.get("size"), int):
        return console.file_size(job.result["size"])
    return console.printable(result_words(job.result))


def result_words(result: Any) -> str:
    """What a task answered, in a few words: numbers and texts by their names, lists by their length."""
    match result:
        case None:
            return ""
        case dict():
            told = ((key.replace("_", " "), value) for key, value in result.items() if not key.endswith("id"))
            return ", ".join(f"{key} {result_words(value)}" for key, value in told if value not in (None, ""))
        case list():
            return f"{len(result):,}"
        case _:
            return str(result)
