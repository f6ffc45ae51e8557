"""The pages of the PDF that are read first: cover, verdict, summary, scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import FindingPart, Share
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import described, donut_operators, spans
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_charts import draw_lifetimes, draw_phases
from scanjobs.reports.renderers.pdf_structure import Element
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import BODY, HEADING, SMALL, SMALL_INK, STRONG, Style

BAND = 236.0
LOGO_WIDTH, LOGO_HEIGHT = 120.0, 42.0
CONTENTS_LINE = 15.0
CONTENTS_HEADING = 24.0


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the contents go, once every page is known."""

    page: int
    top: float
    element: Element | None


def draw_cover(canvas: Canvas, document: Document, parts: int) -> Contents:
    """What this is, about whom, from when; leaves room for the contents, which name so many parts."""
    about = document.identification
    canvas.new_page("portrait")
    page_width = canvas.right + canvas.left
    brand = document.branding
    canvas.box(0, 0, page_width, BAND, brand.colour or palette.NAVY)
    if brand.logo is not None:
        with canvas.figure(
            brand.organisation or "Logo", canvas.right - LOGO_WIDTH, 24, LOGO_WIDTH, LOGO_HEIGHT
        ):
            canvas.picture(brand.logo.data, canvas.right - LOGO_WIDTH, 24, LOGO_WIDTH, LOGO_HEIGHT)
    canvas.box(0, BAND, page_width, 4, palette.STATUS[document.verdict.status])
    with canvas.element("H1"):
        canvas.text(canvas.left, 72, "Cookie report", Style(32, bold=True, colour=palette.WHITE))
        canvas.lines(canvas.left, 126, *_fitting(canvas, about.site, (22, 16, 12, 9), most=2))
    canvas.text(canvas.left, BAND - 40, wording.long_moment(about.created_at), _ON_NAVY)
    canvas.text(canvas.right, BAND - 40, f"Verdict: {_status(document)}", _STATUS_ON_NAVY, "right")
    canvas.y = BAND + 34
    facts = (
        ("Site", about.site),
        ("First page", about.page_url or wording.UNKNOWN),
        ("Captured", wording.long_moment(about.captured_at)),
        ("Profile", about.profile_title),
        ("Scan", about.scan_id),
        ("Report", about.report_id),
        ("Versions", _versions(document)),
        ("Organisation", brand.organisation),
        ("Controller", ", ".join(filter(None, (brand.controller, brand.contact)))),
        ("Note", brand.footer),
    )
    with canvas.element("L"):
        for name, value in facts:
            if not value:
                continue
            with canvas.element("LI"):
                with canvas.element("Lbl"):
                    canvas.text(canvas.left, canvas.y, name, SMALL)
                with canvas.element("LBody"):
                    lines = canvas.lines_of(value, BODY, canvas.width - 96, most=3)
                    canvas.y = canvas.lines(canvas.left + 96, canvas.y - 1.5, lines, BODY) + 5.5
            canvas.rule(canvas.left, canvas.y - 2, canvas.width)
            canvas.y += 4
    notice = canvas.lines_of(about.notice, SMALL, canvas.width)
    end = canvas.height - 44 - len(notice) * SMALL.line
    canvas.lines(canvas.left, end, notice, SMALL)
    top = canvas.y + 22
    if top + CONTENTS_HEADING + parts * CONTENTS_LINE > end:
        canvas.new_page()
        top = canvas.y
    return Contents(canvas.page, top, canvas.reserved("TOC"))


