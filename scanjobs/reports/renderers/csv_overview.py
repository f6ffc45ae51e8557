"""The main table of a portfolio or comparison report for a spreadsheet, by the rules of all CSV reports."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import BinaryIO

from scanjobs.reports.overview import Overview, Value
from scanjobs.reports.renderers import Progress
from scanjobs.reports.renderers.csv import guarded


class CsvOverviewRenderer:
    """Writes the sites of a portfolio, or the changes of a comparison, as CSV."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Write a header of the names that programs have for the columns, then a line for each row."""
        on_progress(0, "rows")
        options, table = overview.options, overview.main_table
        encoding = "utf-8-sig" if options.csv_bom else "utf-8"
        cell_of = str if options.csv_raw else guarded
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([column.key for column in table.columns])
        writer.writerows([cell_of(_written(cell.value)) for cell in row] for row in table.rows)
        # The caller owns the file: without this the wrapper would close it when it goes.
        text.detach()
        on_progress(100, "done")


def _written(value: Value) -> str:
    """Empty where a fact is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)
