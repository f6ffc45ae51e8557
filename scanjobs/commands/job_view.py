"""How jobs look in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.commands.status_view import outcome, what
from scanjobs.domain.events import Event
from scanjobs.domain.jobs import WITH_OTHERS, Attempt, FollowUp, JobRecord, TaskRecord
from scanjobs.domain.reports import ReportRecord
from scanjobs.jobs.whole_story import JobStory

MOST_SHOWN = 400
"""Characters of an argument or a result."""
LAST_LINES = 6
"""Of a traceback."""
MOST_RELATED = 12


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


def job_view(told: JobStory, *, is_traceback_whole: bool) -> Iterator[RenderableType]:
    """Everything that is known about one job, what happened to it when, and what it led to."""
    job = told.job
    yield Text.assemble((job.task, "bold"), "  job ", (job.id, "bold cyan"))
    yield console.facts([*_facts(job), *_files(told.report)])
    if told.attempts:
        yield ""
        yield _attempts(told.attempts)
    if job.events:
        yield ""
        yield _story(job)
    if told.happened:
        yield ""
        yield _happened(told.happened)
    for title, related in (
        ("Submitted with it", told.siblings),
        ("Submitted by it", told.parts),
        ("It waits for", told.members),
    ):
        if related:
            yield ""
            yield _related(title, related)
    if told.follow_ups:
        yield ""
        yield _follow_ups(told.follow_ups)
    if job.traceback:
        yield ""
        yield _traceback(job.traceback, is_whole=is_traceback_whole)


def _files(report: ReportRecord | None) -> Iterator[tuple[str, RenderableType]]:
    if report is not None:
        size = "not written" if report.size is None else console.file_size(report.size)
        yield "file", f"{report.path} ({size})"
        yield "report", report.id


def _attempts(attempts: Sequence[Attempt]) -> Table:
    table = console.table(">Attempt", "Worker", ">Waited", "Began", ">Took", "Ended as", "Error")
    for attempt in attempts:
        took = None if attempt.ended_at is None else attempt.ended_at - attempt.began_at
        table.add_row(
            str(attempt.number),
            attempt.worker or "–",
            console.duration(timedelta(seconds=attempt.waited_seconds)),
            f"{attempt.began_at:%H:%M:%S}",
            "–" if took is None else console.duration(took),
            attempt.outcome or "under way",
            console.printable(attempt.error or ""),
        )
    return table


def _happened(events: Sequence[Event]) -> Table:
    table = console.table("When", "Event", "Severity", "About")
    for event in events:
        about = event.subject or event.site or event.report_id or event.scan_id or ""
        table.add_row(
            f"{event.happened_at:%H:%M:%S}",
            str(event.type),
            str(event.severity or ""),
            console.printable(about),
        )
    return table


def _related(title: str, jobs: Sequence[JobRecord]) -> Table:
    table = console.table("Job", title, "State", "Outcome")
    for job in jobs[:MOST_RELATED]:
        table.add_row(console.identifier(job.id), what(job), console.state(job.state), outcome(job))
    if len(jobs) > MOST_RELATED:
        table.add_row("", f"and {len(jobs) - MOST_RELATED:,} more", "", "")
    return table


def _follow_ups(follow_ups: Sequence[FollowUp]) -> Table:
    table = console.table("Job", "Leads to", "When it has", "State")
    for one in follow_ups:
        state = "–" if one.state is None else console.state(one.state)
        table.add_row(console.identifier(one.id), console.printable(one.task), one.after, state)
    return table


def _traceback(text: str, *, is_whole: bool) -> Text:
    lines = text.rstrip().splitlines()
    hidden = 0 if is_whole else max(0, len(lines) - LAST_LINES)
    shown = "\n".join(lines[hidden:])
    told = Text(console.printable(shown, keep="\n"), style="dim")
    if hidden:
        told = Text.assemble((f"{hidden} lines before these; --traceback prints them\n", "cyan"), told)
    return told


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
    if job.batch_id:
        yield "batch", job.batch_id
    if job.worker_id:
        yield "worker", job.worker_id
    if job.cancel and not job.state.is_final:
        yield "asked", "to end" if job.cancel == "ask" else "to be ended by force"
    if job.progress is not None and not job.state.is_final:
        yield "progress", f"{job.progress:.0f} % {job.progress_phase or ''}"
    if job.error:
        yield "error", job.error
    if job.hint:
        yield "hint", job.hint
    if job.result is not None:
        yield "result", _shortened(json.dumps(job.result, ensure_ascii=False, default=str))


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