def draw_contents(canvas: Canvas, contents: Contents) -> None:
    """The table of contents, with a link to every part."""
    last = canvas.page
    canvas.turn_to(contents.page)
    with canvas.inside(contents.element):
        with canvas.element("Caption"):
            canvas.text(canvas.left, contents.top, "Contents", HEADING)
        y = contents.top + CONTENTS_HEADING
        for name, page, top in canvas.sections:
            with (
                canvas.element("TOCI"),
                canvas.link(canvas.left, y, canvas.width, CONTENTS_LINE, (page, top), f"{name}, page {page}"),
            ):
                canvas.text(canvas.left, y, name, BODY)
                start = canvas.left + canvas.width_of(name, BODY) + 6
                end = canvas.right - canvas.width_of(str(page), BODY) - 6
                canvas.rule(start, y + 9.5, end - start)
                canvas.text(canvas.right, y, str(page), BODY, "right")
            y += CONTENTS_LINE
    canvas.turn_to(last)


def draw_verdict(canvas: Canvas, document: Document) -> None:
    """The page for those who read only one."""
    verdict = document.verdict
    canvas.section("Verdict")
    _draw_status(canvas, document)
    _draw_tiles(canvas, document)
    canvas.heading("Phase by phase")
    with canvas.element("L"):
        for status in verdict.phases:
            with canvas.element("LI"):
                with canvas.element("Lbl"):
                    canvas.text(canvas.left, canvas.y, wording.PHASE[status.phase], STRONG)
                with canvas.element("LBody"):
                    lines = canvas.lines_of(status.sentence, BODY, canvas.width - 130)
                    canvas.y = canvas.lines(canvas.left + 130, canvas.y, lines, BODY) + 2
    canvas.y += 12
    if verdict.since:
        canvas.heading(document.words("Since the last scan"))
        canvas.paragraph(verdict.since, after=12)
    if verdict.top:
        canvas.heading("What weighs most")
        with canvas.element("L", "/A<</O/List/ListNumbering/Decimal>>"):
            for number, finding in enumerate(verdict.top, start=1):
                _draw_top(canvas, number, finding)
        canvas.y += 8
    if verdict.not_evaluable:
        canvas.heading("What could not be evaluated")
        with canvas.element("L"):
            for check in verdict.not_evaluable:
                with canvas.element("LI"):
                    canvas.paragraph(f"{check.rule_id}  {check.title}", SMALL_INK, after=1.5, role="LBody")


def _draw_status(canvas: Canvas, document: Document) -> None:
    verdict, colour = document.verdict, palette.STATUS[document.verdict.status]
    headline = Style(16, bold=True, leading=1.25)
    x, width = canvas.left + 18, canvas.width - 36
    heads = canvas.lines_of(verdict.headline, headline, width)
    texts = canvas.lines_of(verdict.sentence, BODY, width)
    for reason in verdict.reasons:
        texts += canvas.lines_of(f"• {reason}", BODY, width, most=3)
    height = 16 + 12 + len(heads) * headline.line + 4 + len(texts) * BODY.line + 14
    canvas.box(canvas.left, canvas.y, canvas.width, height, palette.CARD, radius=4)
    canvas.box(canvas.left, canvas.y, 5, height, colour)
    label = Style(8.5, bold=True, colour=colour)
    y = canvas.lines(x, canvas.y + 12, [wording.STATUS[verdict.status].upper()], label) + 2
    y = canvas.lines(x, y, heads, headline) + 4
    canvas.lines(x, y, texts, BODY)
    canvas.y += height + 12


def _draw_tiles(canvas: Canvas, document: Document) -> None:
    summary = document.summary
    ratio = summary.third_party_ratio
    score = document.verdict.score
    tiles = (
        (wording.NONE if score is None else wording.number(score), "score, of 100"),
        (wording.number(summary.total_cookies), "cookies in all"),
        (wording.NONE if ratio is None else wording.percent(ratio), "by third parties"),
        (_or_not_captured(summary.cookies_before_consent), "before any choice"),
        (_or_not_captured(summary.cookies_after_consent), "after accepting"),
        (_or_not_captured(summary.cookies_after_rejection), "after rejecting"),
    )
    gap, height = 8.0, 54.0
    width = (canvas.width - gap * (len(tiles) - 1)) / len(tiles)
    for index, (value, caption) in enumerate(tiles):
        x = canvas.left + index * (width + gap)
        canvas.box(x, canvas.y, width, height, palette.CARD, radius=4)
        with canvas.element("P"):
            canvas.text(x + 10, canvas.y + 9, value, Style(17, bold=True, colour=palette.NAVY, leading=1.2))
            canvas.text(x + 10, canvas.y + 34, caption, SMALL)
    canvas.y += height + 18


