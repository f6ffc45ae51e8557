"""Which renderer draws which format; the libraries behind it are loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scanjobs.domain.reports import ReportFormat

if TYPE_CHECKING:
    from scanjobs.reports.renderers import OverviewRenderer, Renderer, SheetRenderer

# Module and class by name: importing fpdf2 takes 200 ms, which a CSV report need not wait for.
RENDERERS = {
    ReportFormat.PDF: ("pdf", "PdfRenderer"),
    ReportFormat.HTML: ("html", "HtmlRenderer"),
    ReportFormat.JSON: ("json", "JsonRenderer"),
    ReportFormat.CSV: ("csv", "CsvRenderer"),
    ReportFormat.MARKDOWN: ("markdown", "MarkdownRenderer"),
    ReportFormat.XLSX: ("xlsx", "XlsxRenderer"),
}

OVERVIEW_RENDERERS = {
    ReportFormat.PDF: ("pdf_overview", "PdfOverviewRenderer"),
    ReportFormat.HTML: ("html_overview", "HtmlOverviewRenderer"),
    ReportFormat.JSON: ("json_overview", "JsonOverviewRenderer"),
    ReportFormat.CSV: ("csv_overview", "CsvOverviewRenderer"),
    ReportFormat.MARKDOWN: ("markdown_overview", "MarkdownOverviewRenderer"),
    ReportFormat.XLSX: ("xlsx_overview", "XlsxOverviewRenderer"),
}

SHEETS = frozenset({ReportFormat.CSV})
"""Formats of rows only, whose renderers need no whole document."""


def renderer_for(format: ReportFormat) -> Renderer:
    """The renderer of one format."""
    renderer: Renderer = _made(*RENDERERS[format])
    return renderer


def overview_renderer_for(format: ReportFormat) -> OverviewRenderer:
    """The renderer of one format for reports about several scans."""
    renderer: OverviewRenderer = _made(*OVERVIEW_RENDERERS[format])
    return renderer


def sheet_renderer_for(format: ReportFormat) -> SheetRenderer:
    """The renderer of one of `SHEETS`."""
    renderer: SheetRenderer = _made(*RENDERERS[format])
    return renderer


def _made(module: str, name: str) -> Any:
    return getattr(import_module(f"scanjobs.reports.renderers.{module}"), name)()
