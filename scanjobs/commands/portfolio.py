"""`scanjobs portfolio`: have one report of several sites written."""

from __future__ import annotations

from typing import Annotated

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
    WaitOption,
    options_of,
)
from scanjobs.domain.reports import ReportFormat, ReportOptions


def portfolio(
    scans: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCAN|SITE…]",
            help="Scans by id, or sites, whose newest scan is meant; every site where none is named.",
        ),
    ] = None,
    all_sites: Annotated[bool, typer.Option("--all", help="The newest scan of every site.")] = False,
    format: FormatOption = None,
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
    """Write one report of several sites: which are worst, what they share, what changed."""
    from scanjobs import tasks
    from scanjobs.commands.report import follow_up

    if scans and all_sites:
        raise typer.BadParameter("--all takes every site; name none beside it.")
    when = options_of(start_in, start_at, None, priority)
    options = ReportOptions(language=language, csv_raw=csv_raw, csv_bom=csv_bom, keep_days=keep_days)
    formats = list(dict.fromkeys(format or [ReportFormat.PDF]))
    follow_up(tasks.submit_portfolio(scans or [], formats, output, options, **when), wait=wait, json=json)
