"""The pages of the PDF that are read first: cover, contents, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_structure import Element
from scanjobs.reports.renderers.typesetting import BODY, HEADING, SMALL, SMALL_INK, STRONG, Style
from scanjobs.reports.words import Words

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
    words, about = document.words, document.identification
    canvas.new_page("portrait")
    page_width = canvas.right + canvas.left
    brand = document.branding
    canvas.box(0, 0, page_width, BAND, brand.colour or palette.NAVY)
    if brand.logo is not None:
        with canvas.figure(
            brand.organisation or words("Logo"), canvas.right - LOGO_WIDTH, 24, LOGO_WIDTH, LOGO_HEIGHT
        ):
            canvas.picture(brand.logo.data, canvas.right - LOGO_WIDTH, 24, LOGO_WIDTH, LOGO_HEIGHT)
    canvas.box(0, BAND, page_width, 4, palette.STATUS[document.verdict.status])
    with canvas.element("H1"):
        canvas.text(canvas.left, 72, words("Cookie report"), Style(32, bold=True, colour=palette.WHITE))
        canvas.lines(canvas.left, 126, *_fitting(canvas, about.site, (22, 16, 12, 9), most=2))
    canvas.text(canvas.left, BAND - 40, words.long_moment(about.created_at), _ON_NAVY)
    verdict = words("Verdict: {verdict}", verdict=words.within(document.verdict.status))
    canvas.text(canvas.right, BAND - 40, verdict, _STATUS_ON_NAVY, "right")
    canvas.y = BAND + 34
    facts = (
        (words("Site"), about.site),
        (words("First page"), about.page_url or words("unknown")),
        (words("Captured"), words.long_moment(about.captured_at)),
        (words("Profile"), about.profile_title),
        (words("Scan"), about.scan_id),
        (words("Report"), about.report_id),
        (words("Versions"), _versions(document)),
        (words("Organisation"), brand.organisation),
        (words("Controller"), ", ".join(filter(None, (brand.controller, brand.contact)))),
        (words("Note"), brand.footer),
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


def draw_contents(canvas: Canvas, document: Document, contents: Contents) -> None:
    """The table of contents, with a link to every part."""
    words, last = document.words, canvas.page
    canvas.turn_to(contents.page)
    with canvas.inside(contents.element):
        with canvas.element("Caption"):
            canvas.text(canvas.left, contents.top, words("Contents"), HEADING)
        y = contents.top + CONTENTS_HEADING
        for name, page, top in canvas.sections:
            said = words("{name}, page {page}", name=name, page=page)
            with (
                canvas.element("TOCI"),
                canvas.link(canvas.left, y, canvas.width, CONTENTS_LINE, (page, top), said),
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
    words, verdict = document.words, document.verdict
    canvas.section(words("Verdict"))
    _draw_status(canvas, document)
    _draw_tiles(canvas, document)
    canvas.heading(words("Phase by phase"))
    with canvas.element("L"):
        for status in verdict.phases:
            with canvas.element("LI"):
                with canvas.element("Lbl"):
                    canvas.text(canvas.left, canvas.y, words.name(status.phase), STRONG)
                with canvas.element("LBody"):
                    lines = canvas.lines_of(status.sentence, BODY, canvas.width - 130)
                    canvas.y = canvas.lines(canvas.left + 130, canvas.y, lines, BODY) + 2
    canvas.y += 12
    if verdict.since:
        canvas.heading(words("Since the last scan"))
        canvas.paragraph(verdict.since, after=12)
    if verdict.top:
        canvas.heading(words("What weighs most"))
        with canvas.element("L", "/A<</O/List/ListNumbering/Decimal>>"):
            for number, finding in enumerate(verdict.top, start=1):
                _draw_top(canvas, words, number, finding)
        canvas.y += 8
    if verdict.not_evaluable:
        canvas.heading(words("What could not be evaluated"))
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
    y = canvas.lines(x, canvas.y + 12, [document.words.name(verdict.status).upper()], label) + 2
    y = canvas.lines(x, y, heads, headline) + 4
    canvas.lines(x, y, texts, BODY)
    canvas.y += height + 12


def _draw_tiles(canvas: Canvas, document: Document) -> None:
    words, summary = document.words, document.summary
    ratio = summary.third_party_ratio
    score = document.verdict.score
    tiles = (
        (wording.NONE if score is None else words.number(score), words("score, of 100")),
        (words.number(summary.total_cookies), words("cookies in all")),
        (wording.NONE if ratio is None else words.percent(ratio), words("by third parties")),
        (_or_none(summary.cookies_before_consent, words), words.within(ConsentPhase.BEFORE)),
        (_or_none(summary.cookies_after_consent, words), words.within(ConsentPhase.ACCEPTED)),
        (_or_none(summary.cookies_after_rejection, words), words.within(ConsentPhase.REJECTED)),
    )
    gap = 8.0
    width = (canvas.width - gap * (len(tiles) - 1)) / len(tiles)
    captions = [canvas.lines_of(caption, SMALL, width - 16, most=2) for _, caption in tiles]
    height = 43 + max(map(len, captions)) * SMALL.line
    for index, ((value, _), caption) in enumerate(zip(tiles, captions, strict=True)):
        x = canvas.left + index * (width + gap)
        canvas.box(x, canvas.y, width, height, palette.CARD, radius=4)
        with canvas.element("P"):
            canvas.text(x + 10, canvas.y + 9, value, Style(17, bold=True, colour=palette.NAVY, leading=1.2))
            canvas.lines(x + 10, canvas.y + 34, caption, SMALL)
    canvas.y += height + 18


def _draw_top(canvas: Canvas, words: Words, number: int, finding: FindingPart) -> None:
    width = canvas.width - 96
    texts = canvas.lines_of(finding.summary, BODY, width, most=3)
    titles = canvas.lines_of(finding.title, STRONG, width, most=2)
    canvas.need((len(texts) + len(titles)) * BODY.line + 8)
    with canvas.element("LI"):
        with canvas.element("Lbl"):
            canvas.text(canvas.left, canvas.y, f"{number}", Style(9.5, bold=True, colour=palette.MUTED))
        with canvas.element("LBody"):
            draw_chip(canvas, words, canvas.left + 16, canvas.y, finding)
            y = canvas.lines(canvas.left + 96, canvas.y, titles, STRONG)
            canvas.y = canvas.lines(canvas.left + 96, y, texts, BODY) + 7


def draw_chip(canvas: Canvas, words: Words, x: float, y: float, finding: FindingPart) -> None:
    """The severity of a finding as a small coloured label."""
    style = Style(7.5, bold=True, colour=palette.WHITE, leading=1.2)
    text = words.name(finding.severity)
    canvas.box(x, y + 0.5, 64, 12.5, palette.SEVERITY[finding.severity], radius=3)
    canvas.text(x + 32, y + 2.2, text, style, "centre")


_ON_NAVY = Style(11, colour=palette.PALE)
_STATUS_ON_NAVY = Style(11, bold=True, colour=palette.WHITE)


def _fitting(canvas: Canvas, text: str, sizes: Sequence[float], most: int) -> tuple[list[str], Style]:
    """The largest size in which a text takes so few lines; cut only when none does."""
    for size in sizes:
        style = Style(size, colour=palette.PALE, leading=1.25)
        if len(canvas.lines_of(text, style, canvas.width)) <= most:
            break
    return canvas.lines_of(text, style, canvas.width, most), style


def _versions(document: Document) -> str:
    about = document.identification
    return document.words(
        "scanjobs {tool} · rules {rules} · cookie data {data}",
        tool=about.tool_version,
        rules=about.rules_version,
        data=about.data_version,
    )


def _or_none(count: int | None, words: Words) -> str:
    return wording.NONE if count is None else words.number(count)
