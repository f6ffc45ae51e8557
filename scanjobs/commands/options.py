"""Options and arguments that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scanjobs.commands.completion import scan_words
from scanjobs.commands.moments import parse_duration, parse_moment
from scanjobs.domain.jobs import QUEUES
from scanjobs.domain.reports import ReportFormat

ScanOrSiteArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCAN",
        help="Id of a scan, its first four characters or more, `latest`, or a site, whose newest is meant.",
        autocompletion=scan_words,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Show progress and end when the files are written.")]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="File to write, or a folder for several."),
]
FormatOption = Annotated[
    list[ReportFormat] | None,
    typer.Option("--format", "-f", help="May be given several times; pdf where none is."),
]
LanguageOption = Annotated[
    str,
    typer.Option(
        "--language", metavar="CODE", parser=str.lower, help="The language it is written in, such as en."
    ),
]
CsvRawOption = Annotated[
    bool,
    typer.Option(
        "--csv-raw", help="Leave cells of CSV as they are, also those a spreadsheet may run as formulas."
    ),
]
CsvBomOption = Annotated[
    bool,
    typer.Option("--csv-bom/--no-csv-bom", help="Begin CSV with the mark by which spreadsheets know UTF-8."),
]
KeepDaysOption = Annotated[
    int,
    typer.Option("--keep-days", min=0, metavar="N", help="It may go after so many days; 0 for no such end."),
]

InOption = Annotated[
    str | None, typer.Option("--in", metavar="DURATION", help="Start it later: 45s, 10m, 2h30m, 1d.")
]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="MOMENT", help="Start it then: 2026-12-01T08:00, or 08:00.")
]
ExpiresOption = Annotated[
    str | None,
    typer.Option("--expires", metavar="DURATION", help="Do not start it any more after so long."),
]
PriorityOption = Annotated[
    int | None, typer.Option("--priority", help="Higher ones of a queue are started first; 0 is usual.")
]


def options_of(
    start_in: str | None, start_at: str | None, expires: str | None, priority: int | None
) -> dict[str, Any]:
    """When and how a job is to start, as the queue takes it."""
    if start_in and start_at:
        raise typer.BadParameter("--in and --at exclude each other.")
    options: dict[str, Any] = {}
    if start_in:
        options["delay"] = parse_duration(start_in)
    if start_at:
        options["eta"] = parse_moment(start_at)
    if expires:
        options["expires"] = parse_duration(expires)
    if priority is not None:
        options["priority"] = priority
    return options


def known_queue(name: str) -> str:
    """The name, if there is such a queue; otherwise usage was wrong."""
    if name not in QUEUES:
        raise typer.BadParameter(f"There is no queue {name!r}; queues are {', '.join(QUEUES)}.")
    return name


def parse_object(text: str) -> dict[str, Any]:
    """Arguments by name, from a JSON object; otherwise usage was wrong."""
    import json

    try:
        value = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"--kwargs is not JSON: {error}. Write an object, for instance '{{\"n\": 1}}'."
        ) from None
    if not isinstance(value, dict):
        raise typer.BadParameter("--kwargs is an object, for instance '{\"n\": 1}'.")
    return value
