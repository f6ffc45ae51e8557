"""Charts of the PDF as vectors: cookies of each phase by purpose, and how long cookies live."""

from __future__ import annotations

from scanjobs.domain.findings import Outcome, Severity
from scanjobs.reports.document import Document
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import described, spans
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.typesetting import SMALL, SMALL_INK, STRONG, Style

PHASE_LABEL = 112.0
PHASE_LINE = 19.0
HISTOGRAM_HEIGHT = 84.0
BAR_SHARE = 0.62
"""Of its column a bar of the histogram fills so much."""


def draw_phases(canvas: Canvas, document: Document) -> None:
    """A bar for each captured phase, as long as it has cookies, in the colours of their purposes."""
    words, bars = document.words, document.summary.by_phase
    most = max((bar.count for bar in bars), default=0)
    if not most:
        return
    canvas.heading(words("Cookies by phase"), keep=PHASE_LINE * len(bars))
    start = canvas.left + PHASE_LABEL
    for bar in bars:
        canvas.text(canvas.left, canvas.y, bar.label, SMALL_INK)
        width = (canvas.width - PHASE_LABEL - 50) * bar.count / most
        if bar.count:
            with canvas.figure(described(bar.label, bar.shares), start, canvas.y, width, 11):
                for share, x, part in spans(bar.shares, width, 1.5):
                    canvas.box(start + x, canvas.y, part, 11, palette.CATEGORY[share.key])
        canvas.text(start + width + 7, canvas.y - 0.5, words.number(bar.count), STRONG)
        canvas.y += PHASE_LINE
    canvas.y += 8


def draw_lifetimes(canvas: Canvas, document: Document) -> None:
    """How many cookies live how long; a line stands where lifetimes become long."""
    words, bars = document.words, document.summary.lifetimes
    most = max((bar.count for bar in bars), default=0)
    if not most:
        return
    title = words("Cookies by lifetime")
    canvas.heading(title, keep=HISTOGRAM_HEIGHT + 50)
    column, foot = canvas.width / len(bars), canvas.y + 14 + HISTOGRAM_HEIGHT
    labels = [canvas.lines_of(bar.label, SMALL, column - 6, most=2) for bar in bars]
    below = max(map(len, labels)) * SMALL.line + 5
    said = f"{title}: " + ", ".join(f"{bar.label} {bar.count}" for bar in bars)
    limit = next((index for index, bar in enumerate(bars) if bar.is_long), None)
    with canvas.figure(said, canvas.left, canvas.y, canvas.width, foot + below - canvas.y):
        for index, bar in enumerate(bars):
            middle = canvas.left + (index + 0.5) * column
            height = max(HISTOGRAM_HEIGHT * bar.count / most, 1.0 if bar.count else 0.0)
            colour = palette.SEVERITY[Severity.MEDIUM] if bar.is_long else palette.ACCENT
            canvas.box(middle - column * BAR_SHARE / 2, foot - height, column * BAR_SHARE, height, colour)
            ink = _COUNT if bar.count else _NONE
            canvas.text(middle, foot - height - 13, words.number(bar.count), ink, "centre")
            for number, line in enumerate(labels[index]):
                canvas.text(middle, foot + 4 + number * SMALL.line, line, SMALL, "centre")
        canvas.rule(canvas.left, foot, canvas.width, palette.MUTED)
        if limit is not None:
            mark = palette.OUTCOME[Outcome.FAIL]
            canvas.box(canvas.left + limit * column - 0.5, canvas.y, 1, foot - canvas.y, mark)
    canvas.y = foot + below + 3
    if limit is not None:
        sentence = words("The line marks {limit}.", limit=document.summary.lifetime_limit)
        canvas.paragraph(sentence, SMALL, after=14)


_COUNT = Style(8.5, bold=True)
_NONE = Style(8.5, colour=palette.MUTED)
