"""The pages of the PDF that say what was looked at and what was seen in numbers: scope, summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanjobs.domain.cookies import Party
from scanjobs.domain.purposes import Category
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import Share
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import described, donut_operators, spans
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_charts import draw_lifetimes, draw_phases
from scanjobs.reports.renderers.pdf_site import category_colour
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import BODY, SMALL, SMALL_INK, STRONG, Style
from scanjobs.reports.words import Words


def draw_summary(canvas: Canvas, document: Document) -> None:
    """The scan in numbers, with charts."""
    words, summary = document.words, document.summary
    canvas.section(words("Summary"))
    canvas.heading(words("Cookies by purpose"))
    top, radius = canvas.y + 6, 66.0
    middle = canvas.left + radius
    if summary.total_cookies:
        said = described(words("Cookies by purpose"), summary.by_category)
        with canvas.figure(said, canvas.left, top, 2 * radius, 2 * radius):
            canvas.operators(
                donut_operators(
                    summary.by_category,
                    palette.CATEGORY,
                    middle,
                    canvas.height - top - radius,
                    radius,
                    radius * 0.62,
                )
            )
    number = Style(20, bold=True, colour=palette.NAVY, leading=1.2)
    with canvas.element("P"):
        canvas.text(middle, top + radius - 17, words.number(summary.total_cookies), number, "centre")
        canvas.text(middle, top + radius + 7, words("cookies"), SMALL, "centre")
    _draw_legend(
        canvas, words, canvas.left + 2 * radius + 24, top + 14, summary.by_category, palette.CATEGORY
    )
    _draw_bar(canvas, words, canvas.left + 340, top, words("By party"), summary.by_party, palette.PARTY)
    _draw_bar(canvas, words, canvas.left + 340, top + 74, words("By type"), summary.by_type, palette.LIFESPAN)
    canvas.y = top + 2 * radius + 26
    draw_phases(canvas, document)
    draw_lifetimes(canvas, document)
    _draw_breakdown(canvas, document)
    _draw_vendors(canvas, document)


def _draw_legend(
    canvas: Canvas, words: Words, x: float, y: float, shares: Sequence[Share], colours: Mapping[str, str]
) -> None:
    counts = x + 26 + max(canvas.width_of(share.label, BODY) for share in shares)
    counts += max(canvas.width_of(words.number(share.count), STRONG) for share in shares)
    with canvas.element("L"):
        for share in shares:
            canvas.box(x, y + 2.5, 8, 8, colours[share.key], radius=1.5)
            with canvas.element("LI"), canvas.element("LBody"):
                canvas.text(x + 14, y, share.label, BODY)
                canvas.text(counts, y, words.number(share.count), STRONG, "right")
                canvas.text(counts + 38, y, words.percent(share.ratio), _MUTED, "right")
            y += 21


def _draw_bar(
    canvas: Canvas,
    words: Words,
    x: float,
    y: float,
    title: str,
    shares: Sequence[Share],
    colours: Mapping[str, str],
) -> None:
    width = canvas.right - x
    canvas.text(x, y, title, STRONG)
    shown = [share for share in shares if share.count]
    if not shown:
        return
    with canvas.figure(described(title, shares), x, y + 17, width, 9):
        for share, start, part in spans(shares, width, 1.5):
            canvas.box(x + start, y + 17, part, 9, colours[share.key])
    y += 31
    with canvas.element("L"):
        for share in shown:
            canvas.box(x, y + 2.2, 6, 6, colours[share.key], radius=1)
            with canvas.element("LI"), canvas.element("LBody"):
                canvas.text(x + 11, y, share.label, SMALL_INK)
                canvas.text(canvas.right - 38, y, words.number(share.count), SMALL_INK, "right")
                canvas.text(canvas.right, y, words.percent(share.ratio), SMALL, "right")
            y += 11.5


def _draw_breakdown(canvas: Canvas, document: Document) -> None:
    words, summary = document.words, document.summary
    if not summary.breakdown:
        return
    canvas.heading(words("Purpose by party and phase"))
    phases = [Column(title=words.name(phase), weight=18, is_number=True) for phase in summary.phases]
    table = Table(
        canvas,
        (
            Column(
                title=words("Purpose"),
                weight=24,
                unbroken=tuple(map(words.name, Category)),
                colour=category_colour(words),
            ),
            Column(title=words("Party"), weight=20, unbroken=tuple(map(words.name, Party))),
            Column(title=words("Cookies"), weight=13, is_number=True),
            *phases,
        ),
        size=8.5,
    )
    table.draw(
        (
            words.name(row.category),
            words.name(row.party),
            words.number(row.total),
            *map(words.number, row.counts),
        )
        for row in summary.breakdown
    )
    canvas.y += 6


def _draw_vendors(canvas: Canvas, document: Document) -> None:
    words, vendors = document.words, document.summary.vendors
    if not vendors:
        return
    canvas.heading(words("Vendors with most cookies"), keep=15 * len(vendors))
    most = vendors[0].count
    with canvas.element("L"):
        for share in vendors:
            canvas.need(15)
            width = max((canvas.width - 216) * share.count / most, 1.5)
            canvas.box(canvas.left + 160, canvas.y + 1.5, width, 8, palette.PALE)
            with canvas.element("LI"), canvas.element("LBody"):
                name = canvas.lines_of(share.label, SMALL_INK, 150, most=1)
                canvas.lines(canvas.left, canvas.y, name, SMALL_INK)
                canvas.text(canvas.left + 166 + width, canvas.y, words.number(share.count), SMALL_INK)
            canvas.y += 15
    canvas.y += 8


def draw_scope(canvas: Canvas, document: Document) -> None:
    """What was looked at, how, and what could not be seen."""
    words, scope = document.words, document.scope
    canvas.section(words("Scope and method"))
    for sentence in scope.method:
        canvas.paragraph(sentence)
    canvas.y += 6
    if scope.captures:
        canvas.heading(words("Captures"))
        table = Table(
            canvas,
            (
                Column(title=words("Phase"), weight=19, bold=True),
                Column(title=words("First request"), weight=27),
                Column(title=words("First page"), weight=33),
                Column(title=words("Recorded by"), weight=20),
                Column(title=words("Entries"), weight=11, is_number=True),
                Column(title=words("State"), weight=13),
            ),
            size=7.8,
        )
        table.draw(
            (
                words.name(capture.phase),
                words.moment(capture.captured_at),
                wording.visible(capture.page_url or words("unknown")),
                wording.visible(
                    " ".join(filter(None, (capture.tool, capture.tool_version))) or words("unknown")
                ),
                words.number(capture.entries),
                words("complete" if capture.complete else "incomplete"),
            )
            for capture in scope.captures
        )
    canvas.heading(words("What could not be seen"), keep=20)
    if not scope.unseen:
        canvas.paragraph(words("The captures were read whole; the importer noticed no gap."))
    else:
        with canvas.element("L"):
            for sentence in scope.unseen:
                with canvas.element("LI"):
                    canvas.paragraph(f"• {wording.visible(sentence)}", after=3, role="LBody")


_MUTED = Style(9.5, colour=palette.MUTED)
