"""Which renderer draws which format; the libraries behind it are loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scanjobs.domain.reports import ReportFormat

if TYPE_CHECKING:
    from scanjobs.reports.renderers import Renderer, SheetRenderer

# Module and class by name: importing fpdf2 takes 200 ms, which a CSV report need not wait for.
RENDERERS = {
    ReportFormat.PDF: ("pdf", "PdfRenderer"),
    ReportFormat.HTML: ("html", "HtmlRenderer"),
    ReportFormat.JSON: ("json", "JsonRenderer"),
    ReportFormat.CSV: ("csv", "CsvRenderer"),
    ReportFormat.MARKDOWN: ("markdown", "MarkdownRenderer"),
}

SHEETS = frozenset({ReportFormat.CSV})
"""Formats of rows only, whose renderers need no whole document."""


def renderer_for(format: ReportFormat) -> Renderer:
    """The renderer of one format."""
    renderer: Renderer = _made(format)
    return renderer


def sheet_renderer_for(format: ReportFormat) -> SheetRenderer:
    """The renderer of one of `SHEETS`."""
    renderer: SheetRenderer = _made(format)
    return renderer


def _made(format: ReportFormat) -> Any:
    module, name = RENDERERS[format]
    return getattr(import_module(f"scanjobs.reports.renderers.{module}"), name)()
