"""Every task on one page: what can be queued, where it waits, and the one call it makes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from typing import Any

from huey.api import group
from huey.exceptions import RetryTask

from scanjobs.config import Settings, current
from scanjobs.db import driver, events, report_events, scans
from scanjobs.domain.ids import id_within
from scanjobs.domain.notifications import Channel, Target
from scanjobs.domain.reports import ReportOptions
from scanjobs.errors import ConfigurationError, DeliveryError, NotFoundError, UsageError
from scanjobs.jobs import schedule
from scanjobs.jobs.context import current_batch, this_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import FailedJob
from scanjobs.jobs.wrapper import JobTask
from scanjobs.reports import accept, generate, selection
from scanjobs.reports.selection import PREVIOUS

queue = JobQueue()
task = queue.task
periodic = queue.periodic


def load_tasks(settings: Settings) -> None:
    """Import the modules whose tasks the user has added; they may lie in the data folder.

    Raises:
        ConfigurationError: one of them cannot be imported.
    """
    if settings.tasks and str(settings.home) not in sys.path:
        sys.path.append(str(settings.home))
    for name in settings.tasks:
        try:
            import_module(name)
        except (Exception, SystemExit) as error:
            missing = isinstance(error, ModuleNotFoundError)
            raise ConfigurationError(
                f"The module {name} of the setting 'tasks' cannot be imported: {error!r}.",
                hint="Put it into the data folder, or name its folder in PYTHONPATH."
                if missing
                else "Mend the module, or take it out of the setting.",
            ) from error


def meet_schedule(settings: Settings) -> None:
    """Load the tasks, and bring the entries they declare into the schedule.

    Raises:
        ConfigurationError: a module of tasks cannot be imported.
    """
    load_tasks(settings)
    schedule.declare(settings, queue.declared.values())


def _accept_report(
    job_id: str,
    scan_id: str,
    format: str,
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    accept.accept_report(current(), job_id, scan_id, format, output, options, bundle_id=current_batch.get())


def _report_failed(job: FailedJob) -> None:
    report_events.failed(
        current(),
        job.id,
        error=job.error,
        hint=job.hint,
        attempts=job.attempts,
        failed_at=job.failed_at,
    )


@task(queue="reports", unique=True, accept=_accept_report, failed=_report_failed)
def generate_report(
    scan_id: str, format: str, output: str | None = None, options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write the report of one scan in one format."""
    job = this_job()
    return generate.generate_report(current(), job.id, job.progress)


