"""Reports as Markdown, and declarations to paste: what a reader of plain text gets."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.declaration_text import declaration_html, declaration_markdown
from tests.factories import NOON, capture, labelled, observed, scan_record
from tests.unit.reports.documents import Render, document_of, golden, scan_with

HOSTILE = (
    "<script>alert(1)</script>", "a|b", "`code`", "[x](https://evil.example)", "@everyone", "\u202eevil",
    "line\nbreak", "=cmd()", "a" + "\u0301" * 10_000, "\ud800",
)  # fmt: skip


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


def test_names_of_cookies_have_no_meaning(render: Render) -> None:
    text = render(document_of(scan_with(*HOSTILE)), ReportFormat.MARKDOWN).decode()

    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [
        child.content for child in inline if child.type == "html_inline" and child.content != "<!-- -->"
    ]
    assert not [child for child in inline if child.type == "link_open" and "evil" in str(child.attrs)]
    assert "\u202e" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_declaration_shows_any_name_as_text(name: str) -> None:
    part = document_of(scan_with(name)).declaration

    page = declaration_html(part, "en")
    parser = Tags()
    parser.feed(page)

    assert set(parser.names) <= {"section", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert declaration_markdown(part).encode("utf-8", "strict")


class Tags(HTMLParser):
    """The names of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)
