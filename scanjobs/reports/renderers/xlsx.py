"""The report as a workbook: the verdict on the first worksheet, every list on one of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from scanjobs.reports.document import Document
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.renderers import Progress, palette, xlsx_lists
from scanjobs.reports.renderers.workbook import Book, workbook
from scanjobs.reports.renderers.workbook_parts import About, Toned

ROWS_UNTIL = 85
"""Percent; what is left is packing the file."""


class XlsxRenderer:
    """Writes a document as a workbook."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Write one worksheet after the other; a row is held until the next one comes."""
        on_progress(0, "summary")
        with workbook(file, _about(document), document.words) as book:
            for part in (_head, _verdict, _summary, _changes, _scope):
                part(document, book)
            sheets = [sheet for make in xlsx_lists.SHEETS if (sheet := make(document)) is not None]
            every, done = sum(sheet.total for sheet in sheets) or 1, 0
            for sheet in sheets:
                on_progress(ROWS_UNTIL * done / every, "rows")
                book.table(
                    sheet.title, sheet.heads, sheet.rows, sheet.otherwise, _told(on_progress, done, every)
                )
                done += sheet.total
            on_progress(ROWS_UNTIL, "packing")
        on_progress(100, "done")


def _told(on_progress: Progress, before: int, every: int) -> Callable[[int], None]:
    return lambda number: on_progress(ROWS_UNTIL * min(1, (before + number) / every), "rows")


def _about(document: Document) -> About:
    about, branding = document.identification, document.branding
    return About(
        title=document.title,
        subject=about.site,
        author=branding.organisation or f"scanjobs {about.tool_version}",
        notice=about.notice,
        created_at=document.created_at,
        facts=(
            ("report_id", about.report_id),
            ("scan_id", about.scan_id),
            ("language", document.language),
            ("tool_version", about.tool_version),
            ("rules_version", about.rules_version),
            ("data_version", about.data_version),
        ),
    )


def _head(document: Document, book: Book) -> None:
    words, about, branding = document.words, document.identification, document.branding
    book.title(document.title)
    whose = (
        (words("Organisation"), branding.organisation),
        (words("Controller"), ", ".join(filter(None, (branding.controller, branding.contact)))),
        (words("Note"), branding.footer),
    )
    for name, value in whose:
        if value:
            book.fact(name, value)
    book.fact(words("Site"), about.site)
    book.fact(words("First page"), about.page_url or words("unknown"))
    book.fact(words("Captured (UTC)"), about.captured_at or words("unknown"))
    book.fact(words("Report made (UTC)"), about.created_at)
    book.fact(words("Profile"), about.profile_title)
    book.fact(words("Scan"), about.scan_id)
    book.fact(words("Report"), about.report_id)
    book.fact(
        words("Versions"),
        words(
            "scanjobs {tool}, rules {rules}, cookie data {data}",
            tool=about.tool_version,
            rules=about.rules_version,
            data=about.data_version,
        ),
    )
    book.fact("", about.notice)


def _verdict(document: Document, book: Book) -> None:
    words, verdict = document.words, document.verdict
    book.heading(words("Verdict"))
    book.fact(words("Verdict"), Toned(words.name(verdict.status), palette.STATUS[verdict.status]))
    book.fact("", verdict.headline)
    book.fact("", verdict.sentence)
    if verdict.score is not None:
        book.fact(words("Compliance score"), verdict.score)
    elif verdict.score_withheld:
        book.fact(words("Compliance score"), verdict.score_withheld)
    book.facts("", verdict.reasons)
    book.fact(words("Rules failed"), verdict.failed)
    book.fact(words("Rules warned"), verdict.warned)
    for status in verdict.phases:
        book.fact(words.name(status.phase), status.sentence)
    book.facts(words("What weighs most"), map(_in_a_line, verdict.top))
    book.facts(words("What could not be evaluated"), map(_in_a_line, verdict.not_evaluable))


def _in_a_line(check: FindingPart) -> str:
    return f"{check.rule_id} {check.title}: {check.summary}"


def _summary(document: Document, book: Book) -> None:
    words, summary = document.words, document.summary
    book.heading(words("Summary"))
    book.fact(words("Cookies"), summary.total_cookies)
    book.fact(words("Third-party share"), summary.third_party_ratio)
    for name, number in (
        (words("Cookies before any choice"), summary.cookies_before_consent),
        (words("Cookies after accepting"), summary.cookies_after_consent),
        (words("Cookies after rejecting"), summary.cookies_after_rejection),
    ):
        book.fact(name, words("not captured") if number is None else number)
    book.fact(words("Third-party hosts"), summary.third_party_hosts)
    for title, shares in (
        (words("Cookies by purpose"), summary.by_category),
        (words("Vendors with most cookies"), summary.vendors),
    ):
        if shares:
            book.heading(title)
        for share in shares:
            book.fact(share.label, share.count)


def _changes(document: Document, book: Book) -> None:
    if document.changes:
        book.heading(document.words("Changes since the last scan"))
        book.fact("", document.changes.sentence)
        book.facts("", document.changes.notes)


def _scope(document: Document, book: Book) -> None:
    words, scope = document.words, document.scope
    book.heading(words("Scope and method"))
    book.facts("", scope.method)
    book.facts(words("What could not be seen"), scope.unseen)
