"""`scanjobs export`: have the cookies of one scan written as CSV."""

from __future__ import annotations

from scanjobs.commands.options import JsonOption, OutputOption, ScanArgument, WaitOption
from scanjobs.commands.report import submit
from scanjobs.domain.reports import ReportFormat


def export(
    scan: ScanArgument, output: OutputOption = None, wait: WaitOption = False, json: JsonOption = False
) -> None:
    """Write the cookies of a scan as CSV, as a job."""
    submit(scan, [ReportFormat.CSV], output, wait=wait, json=json)