def _draw_top(canvas: Canvas, number: int, finding: FindingPart) -> None:
    width = canvas.width - 96
    texts = canvas.lines_of(finding.summary, BODY, width, most=3)
    titles = canvas.lines_of(finding.title, STRONG, width, most=2)
    canvas.need((len(texts) + len(titles)) * BODY.line + 8)
    with canvas.element("LI"):
        with canvas.element("Lbl"):
            canvas.text(canvas.left, canvas.y, f"{number}", Style(9.5, bold=True, colour=palette.MUTED))
        with canvas.element("LBody"):
            draw_chip(canvas, canvas.left + 16, canvas.y, finding)
            y = canvas.lines(canvas.left + 96, canvas.y, titles, STRONG)
            canvas.y = canvas.lines(canvas.left + 96, y, texts, BODY) + 7


def draw_chip(canvas: Canvas, x: float, y: float, finding: FindingPart) -> None:
    """The severity of a finding as a small coloured label."""
    style = Style(7.5, bold=True, colour=palette.WHITE, leading=1.2)
    text = wording.SEVERITY[finding.severity]
    canvas.box(x, y + 0.5, 64, 12.5, palette.SEVERITY[finding.severity], radius=3)
    canvas.text(x + 32, y + 2.2, text, style, "centre")


def draw_summary(canvas: Canvas, document: Document) -> None:
    """The scan in numbers, with charts."""
    summary = document.summary
    canvas.section("Summary")
    canvas.heading("Cookies by purpose")
    top, radius = canvas.y + 6, 66.0
    middle = canvas.left + radius
    if summary.total_cookies:
        said = described("Cookies by purpose", summary.by_category)
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
        canvas.text(middle, top + radius - 17, wording.number(summary.total_cookies), number, "centre")
        canvas.text(middle, top + radius + 7, "cookies", SMALL, "centre")
    _draw_legend(canvas, canvas.left + 2 * radius + 28, top + 14, summary.by_category, palette.CATEGORY)
    _draw_bar(canvas, canvas.left + 330, top, "By party", summary.by_party, palette.PARTY)
    _draw_bar(canvas, canvas.left + 330, top + 74, "By type", summary.by_type, palette.LIFESPAN)
    canvas.y = top + 2 * radius + 26
    draw_phases(canvas, document)
    draw_lifetimes(canvas, document)
    _draw_breakdown(canvas, document)
    _draw_vendors(canvas, document)


def _draw_legend(
    canvas: Canvas, x: float, y: float, shares: Sequence[Share], colours: Mapping[str, str]
) -> None:
    with canvas.element("L"):
        for share in shares:
            canvas.box(x, y + 2.5, 8, 8, colours[share.key], radius=1.5)
            with canvas.element("LI"), canvas.element("LBody"):
                canvas.text(x + 14, y, share.label, BODY)
                canvas.text(x + 108, y, wording.number(share.count), STRONG, "right")
                canvas.text(x + 146, y, wording.percent(share.ratio), _MUTED, "right")
            y += 21


