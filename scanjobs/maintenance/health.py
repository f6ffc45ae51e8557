"""Looks whether everything is well: workers, queues, failures, disk, database, schedule, deliveries."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from scanjobs.config import Settings
from scanjobs.db import alarms, driver, events, statistics
from scanjobs.db.condition import condition
from scanjobs.domain.clock import Clock
from scanjobs.domain.english import counted, span
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.health import Health, Reason
from scanjobs.domain.ids import new_id, short
from scanjobs.domain.jobs import JobState, QueueRecord, WorkerRecord
from scanjobs.domain.schedules import EntryState
from scanjobs.errors import StorageError
from scanjobs.jobs import looking_statements, monitor
from scanjobs.jobs.entry_rows import every_entry
from scanjobs.jobs.rows import select
from scanjobs.maintenance import metrics

EXAMINE_SECONDS = 0.3
"""So long a look at the pages of the database takes at most; `scanjobs doctor` looks at all of them."""
UNREAD_SECONDS = 60.0
"""Deliveries are made of events within this time."""
DATABASE = "database"
"""The name of the reason that may be the only one that is known."""
OF_NOTIFICATIONS = "notifications"
"""Names of reasons that begin so are looked after by `check_notifications`."""

Check = Callable[[Settings, datetime], Iterator[Reason]]


def examine(settings: Settings, *, clock: Clock | None = None) -> Health:
    """How everything is now."""
    return _health(settings, (*_OWN_CHECKS, _notifications), clock)


def watch(settings: Settings, *, clock: Clock | None = None) -> list[str]:
    """Look whether all but notifications is well, and tell of what is newly wrong; answers what is wrong.

    Then the file of metrics is written, where the settings name one.
    """
    told = _tell(settings, _health(settings, _OWN_CHECKS, clock), of_notifications=False)
    metrics.keep_metrics_file(settings, clock=clock)
    return told


def watch_notifications(settings: Settings, *, clock: Clock | None = None) -> list[str]:
    """Look whether notifications go out, and tell where they newly do not; answers what is wrong."""
    return _tell(settings, _health(settings, (_notifications,), clock), of_notifications=True)


def _health(settings: Settings, checks: Sequence[Check], clock: Clock | None) -> Health:
    now = datetime.now(UTC)
    try:
        now = (clock or settings.clock).now()
        reasons = [reason for check in checks for reason in check(settings, now)]
    except StorageError as error:
        # Without the database nothing else can be known, but for what is often the cause.
        reasons = [_database_reason(error.message, error.hint), *_disk(settings, now)]
    return Health(checked_at=now, reasons=tuple(reasons))


@driver.retried
def _tell(settings: Settings, health: Health, *, of_notifications: bool) -> list[str]:
    """Raise and clear alarms, and write down in one event what is new."""
    found = {reason.name: reason for reason in health.reasons}
    before = {
        name for name in alarms.raised(settings) if name.startswith(OF_NOTIFICATIONS) == of_notifications
    }
    # Where the database could not be asked, it is not known that the others are gone.
    gone = set() if DATABASE in found else before - set(found)
    with driver.write(settings):
        alarms.clear(settings, gone)
        messages = [(reason.name, reason.message) for reason in health.reasons]
        new = [found[name] for name in alarms.sound(settings, messages, health.checked_at)]
        if new:
            events.append(settings, _event(new, health.checked_at))
    return [reason.message for reason in health.reasons]


def _event(new: Sequence[Reason], at: datetime) -> Event:
    about = next((reason for reason in new if reason.worker_id), None)
    return Event(
        id=new_id(),
        type=EventType.WORKER_UNHEALTHY,
        happened_at=at,
        subject=about.worker_id if about else None,
        facts={
            "reasons": [reason.message for reason in new],
            "host": (about and about.host) or socket.gethostname(),
            "pid": about.pid if about else None,
            "jobs": sum(reason.jobs for reason in new),
        },
    )


# --- what can be wrong ----------------------------------------------------------------------------------


def _database(settings: Settings, now: datetime) -> Iterator[Reason]:
    found = condition(settings, examine_seconds=EXAMINE_SECONDS)
    if found.problem:
        yield _database_reason(
            f"The database {settings.database_name} is damaged: {found.problem}.",
            "Stop the workers, move it away and restore a backup: `scanjobs db restore`.",
        )
    if found.wal_bytes > settings.health.wal_megabytes * 1e6:
        yield Reason(
            name="wal",
            message=f"The write-ahead log of the database has grown to {found.wal_bytes / 1e6:,.0f} MB.",
            hint="Some program keeps reading an old state of it: end it, or restart the workers.",
        )


def _database_reason(message: str, hint: str | None) -> Reason:
    return Reason(
        name=DATABASE, message=message, hint=hint or "`scanjobs doctor` says more about the database."
    )


def _disk(settings: Settings, now: datetime) -> Iterator[Reason]:
    free = shutil.disk_usage(settings.home).free / 1e6 if settings.home.exists() else float("inf")
    if free < settings.health.disk_free_megabytes:
        yield Reason(
            name="disk",
            message=f"The disk of the data folder {settings.home} has {free:,.0f} MB left.",
            hint="Free some space; `scanjobs reports clean` deletes old reports.",
        )


def _workers(settings: Settings, now: datetime) -> Iterator[Reason]:
    workers = monitor.workers(settings)
    for worker in workers:
        if worker.running and not worker.is_alive:
            yield _dead(worker)
    due = {
        queue: (number, datetime.fromtimestamp(since, UTC))
        for queue, number, since in select(settings, looking_statements.COUNT_DUE, {"now": now.timestamp()})
    }
    for queue in monitor.queues(settings):
        number, since = due.get(queue.name, (0, now))
        waiting = queue.queued + number
        if not waiting or queue.is_paused:
            continue
        is_served = any(
            worker.is_alive and not worker.is_private and queue.name in worker.queues for worker in workers
        )
        if is_served:
            yield from _backlog(settings, queue, now)
        else:
            oldest = min(since, queue.oldest_at or since)
            yield Reason(
                name=f"no_worker:{queue.name}",
                message=f"No worker serves the queue {queue.name}, in which {counted(waiting, 'job')} "
                f"{'waits' if waiting == 1 else 'wait'}, the oldest for {span(now - oldest)}.",
                hint=f"Start one: `scanjobs worker -q {queue.name}`, or `scanjobs worker` for all queues.",
                jobs=waiting,
            )


def _dead(worker: WorkerRecord) -> Reason:
    return Reason(
        name=f"dead_worker:{worker.id}",
        message=f"The worker {short(worker.id)} (process {worker.pid} on {worker.host}) is dead and holds "
        f"{counted(worker.running, 'job')} that nobody has taken over.",
        hint="Start a worker, which does so at once: `scanjobs worker`.",
        worker_id=worker.id,
        host=worker.host,
        pid=worker.pid,
        jobs=worker.running,
    )


def _backlog(settings: Settings, queue: QueueRecord, now: datetime) -> Iterator[Reason]:
    before = now - timedelta(minutes=settings.health.backlog_minutes)
    if queue.oldest_at is None or queue.oldest_at >= before:
        return
    values = {"queue": queue.name, "before": before.timestamp()}
    for (since,) in select(settings, looking_statements.WAITS_SINCE, values):
        waited = now - datetime.fromtimestamp(since, UTC)
        yield Reason(
            name=f"backlog:{queue.name}",
            message=f"In the queue {queue.name} a job has waited for {span(waited)}, "
            f"{counted(queue.queued, 'job')} in all.",
            hint="Have more run at once: `scanjobs worker -c 4`, or --autoscale 10,2; `scanjobs stats` says "
            "what takes long.",
            jobs=queue.queued,
        )


def _failures(settings: Settings, now: datetime) -> Iterator[Reason]:
    since = (now - timedelta(hours=1)).timestamp()
    ended: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for task, state, number in select(settings, looking_statements.COUNT_OUTCOMES, {"since": since}):
        ended[task] += number if state != JobState.CANCELLED else 0
        failed[task] += number if state == JobState.FAILED else 0
    number, total = failed.total(), ended.total()
    if number >= max(1, settings.health.failure_jobs) and 100 * number >= (
        settings.health.failure_percent * total
    ):
        worst = failed.most_common(1)[0][0].rpartition(".")[2]
        yield Reason(
            name="failures",
            message=f"Within the last hour {number:,} of {counted(total, 'job')} failed, {worst} most often.",
            hint="`scanjobs jobs list --state failed` lists them, `scanjobs jobs show JOB` tells why.",
            jobs=number,
        )


def _schedule(settings: Settings, now: datetime) -> Iterator[Reason]:
    before = now - timedelta(minutes=settings.health.late_minutes)
    late = sorted(
        (entry.next_at, entry.name)
        for entry in every_entry(settings)
        if entry.state is EntryState.ACTIVE and entry.next_at is not None and entry.next_at < before
    )
    if late:
        since, name = late[0]
        others = f", and {counted(len(late) - 1, 'other')} too" if len(late) > 1 else ""
        yield Reason(
            name="schedule",
            message=f"The entry {name} of the schedule has been due for {span(now - since)}{others}.",
            hint="Start a worker, which runs the schedule too, or `scanjobs beat` beside workers with "
            "--no-schedule.",
        )


def _notifications(settings: Settings, now: datetime) -> Iterator[Reason]:
    failed = statistics.failed_deliveries(settings, now - timedelta(hours=1))
    number = sum(failed.values())
    if number >= max(1, settings.health.failed_deliveries):
        yield Reason(
            name=f"{OF_NOTIFICATIONS}:failed",
            message=f"Within the last hour {counted(number, 'delivery', 'deliveries')} failed, "
            f"over {', '.join(failed)}.",
            hint="`scanjobs notify history` tells what the other side answered.",
        )
    number, due_at = statistics.overdue_deliveries(
        settings, now - timedelta(minutes=settings.health.late_minutes)
    )
    if due_at is not None:
        yield Reason(
            name=f"{OF_NOTIFICATIONS}:overdue",
            message=f"{counted(number, 'delivery', 'deliveries')} should have gone out, the first "
            f"{span(now - due_at)} ago.",
            hint="A worker for the queue notifications sends them: `scanjobs worker -q notifications`.",
        )
    first = statistics.first_unread_event(settings)
    if first is not None and (now - first).total_seconds() > UNREAD_SECONDS:
        yield Reason(
            name=f"{OF_NOTIFICATIONS}:unread",
            message=f"Of an event nobody has been told for {span(now - first)}.",
            hint="A worker for the queue notifications makes deliveries of events: "
            "`scanjobs worker -q notifications`.",
        )


_OWN_CHECKS: tuple[Check, ...] = (_database, _disk, _workers, _failures, _schedule)