def _check_reports(
    job_id: str,
    scan_id: str,
    formats: list[str],
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    accept.check_reports(current(), scan_id, formats, output, options)


@task(queue="reports", unique=True, accept=_check_reports)
def generate_reports(
    scan_id: str,
    formats: list[str],
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Have the reports of one scan written in several formats, side by side; answers their jobs."""
    bundle_id = this_job().id
    scan_id = accept.find_scan_id(current(), scan_id)  # a site or `latest` is one scan for all parts
    about = {"scan_id": scan_id, "output": output, "options": options}
    with queue.in_batch(bundle_id):
        parts = queue.enqueue(_parts(generate_report, formats, bundle_id, **about))
    return {"bundle_id": bundle_id, "jobs": [part.id for part in parts]}


def _parts(task: JobTask, formats: Sequence[str], bundle_id: str, **arguments: Any) -> group:
    """One job for each format, with the same ids however often a bundle is submitted."""
    return group(
        [
            task.signature(format=format, id=id_within(bundle_id, format), **arguments)
            for format in dict.fromkeys(formats)
        ]
    )


def _told(options: ReportOptions | None) -> dict[str, Any] | None:
    """Options as a job carries them; None where all is as usual."""
    return (options.told() or None) if options else None


def _accept_portfolio(
    job_id: str,
    format: str = "pdf",
    scans: list[str] | None = None,
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    accept.accept_portfolio(current(), job_id, format, scans, output, options, bundle_id=current_batch.get())


@task(queue="reports", unique=True, accept=_accept_portfolio, failed=_report_failed)
def generate_portfolio(
    format: str = "pdf",
    scans: list[str] | None = None,
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write one report of several sites; of every site, where no scans or sites are named."""
    job = this_job()
    return generate.generate_report(current(), job.id, job.progress)


def _accept_comparison(
    job_id: str,
    scan_id: str,
    against: str = PREVIOUS,
    format: str = "pdf",
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    accept.accept_comparison(
        current(), job_id, scan_id, against, format, output, options, bundle_id=current_batch.get()
    )


@task(queue="reports", unique=True, accept=_accept_comparison, failed=_report_failed)
def generate_comparison(
    scan_id: str,
    against: str = PREVIOUS,
    format: str = "pdf",
    output: str | None = None,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the report that compares a scan, or the newest one of a site, with an older one."""
    job = this_job()
    return generate.generate_report(current(), job.id, job.progress)


@periodic("0 2 * * *")
@task(unique=True)
def cleanup_old_notifications() -> dict[str, Any]:
    """Delete events and what was sent of them, as `notifications_days` and `notifications_most` say."""
    from scanjobs.maintenance import retention  # only wanted at night

    return retention.clean_up(current(), retention.Group.NOTIFICATIONS)


@periodic("30 2 * * *")
@task(unique=True)
def cleanup_old_scans() -> dict[str, Any]:
    """Delete scans with their reports, as the settings `scans_days` and `scans_count` say."""
    from scanjobs.maintenance import retention

    return retention.clean_up(current(), retention.Group.SCANS)


@periodic("0 3 * * *")
@task(unique=True)
def cleanup_old_reports() -> dict[str, Any]:
    """Delete the reports whose time is over, as the settings `reports_days` and `reports_count` say."""
    from scanjobs.maintenance import reports  # only wanted at night

    return {"deleted": [done.report.id for done in reports.clean_up(current()) if done.is_deleted]}


@periodic("*/5 * * * *")
@task(unique=True)
def check_health() -> list[str]:
    """Look whether workers, queues, disk, database and schedule are well; answers what is wrong."""
    from scanjobs.maintenance import health

    return health.watch(current())


@task(unique=True)
def write_metrics() -> bool:
    """Write the file that the setting `metrics_file` names; answers whether it names one."""
    from scanjobs.maintenance import metrics

    return metrics.keep_metrics_file(current())


@periodic("*/10 * * * *")
@task(queue="notifications", unique=True)
def check_notifications() -> list[str]:
    """Look whether notifications go out, and send those whose jobs were lost; answers what is wrong."""
    from scanjobs.maintenance import health
    from scanjobs.notifications import deliver

    with queue.batch():
        for delivery_id, target in deliver.lost_deliveries(current()):
            deliver_notification(delivery_id, _lane(target))
    return health.watch_notifications(current())


@periodic("0 */6 * * *")
@task(unique=True)
def job_statistics() -> int:
    """Write down how jobs went in each hour that is over; answers how many hours had any."""
    from scanjobs.maintenance import statistics

    return statistics.keep_job_statistics(current())


@periodic("0 * * * *")
@task(queue="notifications", unique=True)
def notification_statistics() -> int:
    """Write down how deliveries went in each hour that is over; answers how many hours had any."""
    from scanjobs.maintenance import statistics

    return statistics.keep_delivery_statistics(current())


@periodic("30 3 * * *")
@task(unique=True)
def cleanup_old_jobs() -> dict[str, Any]:
    """Delete jobs that have ended, as `history_days` and `history_most` say; workers do it by and by too."""
    from scanjobs.maintenance import retention

    return retention.clean_up(current(), retention.Group.JOBS)


@periodic("0 4 * * SUN")
@task(unique=True)
def maintain_database() -> dict[str, Any]:
    """Bring statistics of the planner up to date and the log into the file; tells what that did."""
    from scanjobs.db import upkeep

    return upkeep.maintain(current())


@task(unique=True)
def reclassify_scan(scan_id: str) -> dict[str, Any]:
    """Label one scan anew from what was observed, and judge it again."""
    from scanjobs import pipeline  # readers of captures and all, which whoever submits a job needs not

    return asdict(pipeline.reclassify_scan(current(), scan_id, job_id=this_job().id))


@task(queue="notifications", unique=True, priority=10, at_once=1)
def dispatch_events() -> dict[str, int]:
    """Make deliveries of what happened, for everybody who wants to hear of it."""
    from scanjobs.notifications import dispatch  # whoever submits a job tells nobody

    return dispatch.dispatch_events(current(), _submit_delivery)


@queue.chore
def _watch_events(settings: Settings) -> None:
    """Events stay unread until a worker sees them, whoever wrote them down and however that one ended."""
    if events.has_unread(settings):
        queue.submit_once(dispatch_events.signature())


@task(
    queue="notifications",
    retry_base_seconds=60,
    retry_cap_seconds=900,
    unique=True,
    limit_key="{lane}",
    at_once=1,
    rate="60/m",
)
def deliver_notification(delivery_id: str, lane: str) -> dict[str, Any]:
    """Send one message; of one lane, a mail server or an address of the web, 60 go a minute, one by one."""
    from scanjobs.notifications import deliver

    try:
        done = deliver.deliver(current(), delivery_id, this_job().id, _submit_delivery)
    except DeliveryError as error:
        if error.retry_after_seconds is None:
            raise
        raise RetryTask(error.message, delay=error.retry_after_seconds) from error
    return {
        "delivery_id": delivery_id,
        "state": str(done.state),
        "answer": done.answer,
        "until": done.until and done.until.isoformat(),
    }


def _submit_delivery(delivery_id: str, target: Target, due_at: datetime) -> None:
    queue.enqueue(deliver_notification.signature(delivery_id, _lane(target), eta=due_at))


def _lane(target: Target) -> str:
    """What shares a limit: all mails to their server, all that goes to one web address; files none."""
    if target.channel in (Channel.WEBHOOK, Channel.SLACK):
        return f"notify:{target.channel}:{id_within(target.address, 'lane')[:8]}"
    return "" if target.channel is Channel.FILE else f"notify:{target.channel}"


@task(queue="notifications", unique=True)
def deliver_notifications(delivery_ids: list[str]) -> dict[str, Any]:
    """Have failed or cancelled messages sent after all, side by side; answers their jobs."""
    return {"jobs": [job.id for job in retry_deliveries(delivery_ids)]}


@driver.retried
def retry_deliveries(delivery_ids: Sequence[str]) -> list[Job]:
    """Open these deliveries again and submit a job for each, all or none; what was delivered stays so."""
    from scanjobs.db import deliveries  # the ORM, which whoever submits a job may do without

    with queue.batch():
        again = deliveries.reopen(current(), delivery_ids, current().clock.now())
        return [deliver_notification(id, _lane(target)) for id, target in again]


def find_task(name: str) -> JobTask:
    """The task of this name, which is its module and its own; the module may be left out for ours.

    Raises:
        NotFoundError: nobody has registered such a task.
    """
    for candidate in (name, f"{__name__}.{name}"):
        module, _, function = candidate.rpartition(".")
        if queue.task_named(candidate) is not None:
            found = getattr(sys.modules.get(module), function, None)
            if isinstance(found, JobTask):
                return found
    known = ", ".join(queue.task_names())
    raise NotFoundError(f"There is no task {name}.", hint=f"Known are: {known}. See the setting 'tasks'.")


def check_call(name: str, kwargs: dict[str, Any]) -> str:
    """The whole name of a task that takes these arguments.

    Raises:
        UsageError: there is no such task, or it does not take them.
    """
    try:
        found = find_task(name)
    except NotFoundError as error:
        raise UsageError(error.message, hint=error.hint) from error
    try:
        found.signature(**kwargs)
    except TypeError as error:
        raise UsageError(
            f"{name} does not take these arguments: {error}.", hint="Give them by name as a JSON object."
        ) from error
    return found.full_name


@driver.retried
def submit_reports(
    scan_id: str,
    formats: Sequence[str],
    output: str | None = None,
    options: ReportOptions | None = None,
    **when: Any,
) -> list[Job]:
    """Submit one job for each format, all or none; one that waits already is not made twice.

    `when` are delay, eta, priority and the like, as the queue takes them.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        UsageError: several formats were to go into one file, or there is no such language.
        StorageError: the reports could not be written there.
    """
    asked = _told(options)
    whole_id = accept.check_reports(current(), scan_id, formats, output, asked)
    about = {"scan_id": whole_id, "output": output, "options": asked}
    with queue.batch() as bundle_id:
        return list(queue.enqueue(_parts(generate_report, formats, bundle_id, **about, **when)))


@driver.retried
def submit_portfolio(
    named: Sequence[str],
    formats: Sequence[str],
    output: str | None = None,
    options: ReportOptions | None = None,
    **when: Any,
) -> list[Job]:
    """Submit one job for each format of a report about these scans or sites, or every site there is now.

    Raises as `submit_reports` does, and UsageError where two of the scans are of one site.
    """
    asked = _told(options)
    accept.check_formats(formats, output, asked)
    ids = [scan.id for scan in selection.scans_of_portfolio(current(), named)]
    about = {"scans": ids, "output": output, "options": asked}
    with queue.batch() as bundle_id:
        return list(queue.enqueue(_parts(generate_portfolio, formats, bundle_id, **about, **when)))


@driver.retried
def submit_comparison(
    scan_id: str,
    against: str,
    formats: Sequence[str],
    output: str | None = None,
    options: ReportOptions | None = None,
    **when: Any,
) -> list[Job]:
    """Submit one job for each format of a report that compares two scans.

    Raises as `submit_reports` does, and UsageError where both are one scan.
    """
    asked = _told(options)
    accept.check_formats(formats, output, asked)
    older, newer = selection.scans_of_comparison(current(), scan_id, against)
    about = {"scan_id": newer.id, "against": older.id, "output": output, "options": asked}
    with queue.batch() as bundle_id:
        return list(queue.enqueue(_parts(generate_comparison, formats, bundle_id, **about, **when)))


@driver.retried
def submit_reclassifications(scan_ids: Sequence[str]) -> list[Job]:
    """Submit one job for each scan, all or none; one that waits already is not made twice.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
    """
    found = [scans.find_scan(current(), scan_id).id for scan_id in scan_ids]
    with queue.batch():
        return [reclassify_scan(scan_id) for scan_id in found]
