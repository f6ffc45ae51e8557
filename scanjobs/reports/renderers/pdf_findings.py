"""The findings of the PDF: one card each, with what it rests on."""

from __future__ import annotations

from scanjobs.domain.findings import FindingItem
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_front import draw_chip
from scanjobs.reports.renderers.typesetting import BODY, SMALL, SMALL_INK, STRONG, Style
from scanjobs.reports.words import Words

ITEMS_ON_CARD = 6
INSET = 16.0
LABEL_GAP = 14.0
"""Between a label and what it labels, on the card of a finding."""


def draw_findings(canvas: Canvas, document: Document) -> None:
    """One card a finding: what, why it matters, what it rests on, what to do."""
    words = document.words
    canvas.section(words("Findings"), room=300)
    if not document.findings:
        canvas.paragraph(words("No rule that could be evaluated failed or warned."))
    for finding in document.findings:
        with canvas.element("Sect"):
            _draw_card(canvas, words, finding)


def _draw_card(canvas: Canvas, words: Words, finding: FindingPart) -> None:
    width = canvas.width - 2 * INSET
    to_do, authority = words("What to do"), words("Authority")
    indent = max(canvas.width_of(to_do, STRONG), canvas.width_of(authority, STRONG)) + LABEL_GAP
    title = Style(11.5, bold=True, leading=1.25)
    # A card never grows taller than a page; the checklist holds every summary whole.
    titles = canvas.lines_of(finding.title, title, width, most=3)
    summary = canvas.lines_of(finding.summary, BODY, width, most=10)
    advice = canvas.lines_of(finding.how_to_fix, BODY, width - indent, most=10)
    basis = canvas.lines_of(finding.basis, BODY, width - indent, most=5)
    items = [_item_lines(canvas, words, item, width) for item in finding.items[:ITEMS_ON_CARD]]
    rest = len(finding.items) - len(items)
    height = (
        40
        + len(titles) * title.line
        + (len(summary) + len(advice) + len(basis)) * BODY.line
        + 10
        + sum(max(map(len, columns)) * SMALL.line + 2 for columns in items)
        + (8 if items else 0)
        + (SMALL.line + 2 if rest else 0)
    )
    canvas.need(height + 12)
    canvas.bookmark(f"{finding.rule_id} {finding.title}", canvas.y, level=1)
    top, x = canvas.y, canvas.left + INSET
    canvas.box(canvas.left, top, canvas.width, height, palette.CARD, radius=4)
    canvas.box(canvas.left, top, 4, height, palette.SEVERITY[finding.severity])
    draw_chip(canvas, words, x, top + 12, finding)
    outcome = Style(8.5, bold=True, colour=palette.OUTCOME[finding.outcome])
    canvas.text(x + 74, top + 12.5, words.name(finding.outcome), outcome)
    version = words("Rule {rule}, version {version}", rule=finding.rule_id, version=finding.rule_version)
    canvas.text(canvas.right - INSET, top + 12.5, version, SMALL, "right")
    with canvas.element("H3"):
        y = canvas.lines(x, top + 30, titles, title)
    y = canvas.lines(x, y + 2, summary, BODY) + 4
    canvas.text(x, y, to_do, STRONG)
    y = canvas.lines(x + indent, y, advice, BODY) + 2
    canvas.text(x, y, authority, STRONG)
    if finding.url:
        link = Style(9.5, colour=palette.ACCENT)
        with (
            canvas.element("P"),
            canvas.link(x + indent, y, width - indent, len(basis) * BODY.line, finding.url, finding.basis),
        ):
            y = canvas.lines(x + indent, y, basis, link) + 6
    else:
        y = canvas.lines(x + indent, y, basis, BODY) + 6
    if items:
        canvas.rule(x, y, width)
        y += 2
        with canvas.element("L"):
            for columns in items:
                with canvas.element("LI"), canvas.element("LBody"):
                    for (start, style), lines in zip(_ITEM_COLUMNS, columns, strict=True):
                        canvas.lines(x + start * width, y, lines, style)
                y += max(map(len, columns)) * SMALL.line + 2
    if rest:
        left_out = words.plural(
            rest, "and {number} more; all stand in Annex A", "and {number} more; all stand in Annex A"
        )
        canvas.text(x, y, left_out, SMALL)
    canvas.y = top + height + 10


_ITEM_COLUMNS = ((0.0, SMALL_INK), (0.36, SMALL_INK), (0.76, SMALL))


def _item_lines(
    canvas: Canvas, words: Words, item: FindingItem, width: float
) -> tuple[list[str], list[str], list[str]]:
    """The three columns of an item on a card; what is cut here stands whole in Annex A."""
    where = words.short(item.phase) if item.phase else ""
    when = words.moment(item.observed_at)[:16] if item.observed_at else ""
    return (
        canvas.lines_of(wording.visible(item.subject), SMALL_INK, width * 0.34, most=2),
        canvas.lines_of(wording.visible(item.detail), SMALL_INK, width * 0.38, most=2),
        canvas.lines_of(", ".join(filter(None, (where, when))), SMALL, width * 0.24, most=2),
    )
