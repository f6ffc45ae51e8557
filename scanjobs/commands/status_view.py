"""How the state of the queue looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scanjobs import config, console
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import WITH_OTHERS, JobRecord, QueueRecord, WorkerRecord
from scanjobs.jobs.monitor import Status


def status_view(status: Status) -> Iterator[RenderableType]:
    """Four tables, each with a line instead where there is nothing."""
    now = config.now()
    yield _workers(status.workers, now)
    yield ""
    yield queues_table(status.queues, now)
    if status.running:
        yield ""
        yield _running(status.running, now)
    if status.scheduled:
        yield ""
        yield _scheduled(status.scheduled, now)
    if status.finished:
        yield ""
        yield _finished(status.finished, now)


def _workers(workers: Sequence[WorkerRecord], now: datetime) -> RenderableType:
    if not workers:
        return Text.assemble(("No worker runs.", "yellow"), "  Start one with `scanjobs worker`.")
    table = console.table("Worker", "State", "Host", ">PID", "Queues", ">Busy", ">Done", ">Failed", "Up")
    for worker in workers:
        table.add_row(
            console.identifier(worker.id),
            Text("alive", style="green") if worker.is_alive else Text("dead", style="bold red"),
            worker.host,
            str(worker.pid),
            ", ".join(worker.queues),
            _busy(worker),
            f"{worker.succeeded:,}",
            f"{worker.failed:,}",
            console.duration(now - worker.started_at),
        )
    return table


def _busy(worker: WorkerRecord) -> str:
    most = "" if worker.children == worker.concurrency else f" of {worker.concurrency}"
    return f"{worker.running}/{worker.children}{most}"


def queues_table(queues: Sequence[QueueRecord], now: datetime) -> Table:
    """One queue a line."""
    table = console.table("Queue", ">Waiting", ">Scheduled", ">Running", "Oldest")
    for queue in queues:
        table.add_row(
            Text.assemble(queue.name, (" paused", "yellow") if queue.is_paused else ""),
            f"{queue.queued:,}",
            f"{queue.scheduled:,}",
            f"{queue.running:,}",
            console.ago(queue.oldest_at, now) if queue.oldest_at else "–",
        )
    return table


def _running(jobs: Sequence[JobRecord], now: datetime) -> Table:
    table = console.table("Job", "Running", "Progress", ">", "Phase", "For")
    for job in jobs:
        table.add_row(
            console.identifier(job.id),
            what(job),
            ProgressBar(total=100, completed=job.progress or 0, width=16),
            f"{job.progress or 0:.0f} %",
            console.printable(job.progress_phase or ""),
            console.duration(now - job.started_at) if job.started_at else "–",
        )
    return table


def _scheduled(jobs: Sequence[JobRecord], now: datetime) -> Table:
    table = console.table("Job", "Next", "State", "Starts")
    for job in jobs:
        if job.run_at == WITH_OTHERS:
            starts = "after others"
        else:
            starts = f"in {console.duration(job.run_at - now)}" if job.run_at > now else "now"
        table.add_row(console.identifier(job.id), what(job), console.state(job.state), starts)
    return table


def _finished(jobs: Sequence[JobRecord], now: datetime) -> Table:
    table = console.table("Job", "Last results", "State", "Ended", "Took", "Outcome")
    for job in jobs:
        took = job.finished_at - job.started_at if job.finished_at and job.started_at else None
        table.add_row(
            console.identifier(job.id),
            what(job),
            console.state(job.state),
            console.ago(job.finished_at, now),
            console.duration(took) if took is not None else "–",
            _outcome(job),
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


def _outcome(job: JobRecord) -> str:
    if job.error:
        return console.printable(job.error)
    if isinstance(job.result, dict) and isinstance(job.result.get("size"), int):
        return console.file_size(job.result["size"])
    return "" if job.result is None else str(job.result)
