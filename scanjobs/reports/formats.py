"""Which renderer draws which format; the libraries behind it are loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scanjobs.domain.reports import ReportFormat

if TYPE_CHECKING:
    from scanjobs.reports.renderers import Renderer

# Module and class by name: importing fpdf2 takes 200 ms, which a CSV report need not wait for.
RENDERERS = {
    ReportFormat.PDF: ("pdf", "PdfRenderer"),
    ReportFormat.HTML: ("html", "HtmlRenderer"),
    ReportFormat.JSON: ("json", "JsonRenderer"),
    ReportFormat.CSV: ("csv", "CsvRenderer"),
}


def renderer_for(format: ReportFormat) -> Renderer:
    """The renderer of one format."""
    module, name = RENDERERS[format]
    renderer: Renderer = getattr(import_module(f"scanjobs.reports.renderers.{module}"), name)()
    return renderer
