"""Writes what there is to measure in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

import os
import platform
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from scanjobs import __version__
from scanjobs.config import Settings
from scanjobs.db import alarms, statistics
from scanjobs.db.condition import condition
from scanjobs.domain.clock import Clock
from scanjobs.domain.schedules import EntryRecord, EntryState
from scanjobs.domain.statistics import Durations, JobCounts, summed
from scanjobs.files import write_atomically
from scanjobs.jobs import entry_rows, monitor
from scanjobs.maintenance.statistics import delivery_hours, job_hours

BOUNDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Of the buckets of durations, in seconds."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

Sample = tuple[str, dict[str, str], float]
"""What its name ends with beyond that of its family, its labels, its value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Samples of one kind."""

    name: str
    kind: str
    """counter, gauge, histogram."""
    help: str
    samples: tuple[Sample, ...]

    def lines(self) -> Iterator[str]:
        """As text; nothing where there is nothing to tell."""
        if self.samples:
            yield f"# HELP {self.name} {self.help}"
            yield f"# TYPE {self.name} {self.kind}"
        for ending, labels, value in self.samples:
            told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"{self.name}{ending}{'{' + told + '}' if told else ''} {_number(value)}"


def metrics_text(settings: Settings, *, clock: Clock | None = None) -> str:
    """All of it as text.

    Raises:
        StorageError: the database cannot be read.
    """
    now = (clock or settings.clock).now()
    families = [
        _gauge("build_info", "Which scanjobs this is; always 1.", [(_build(settings), 1)]),
        *_jobs(settings, now),
        *_queues(settings, now),
        *_workers(settings),
        *_deliveries(settings, now),
        *_schedule(settings, now),
        *_storage(settings),
    ]
    return "".join(f"{line}\n" for family in families for line in family.lines())


def write_metrics(settings: Settings, path: Path, *, clock: Clock | None = None) -> None:
    """Put them into a file, whole at every moment, that others may read.

    Raises:
        StorageError: it cannot be written, or the database cannot be read.
    """
    text = metrics_text(settings, clock=clock)

    def draw(file: BinaryIO) -> None:
        os.fchmod(file.fileno(), 0o644)  # node_exporter is another user
        file.write(text.encode())

    write_atomically(path, draw)


def keep_metrics_file(settings: Settings, *, clock: Clock | None = None) -> bool:
    """Write the file that the setting `metrics_file` names; answers whether it names one."""
    if not settings.metrics_file:
        return False
    write_metrics(settings, settings.home / settings.metrics_file, clock=clock)
    return True


def _build(settings: Settings) -> dict[str, str]:
    database = "sqlite" if settings.database_path is not None else "postgresql"
    return {"version": __version__, "python": platform.python_version(), "database": database}


def _jobs(settings: Settings, now: datetime) -> Iterator[Family]:
    by_task: dict[tuple[str, str], list[JobCounts]] = defaultdict(list)
    for one in job_hours(settings, _EVER, now):
        by_task[one.queue, one.task].append(one.counts)
    counts = {
        (("queue", queue), ("task", task)): summed(every) for (queue, task), every in sorted(by_task.items())
    }
    yield _counter(
        "jobs_ended_total",
        "Jobs that ended, by outcome.",
        [
            ({**dict(labels), "state": state}, getattr(one, state))
            for labels, one in counts.items()
            for state in ("succeeded", "failed", "cancelled")
        ],
    )
    yield _counter(
        "job_retries_total",
        "Attempts at jobs that ended, beyond the first of each.",
        [(dict(labels), one.retries) for labels, one in counts.items()],
    )
    yield _histogram(
        "job_waiting_seconds",
        "From when jobs could begin until they did, of those that succeeded or failed.",
        [(dict(labels), one.waiting) for labels, one in counts.items()],
    )
    yield _histogram(
        "job_running_seconds",
        "How long the last attempts of jobs took that succeeded or failed.",
        [(dict(labels), one.running) for labels, one in counts.items()],
    )


def _queues(settings: Settings, now: datetime) -> Iterator[Family]:
    queues = monitor.queues(settings)
    yield _gauge(
        "queue_jobs",
        "Jobs in a queue: queued wait for a worker, scheduled for their time or another attempt.",
        [
            ({"queue": queue.name, "state": state}, number)
            for queue in queues
            for state, number in (
                ("queued", queue.queued),
                ("scheduled", queue.scheduled),
                ("running", queue.running),
            )
        ],
    )
    yield _gauge(
        "queue_oldest_seconds",
        "Since when the longest waiting queued job was submitted; 0 where none waits.",
        [
            ({"queue": queue.name}, (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0)
            for queue in queues
        ],
    )
    yield _gauge(
        "queue_paused",
        "1 for a queue from which no jobs are taken.",
        [({"queue": queue.name}, queue.is_paused) for queue in queues],
    )


def _workers(settings: Settings) -> Iterator[Family]:
    workers = [worker for worker in monitor.workers(settings) if not worker.is_private]
    alive = [worker for worker in workers if worker.is_alive]
    yield _gauge(
        "workers",
        "Workers that did not leave in good order.",
        [({"state": "alive"}, len(alive)), ({"state": "dead"}, len(workers) - len(alive))],
    )
    yield _gauge(
        "worker_capacity_jobs",
        "Jobs that all living workers can run at once.",
        [({}, sum(worker.concurrency for worker in alive))],
    )


def _deliveries(settings: Settings, now: datetime) -> Iterator[Family]:
    ended: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in delivery_hours(settings, _EVER, now):
        for place, number in enumerate((one.delivered, one.failed, one.retries)):
            ended[one.channel][place] += number
    yield _counter(
        "deliveries_ended_total",
        "Deliveries that ended, by outcome.",
        [
            ({"channel": channel, "state": state}, numbers[place])
            for channel, numbers in sorted(ended.items())
            for place, state in enumerate(("delivered", "failed"))
        ],
    )
    yield _counter(
        "delivery_retries_total",
        "Attempts at deliveries that ended, beyond the first of each.",
        [({"channel": channel}, numbers[2]) for channel, numbers in sorted(ended.items())],
    )
    yield _gauge(
        "deliveries_waiting",
        "Deliveries that wait for a worker, for quiet hours to end, or for a digest.",
        [({"channel": channel}, number) for channel, number, _ in statistics.waiting_deliveries(settings)],
    )


def _schedule(settings: Settings, now: datetime) -> Iterator[Family]:
    entries = entry_rows.every_entry(settings)
    yield _gauge(
        "schedule_lateness_seconds",
        "Since when an entry of the schedule is due; 0 where it is not, or is paused.",
        [({"entry": entry.name}, _lateness(entry, now)) for entry in entries],
    )
    yield _gauge(
        "schedule_last_run_timestamp_seconds",
        "When the last run of an entry was accepted as a job.",
        [({"entry": entry.name}, entry.last_at.timestamp()) for entry in entries if entry.last_at],
    )


def _lateness(entry: EntryRecord, now: datetime) -> float:
    if entry.state is not EntryState.ACTIVE or entry.next_at is None:
        return 0.0
    return max(0.0, (now - entry.next_at).total_seconds())


def _storage(settings: Settings) -> Iterator[Family]:
    found = condition(settings, examine_seconds=0)
    yield _gauge("database_bytes", "Size of the database.", [({}, found.bytes)])
    if settings.database_path is not None:
        yield _gauge("database_wal_bytes", "Size of its write-ahead log.", [({}, found.wal_bytes)])
        yield _gauge("database_free_bytes", "Room in it that deleted rows left.", [({}, found.free_bytes)])
    if settings.home.exists():
        free = shutil.disk_usage(settings.home).free
        yield _gauge("disk_free_bytes", "Room on the disk of the data folder.", [({}, free)])
    yield _gauge(
        "alarms", "What was wrong when the schedule last looked.", [({}, len(alarms.raised(settings)))]
    )


def _gauge(name: str, help: str, samples: Iterable[tuple[dict[str, str], float]]) -> Family:
    return _family("gauge", name, help, samples)


def _counter(name: str, help: str, samples: Iterable[tuple[dict[str, str], float]]) -> Family:
    return _family("counter", name, help, samples)


def _family(kind: str, name: str, help: str, samples: Iterable[tuple[dict[str, str], float]]) -> Family:
    told = tuple(("", labels, value) for labels, value in samples)
    return Family(name=f"scanjobs_{name}", kind=kind, help=help, samples=told)


def _histogram(name: str, help: str, every: Iterable[tuple[dict[str, str], Durations]]) -> Family:
    samples: list[Sample] = []
    for labels, durations in every:
        for bound in BOUNDS:
            samples.append(("_bucket", {**labels, "le": f"{bound:g}"}, durations.up_to(bound)))
        samples.append(("_bucket", {**labels, "le": "+Inf"}, durations.count))
        samples += [("_sum", labels, round(durations.seconds, 6)), ("_count", labels, durations.count)]
    return Family(name=f"scanjobs_{name}", kind="histogram", help=help, samples=tuple(samples))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
