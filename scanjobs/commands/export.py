"""`scanjobs export`: have the cookies of one scan written as CSV."""

from __future__ import annotations

from scanjobs.commands.options import (
    CsvBomOption,
    CsvRawOption,
    JsonOption,
    OutputOption,
    ScanOrSiteArgument,
    WaitOption,
)
from scanjobs.commands.report import submit
from scanjobs.domain.reports import ReportFormat, ReportOptions


def export(
    scan: ScanOrSiteArgument,
    output: OutputOption = None,
    csv_raw: CsvRawOption = False,
    csv_bom: CsvBomOption = True,
    wait: WaitOption = False,
    json: JsonOption = False,
) -> None:
    """Write the cookies of a scan as CSV, as a job."""
    options = ReportOptions(csv_raw=csv_raw, csv_bom=csv_bom)
    submit(scan, [ReportFormat.CSV], output, options, wait=wait, json=json)
