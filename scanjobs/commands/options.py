"""Options and arguments that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.domain.jobs import QUEUES
from scanjobs.domain.reports import ReportFormat

ScanArgument = Annotated[
    str,
    typer.Argument(metavar="SCAN", help="Id of a scan, its first four characters or more, or `latest`."),
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


def known_queue(name: str) -> str:
    """The name, if there is such a queue; otherwise usage was wrong."""
    if name not in QUEUES:
        raise typer.BadParameter(f"There is no queue {name!r}; queues are {', '.join(QUEUES)}.")
    return name
