"""The annexes of the PDF: evidence of the findings, Set-Cookie lines, files, words and licences."""

from __future__ import annotations

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import SMALL, SMALL_INK, STRONG


def draw_evidence(canvas: Canvas, document: Document) -> None:
    """Annex A: everything the findings rest on, and the files behind it."""
    words = document.words
    canvas.section(words("Annex A: Evidence of the findings"), "landscape")
    table = Table(
        canvas,
        (
            Column(title=words("Rule"), weight=8, bold=True),
            Column(title=words("What"), weight=46),
            Column(title=words("Observed"), weight=52),
            Column(title=words("Phase"), weight=16, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("Time"), weight=24),
            Column(title=words("Address"), weight=54),
        ),
        size=6.9,
    )
    table.draw(
        (
            (
                finding.rule_id,
                wording.visible(item.subject),
                wording.visible(item.detail),
                words.short(item.phase) if item.phase else wording.NONE,
                words.moment(item.observed_at),
                wording.visible(item.url or wording.NONE),
            )
            for finding in document.findings
            for item in finding.items
        ),
        otherwise=words("No finding rests on an item."),
    )


def draw_manifest(canvas: Canvas, document: Document) -> None:
    """Annex C: the files the scan was made from."""
    words = document.words
    canvas.section(words("Annex C: Evidence manifest"), "portrait", room=260)
    canvas.paragraph(
        words(
            "Whoever holds one of these files can prove that it is the one this report rests on: its SHA-256 "
            "must be equal."
        )
    )
    for capture in document.scope.captures:
        canvas.need(62)
        canvas.paragraph(wording.visible(capture.file_name), STRONG, after=1)
        about = words(
            "{format}, {size}, {phase}, first request {moment}",
            format=capture.format.upper(),
            size=words.size(capture.size),
            phase=words.within(capture.phase),
            moment=words.moment(capture.captured_at),
        )
        canvas.paragraph(about, SMALL_INK, after=1)
        canvas.paragraph(f"SHA-256  {capture.sha256}", SMALL_INK, after=3 if capture.files else 9)
        for number, file in enumerate(capture.files, start=1):
            canvas.need(30)
            beside = words(
                "beside it: {file}, {size}", file=wording.visible(file.file_name), size=words.size(file.size)
            )
            canvas.paragraph(beside, SMALL_INK, after=1)
            last = number == len(capture.files)
            canvas.paragraph(f"SHA-256  {file.sha256}", SMALL_INK, after=9 if last else 3)


def draw_raw_lines(canvas: Canvas, document: Document) -> None:
    """Annex B: the Set-Cookie lines as they were sent, without the values."""
    words = document.words
    canvas.section(words("Annex B: Set-Cookie lines"), "landscape", room=200)
    if document.raw_lines_left_out:
        left_out = words.plural(
            document.raw_lines_left_out,
            "{number} more line is left out here.",
            "{number} more lines are left out here.",
        )
        canvas.paragraph(left_out, SMALL)
    table = Table(
        canvas,
        (
            Column(title=words("Phase"), weight=14, unbroken=tuple(map(words.short, ConsentPhase))),
            Column(title=words("Set-Cookie"), weight=110, names_row=True),
            Column(title=words("Address"), weight=70),
        ),
        size=6.9,
    )
    table.draw(
        (
            (words.short(raw.phase), wording.visible(raw.line), wording.visible(raw.url))
            for raw in document.raw_lines
        ),
        otherwise=words("No response set a cookie."),
    )


def draw_notes(canvas: Canvas, document: Document) -> None:
    """Annex D: the words of this report, and whose data it uses."""
    words = document.words
    canvas.section(words("Annex D: Words and licences"), "portrait", room=330)
    for note in document.glossary:
        canvas.need(34)
        canvas.paragraph(note.term, STRONG, after=0)
        canvas.paragraph(note.text, after=7)
    canvas.y += 6
    canvas.heading(words("Data and works of others"))
    for note in document.licences:
        canvas.paragraph(f"{words('{name}:', name=note.term)} {note.text}", after=2)