def _draw_bar(
    canvas: Canvas, x: float, y: float, title: str, shares: Sequence[Share], colours: Mapping[str, str]
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
                canvas.text(canvas.right - 38, y, wording.number(share.count), SMALL_INK, "right")
                canvas.text(canvas.right, y, wording.percent(share.ratio), SMALL, "right")
            y += 11.5


def _draw_breakdown(canvas: Canvas, document: Document) -> None:
    summary = document.summary
    if not summary.breakdown:
        return
    canvas.heading("Purpose by party and phase")
    phases = [Column(title=wording.PHASE[phase], weight=18, is_number=True) for phase in summary.phases]
    colours = {name: palette.CATEGORY[category] for category, name in wording.CATEGORY.items()}
    table = Table(
        canvas,
        (
            Column(title="Purpose", weight=24, colour=colours.get),
            Column(title="Party", weight=20),
            Column(title="Cookies", weight=13, is_number=True),
            *phases,
        ),
        size=8.5,
    )
    table.draw(
        (
            wording.CATEGORY[row.category],
            wording.PARTY[row.party],
            wording.number(row.total),
            *(wording.number(count) for count in row.counts),
        )
        for row in summary.breakdown
    )
    canvas.y += 6


def _draw_vendors(canvas: Canvas, document: Document) -> None:
    vendors = document.summary.vendors
    if not vendors:
        return
    canvas.heading("Vendors with most cookies", keep=40)
    most = vendors[0].count
    with canvas.element("L"):
        for share in vendors:
            canvas.need(15)
            width = max((canvas.width - 216) * share.count / most, 1.5)
            canvas.box(canvas.left + 160, canvas.y + 1.5, width, 8, palette.PALE)
            with canvas.element("LI"), canvas.element("LBody"):
                name = canvas.lines_of(share.label, SMALL_INK, 150, most=1)
                canvas.lines(canvas.left, canvas.y, name, SMALL_INK)
                canvas.text(canvas.left + 166 + width, canvas.y, wording.number(share.count), SMALL_INK)
            canvas.y += 15
    canvas.y += 8


def draw_scope(canvas: Canvas, document: Document) -> None:
    """What was looked at, how, and what could not be seen."""
    scope = document.scope
    canvas.section("Scope and method")
    for sentence in scope.method:
        canvas.paragraph(sentence)
    canvas.y += 6
    if scope.captures:
        canvas.heading("Captures")
        table = Table(
            canvas,
            (
                Column(title="Phase", weight=19, bold=True),
                Column(title="First request", weight=27),
                Column(title="First page", weight=33),
                Column(title="Recorded by", weight=20),
                Column(title="Entries", weight=11, is_number=True),
                Column(title="State", weight=13),
            ),
            size=7.8,
        )
        table.draw(
            (
                wording.PHASE[capture.phase],
                wording.moment(capture.captured_at),
                wording.visible(capture.page_url or wording.UNKNOWN),
                wording.visible(
                    " ".join(filter(None, (capture.tool, capture.tool_version))) or wording.UNKNOWN
                ),
                wording.number(capture.entries),
                "complete" if capture.complete else "incomplete",
            )
            for capture in scope.captures
        )
    canvas.heading("What could not be seen", keep=20)
    if not scope.unseen:
        canvas.paragraph("The captures were read whole; the importer noticed no gap.")
    else:
        with canvas.element("L"):
            for sentence in scope.unseen:
                with canvas.element("LI"):
                    canvas.paragraph(f"• {wording.visible(sentence)}", after=3, role="LBody")


_ON_NAVY = Style(11, colour=palette.PALE)
_STATUS_ON_NAVY = Style(11, bold=True, colour=palette.WHITE)
_MUTED = Style(9.5, colour=palette.MUTED)


def _fitting(canvas: Canvas, text: str, sizes: Sequence[float], most: int) -> tuple[list[str], Style]:
    """The largest size in which a text takes so few lines; cut only when none does."""
    for size in sizes:
        style = Style(size, colour=palette.PALE, leading=1.25)
        if len(canvas.lines_of(text, style, canvas.width)) <= most:
            break
    return canvas.lines_of(text, style, canvas.width, most), style


def _status(document: Document) -> str:
    return wording.STATUS[document.verdict.status].lower()


def _versions(document: Document) -> str:
    about = document.identification
    return f"scanjobs {about.tool_version} · rules {about.rules_version} · cookie data {about.data_version}"


def _or_not_captured(count: int | None) -> str:
    return wording.NONE if count is None else wording.number(count)
