"""Reports as Markdown: what a reader of plain text gets."""

from __future__ import annotations

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from tests.factories import NOON, capture, labelled, observed, scan_record
from tests.unit.reports.documents import Render, document_of, golden


def test_the_whole_file(render: Render) -> None:
    """Line by line; whoever changes it reads it."""
    scan = scan_record(
        labelled(
            observed("_ga", host_only=False, is_session=False, lifetime_seconds=34_128_000, expires_at=NOON),
            observed("_ga", phase=ConsentPhase.ACCEPTED, times_seen=3),
        ),
        captures=(capture(), capture(ConsentPhase.ACCEPTED)),
        profile="test",
    )

    written = render(document_of(scan), ReportFormat.MARKDOWN)

    assert written == golden("report.md", written)


def test_sections_come_in_the_order_of_the_document(busy_scan: ScanRecord, render: Render) -> None:
    text = render(document_of(busy_scan), ReportFormat.MARKDOWN).decode()

    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "Verdict", "Scope and method", "Summary", "Findings", "Consent matrix", "Inventory",
        "Third parties and data flows", "Cookie declaration", "Checklist", "Evidence", "Glossary", "Licences",
    ]  # fmt: skip


def test_every_cookie_has_its_row_in_the_inventory(busy_scan: ScanRecord, render: Render) -> None:
    text = render(document_of(busy_scan), ReportFormat.MARKDOWN).decode()

    inventory = text.partition("## Inventory")[2].partition("## ")[0]
    assert [f"cookie-{number:03}" for number in range(120) if f"`cookie-{number:03}`" not in inventory] == []
