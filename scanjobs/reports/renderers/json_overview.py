"""Portfolio and comparison reports for machines: every fact as JSON, keys sorted, described by schemas."""

from __future__ import annotations

from typing import Any, BinaryIO

from scanjobs.domain.reports import ReportKind
from scanjobs.reports.overview import AboutScan, Overview, OverviewTable
from scanjobs.reports.renderers import Progress
from scanjobs.reports.renderers.json import encoded

# The versions of the formats: raised by one when a key goes or changes its meaning, not when one is added.
#
# 1: scanjobs 0.1, the first.
FORMATS = {ReportKind.PORTFOLIO: ("scanjobs.portfolio", 1), ReportKind.COMPARISON: ("scanjobs.comparison", 1)}
Facts = dict[str, Any]


class JsonOverviewRenderer:
    """Writes an overview as JSON."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Write all of it at once; it has a few rows for each site, not one for each cookie."""
        on_progress(0, "facts")
        file.write(encoded(_facts(overview), depth=0) + b"\n")
        on_progress(100, "done")


def _facts(overview: Overview) -> Facts:
    name, version = FORMATS[overview.kind]
    return {
        "format": name,
        "format_version": version,
        "report": {
            "id": overview.report_id,
            "title": overview.title,
            "created_at": overview.created_at,
            "language": overview.language,
            "notice": overview.notice,
            "tool_version": overview.tool_version,
        },
        "scans": [_about(scan) for scan in overview.scans],
        "verdict": {
            "status": overview.status,
            "headline": overview.headline,
            "sentences": overview.sentences,
        },
        "numbers": {tile.key: tile.value for tile in overview.tiles},
        "notes": {section.key: section.sentences for section in overview.sections if section.sentences},
        "tables": {table.key: _rows(table) for table in overview.tables},
    }


def _about(scan: AboutScan) -> Facts:
    return {
        "id": scan.id,
        "site": scan.site,
        "created_at": scan.created_at,
        "captured_at": scan.captured_at,
        "profile": scan.profile,
        "tool_version": scan.tool_version,
        "rules_version": scan.rules_version,
        "data_version": scan.data_version,
    }


def _rows(table: OverviewTable) -> list[Facts]:
    """An object for each row, by the names that programs have for the columns."""
    keys = [column.key for column in table.columns]
    return [{key: cell.value for key, cell in zip(keys, row, strict=True)} for row in table.rows]
