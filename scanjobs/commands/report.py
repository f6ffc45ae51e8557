"""`scanjobs report`: have reports of one scan written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanjobs.commands.options import (
    AtOption,
    CsvBomOption,
    CsvRawOption,
    FormatOption,
    InOption,
    JsonOption,
    KeepDaysOption,
    LanguageOption,
    OutputOption,
    PriorityOption,
    ScanOrSiteArgument,
    WaitOption,
    options_of,
)
from scanjobs.domain.jobs import JobRecord
from scanjobs.domain.reports import ReportFormat, ReportOptions

if TYPE_CHECKING:
    from scanjobs.jobs.job import Job


def report(
    scan: ScanOrSiteArgument,
    format: FormatOption = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="SCAN",
            help="Compare it with this older scan; `previous` is the scan of the site before it.",
        ),
    ] = None,
    output: OutputOption = None,
    language: LanguageOption = "en",
    csv_raw: CsvRawOption = False,
    csv_bom: CsvBomOption = True,
    keep_days: KeepDaysOption = 0,
    wait: WaitOption = False,
    start_in: InOption = None,
    start_at: AtOption = None,
    priority: PriorityOption = None,
    json: JsonOption = False,
) -> None:
    """Write the report of a scan, or of what differs between two, one job for each format."""
    when = options_of(start_in, start_at, None, priority)
    options = ReportOptions(language=language, csv_raw=csv_raw, csv_bom=csv_bom, keep_days=keep_days)
    formats = format or [ReportFormat.PDF]
    if against is None:
        submit(scan, formats, output, options, wait=wait, json=json, **when)
        return
    from scanjobs import tasks

    follow_up(
        tasks.submit_comparison(scan, against, list(dict.fromkeys(formats)), output, options, **when),
        wait=wait,
        json=json,
    )


def submit(
    scan: str,
    formats: list[ReportFormat],
    output: str | None,
    options: ReportOptions,
    *,
    wait: bool,
    json: bool,
    **when: Any,
) -> None:
    """Submit one job for each format and print what came of it."""
    from scanjobs import tasks

    submitted = tasks.submit_reports(scan, list(dict.fromkeys(formats)), output, options, **when)
    follow_up(submitted, wait=wait, json=json)


def follow_up(submitted: Sequence[Job], *, wait: bool, json: bool) -> None:
    """Print which jobs were submitted; where somebody waits for them, what came of them."""
    from scanjobs import config, console
    from scanjobs.commands import following
    from scanjobs.domain.ids import short
    from scanjobs.jobs import monitor

    settings = config.current()
    ids = [job.id for job in submitted]
    for known in (job for job in submitted if not job.is_new):
        console.say("note", f"The same report waits already, as job {short(known.id)}.")
    if not wait:
        jobs: Sequence[JobRecord] = monitor.among(settings, ids)
        if json:
            console.show_json(jobs)
        else:
            following.print_submitted(settings, jobs, queue="reports")
        return

    jobs = following.follow(settings, ids, queue="reports")
    if json:
        console.show_json(jobs)
    else:
        for job in jobs:
            if job.result:
                console.show_line(job.result["path"])
    raise typer.Exit(following.report_outcomes(jobs))
