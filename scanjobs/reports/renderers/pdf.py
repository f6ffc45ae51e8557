"""The report as PDF: for boards, for files, for authorities."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from scanjobs.domain.ids import short
from scanjobs.reports.document import Document
from scanjobs.reports.renderers import (
    Progress,
    pdf_annex,
    pdf_findings,
    pdf_front,
    pdf_lists,
    pdf_site,
    pdf_summary,
)
from scanjobs.reports.renderers.json import JsonRenderer
from scanjobs.reports.renderers.pdf_canvas import Canvas

PARTS = 13
"""How many parts the contents name at least."""


class PdfRenderer:
    """Draws a document on A4 pages."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Draw the pages one after the other, then the numbers that need all of them."""
        words, about = document.words, document.identification
        canvas = Canvas(
            document.title, document.language, f"scanjobs {about.tool_version}", document.created_at
        )
        total = max(len(document.cookies), 1)

        def rows(start: float, share: float, name: str) -> Callable[[int], None]:
            return lambda done: on_progress(start + share * done / total, name)

        on_progress(0, "cover")
        optional = (document.storage, document.declared, document.changes)
        contents = pdf_front.draw_cover(canvas, document, PARTS + sum(map(bool, optional)))
        pdf_front.draw_verdict(canvas, document)
        pdf_summary.draw_scope(canvas, document)
        pdf_summary.draw_summary(canvas, document)
        on_progress(5, "findings")
        pdf_findings.draw_findings(canvas, document)
        on_progress(10, "consent matrix")
        pdf_lists.draw_matrix(canvas, document, rows(10, 20, "consent matrix"))
        on_progress(30, "cookies")
        pdf_lists.draw_inventory(canvas, document, rows(30, 40, "cookies"))
        pdf_site.draw_storage(canvas, document)
        on_progress(70, "third parties")
        pdf_lists.draw_hosts(canvas, document)
        pdf_site.draw_declared(canvas, document)
        pdf_site.draw_changes(canvas, document)
        pdf_site.draw_declaration(canvas, document)
        pdf_lists.draw_checklist(canvas, document)
        on_progress(75, "annexes")
        pdf_annex.draw_evidence(canvas, document)
        pdf_annex.draw_raw_lines(canvas, document)
        pdf_annex.draw_manifest(canvas, document)
        pdf_annex.draw_notes(canvas, document)
        pdf_front.draw_contents(canvas, document, contents)
        report = words("report {id}", id=short(about.report_id))
        canvas.number_pages(f"{document.title} · {report}", words)
        on_progress(80, "attachment")
        canvas.attach(
            "report.json",
            lambda facts: JsonRenderer().render(document, facts, lambda percent, phase: None),
            "application/json",
            words("Every fact of this report"),
        )
        on_progress(85, "file")
        canvas.write(file)
        on_progress(100, "done")
