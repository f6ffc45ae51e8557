"""`scanjobs report`: have reports of one scan written."""

from __future__ import annotations

import typer

from scanjobs.commands.options import FormatOption, JsonOption, OutputOption, ScanArgument, WaitOption
from scanjobs.domain.reports import ReportFormat


def report(
    scan: ScanArgument,
    format: FormatOption = None,
    output: OutputOption = None,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Write the report of a scan, one job for each format."""
    submit(scan, format or [ReportFormat.PDF], output, wait=wait, json=json)


def submit(scan: str, formats: list[ReportFormat], output: str | None, *, wait: bool, json: bool) -> None:
    """Submit one job for each format and print what came of it."""
    from scanjobs import config, console, tasks
    from scanjobs.commands import following
    from scanjobs.jobs import monitor

    settings = config.current()
    batch_id, _ = tasks.submit_reports(scan, list(dict.fromkeys(formats)), output)
    if not wait:
        jobs = monitor.batch(settings, batch_id)
        if json:
            console.show_json(jobs)
        else:
            following.print_submitted(settings, jobs, queue="reports")
        return

    jobs = following.follow(settings, batch_id, queue="reports")
    if json:
        console.show_json(jobs)
    else:
        for job in jobs:
            if job.result:
                console.show_line(job.result["path"])
    raise typer.Exit(following.report_outcomes(jobs))
