"""`scanjobs reports`: list written reports, open, verify and delete them, clean up; their templates."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.moments import parse_duration
from scanjobs.commands.options import JsonOption
from scanjobs.domain.reports import ReportFormat

if TYPE_CHECKING:
    from scanjobs.maintenance.reports import Deletion

app = typer.Typer(
    no_args_is_help=True, help="List reports, open, verify and delete them; clean up by age and count."
)

ReportArgument = Annotated[
    str,
    typer.Argument(metavar="REPORT", help="Id of a report, its first four characters or more, or `latest`."),
]


@app.command("list")
def list_reports(
    scan: Annotated[str | None, typer.Option("--scan", metavar="SCAN", help="About this scan.")] = None,
    site: Annotated[str | None, typer.Option("--site", metavar="SITE", help="About this site.")] = None,
    format: Annotated[
        list[ReportFormat] | None, typer.Option("--format", "-f", help="In this format.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List reports, newest first, with the size of their files and whether these are there."""
    from scanjobs import config, console
    from scanjobs.commands import reports_view
    from scanjobs.db import reports, site_scans

    settings = config.current()
    scan_id = site_scans.find_scan(settings, scan).id if scan else None
    about = (site_scans.site_named(site) or site) if site else None
    found = reports.list_reports(settings, scan_id, site=about, formats=format or ())
    if json:
        console.show_json([reports_view.as_json(report) for report in found])
    elif found:
        console.show(reports_view.listing(settings, found))
    else:
        console.say("note", "There is no such report; `scanjobs report SCAN` has one written.")


@app.command("open")
def open_report(
    report: ReportArgument,
    print_path: Annotated[
        bool, typer.Option("--print-path", help="Print where it is and open nothing.")
    ] = False,
) -> None:
    """Print where a report is, and open it where there is somebody to look at it."""
    from scanjobs import config, console
    from scanjobs.commands import reports_view

    path = reports_view.path_of(config.current(), report)
    console.show_line(str(path))
    if not print_path and sys.stdout.isatty():
        import webbrowser  # asks xdg-open, or what the system has for this

        if not webbrowser.open(path.as_uri()):
            console.warn("No program was found that opens it.", "Open that file by hand.")


@app.command("verify")
def verify(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[REPORT…]", help="Ids of reports; all where none is given.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compare files with the digests that were recorded; exit code 1 where one is not as it was."""
    from scanjobs import config, console
    from scanjobs.commands import reports_view
    from scanjobs.errors import ExitCode
    from scanjobs.maintenance import reports as life

    settings = config.current()
    verified = [life.verify(report) for report in reports_view.written(settings, ids)]
    if json:
        console.show_json([reports_view.verification_as_json(one) for one in verified])
    elif verified:
        console.show(reports_view.verifications(verified))
    else:
        console.say("note", "There is no written report.")
    if any(one.state is not life.FileState.INTACT for one in verified):
        raise typer.Exit(ExitCode.FINDINGS)


@app.command("delete")
def delete(
    ids: Annotated[list[str], typer.Argument(metavar="REPORT…", help="Ids of reports, or `latest`.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also files that were changed since they were written.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Delete reports, file and record together; one that is yet to be written is refused."""
    from scanjobs import config
    from scanjobs.db import reports
    from scanjobs.maintenance import reports as life

    settings = config.current()
    found = {report.id: report for report in (reports.find_report(settings, one) for one in ids)}
    done = life.delete(settings, list(found.values()), force=force)
    _tell_deleted(done, json)


@app.command("clean")
def clean(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="DURATION", help="Reports of before then: 90d.")
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=0, metavar="N", help="Never the newest N of each site and format."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell which would go.")] = False,
    json: JsonOption = False,
) -> None:
    """Delete reports of the reports folder by age and count, and those whose own time is over."""
    from scanjobs import config, console
    from scanjobs.commands import reports_view
    from scanjobs.maintenance import reports as life

    settings = config.current()
    age = parse_duration(older_than) if older_than else None
    taken = life.outdated(settings, older_than=age, keep=keep)
    if dry_run:
        if json:
            console.show_json([reports_view.as_json(report) for report in taken])
        elif taken:
            console.show(reports_view.listing(settings, taken))
        console.say("note", f"{console.counted(len(taken), 'report')} would go; nothing was deleted.")
        return
    done = life.delete(settings, taken)
    _tell_deleted(done, json)


def _tell_deleted(done: Sequence[Deletion], json: bool) -> None:
    """Print what went, and fail where something could not."""
    from scanjobs import console
    from scanjobs.commands import reports_view
    from scanjobs.errors import ExitCode

    if json:
        console.show_json([reports_view.deletion_as_json(one) for one in done])
    else:
        reports_view.show_deletions(done)
    if reports_view.tell_refused(done):
        raise typer.Exit(ExitCode.FAILURE)


@app.command("templates")
def templates(
    copy: Annotated[
        str | None,
        typer.Option("--copy", metavar="NAME", help="Copy this one of ours into your folder to begin with."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the templates of HTML reports and declarations, and which of them your folder replaces."""
    from scanjobs import config, console
    from scanjobs.commands import reports_view
    from scanjobs.reports import own_templates

    settings = config.current()
    if copy:
        console.show_line(str(own_templates.copy_out(settings, copy)))
        return
    found = own_templates.listed(own_templates.load_templates(settings))
    if json:
        console.show_json(found)
    else:
        console.show(reports_view.templates(found))
