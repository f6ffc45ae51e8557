"""Where things go on the pages of the PDF: a cursor that flows down, and texts, boxes and headings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import fill
from scanjobs.reports.renderers.pdf_pages import FONTS, Pages
from scanjobs.reports.renderers.pdf_scripts import Scripts
from scanjobs.reports.renderers.typesetting import BODY, HEADING, SMALL, TITLE, Face, Style
from scanjobs.reports.words import Words

MARGIN = 48.0
TOP = 52.0
BOTTOM = 56.0
ASCENT = 0.93
"""From the top of a line to its baseline, as a multiple of the size."""


class Canvas(Pages):
    """Texts and boxes in points, measured from the top left corner of the page.

    Text is drawn by operators of our own: fpdf2 lays a cell out twice and measures it once per character,
    which makes long tables a hundred times slower.
    """

    def __init__(
        self, title: str, language: str, producer: str, created_at: datetime, *, tagged: bool = True
    ) -> None:
        super().__init__(title, language, producer, created_at, tagged=tagged)
        scripts = Scripts(self.font)
        self.regular = Face(self.font(FONTS / "NotoSans-Regular.ttf"), scripts)
        self.bold = Face(self.font(FONTS / "NotoSans-Bold.ttf"), scripts)
        self.y = TOP
        self.sections: list[tuple[str, int, float]] = []
        """Every part of the report with the page it begins on, and how far down."""
        self._orientation = "portrait"

    def new_page(self, orientation: str | None = None) -> None:
        """Begin a page, `portrait` or `landscape`, else turned like the one before."""
        self._orientation = orientation or self._orientation
        self.add_page(self._orientation)
        self.y = TOP

    @property
    def left(self) -> float:
        """Where the text begins."""
        return MARGIN

    @property
    def right(self) -> float:
        """Where the text ends."""
        return self.page_width - MARGIN

    @property
    def width(self) -> float:
        """Between the margins."""
        return self.right - self.left

    @property
    def bottom(self) -> float:
        """Where the flow ends, above the footer."""
        return self.height - BOTTOM

    def need(self, height: float) -> None:
        """Go to a new page when the flow has not so much room left on this one."""
        if self.y + height > self.bottom:
            self.new_page()

    def face(self, style: Style) -> Face:
        """The font of a style."""
        return self.bold if style.bold else self.regular

    def lines_of(self, text: str, style: Style, width: float, most: int | None = None) -> list[str]:
        """The lines a text takes in a column; of more than `most` the rest is left out."""
        return self.face(style).wrapped(text, style.size, width, most)

    def width_of(self, text: str, style: Style) -> float:
        """How wide a text is on one line."""
        face = self.face(style)
        return face.width(face.printable(text), style.size)

    def lines(self, x: float, y: float, lines: Sequence[str], style: Style) -> float:
        """Draw printable lines from the top `y` down; answers where they end."""
        face = self.face(style)
        shown = face.shown(lines, style.size)
        baseline = self.height - y - style.size * ASCENT - (style.line - style.size * 1.2) / 2
        drawn = (
            f"BT /F{face.number} {style.size:.2f} Tf {style.line:.2f} TL {fill(style.colour)} "
            f"1 0 0 1 {x:.2f} {baseline:.2f} Tm {shown} ET"
        )
        self._text(drawn)
        return y + style.line * len(lines)

    def text(self, x: float, y: float, text: str, style: Style, align: str = "left") -> None:
        """Draw one line that is known to fit: from `x`, up to it, or around it."""
        shown = self.face(style).printable(text)
        width = self.face(style).width(shown, style.size)
        self.lines(x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[align], y, [shown], style)

    def paragraph(self, text: str, style: Style = BODY, *, after: float = 6.0, role: str = "P") -> None:
        """Let a text flow, over pages if it must."""
        with self.element(role):
            for line in self.lines_of(text, style, self.width):
                self.need(style.line)
                self.y = self.lines(self.left, self.y, [line], style)
        self.y += after

    def section(self, text: str, orientation: str = "portrait", *, room: float = math.inf) -> None:
        """Begin a part of the report: on a page of its own, or here where there is so much room."""
        if orientation == self._orientation and self.y + room < self.bottom:
            self.y += 22
        else:
            self.new_page(orientation)
        self.bookmark(text, self.y)
        self.sections.append((text, self.page, self.y))
        with self.element("H2"):
            self.y = self.lines(self.left, self.y, self.lines_of(text, TITLE, self.width), TITLE) + 10

    def heading(self, text: str, keep: float = 60.0) -> None:
        """A heading that stays with at least so much of what follows."""
        self.need(HEADING.line + keep)
        with self.element("H3"):
            lines = self.lines_of(text, HEADING, self.width)
            self.y = self.lines(self.left, self.y, lines, HEADING) + 4

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0.0) -> None:
        """A filled rectangle."""
        bottom = self.height - y - height
        if not radius:
            self._ornament(f"q {fill(colour)} {x:.2f} {bottom:.2f} {width:.2f} {height:.2f} re f Q")
            return
        left, right, top, k = x, x + width, bottom + height, radius * 0.4477
        self._ornament(
            f"q {fill(colour)} {left + radius:.2f} {bottom:.2f} m {right - radius:.2f} {bottom:.2f} l "
            f"{right - k:.2f} {bottom:.2f} {right:.2f} {bottom + k:.2f} {right:.2f} {bottom + radius:.2f} c "
            f"{right:.2f} {top - radius:.2f} l "
            f"{right:.2f} {top - k:.2f} {right - k:.2f} {top:.2f} {right - radius:.2f} {top:.2f} c "
            f"{left + radius:.2f} {top:.2f} l "
            f"{left + k:.2f} {top:.2f} {left:.2f} {top - k:.2f} {left:.2f} {top - radius:.2f} c "
            f"{left:.2f} {bottom + radius:.2f} l "
            f"{left:.2f} {bottom + k:.2f} {left + k:.2f} {bottom:.2f} {left + radius:.2f} {bottom:.2f} c f Q"
        )

    def rule(
        self, x: float, y: float, width: float, colour: str = palette.LINE, thickness: float = 0.6
    ) -> None:
        """A thin horizontal line."""
        self.box(x, y - thickness / 2, width, thickness, colour)

    def number_pages(self, text: str, words: Words) -> None:
        """Put a line and `Page 2 of 9` at the foot of every page but the cover."""
        last = self.page
        for page in range(2, last + 1):
            self.turn_to(page)
            y = self.height - BOTTOM + 20
            with self.artifact("/Type/Pagination/Subtype/Footer"):
                self.rule(self.left, y - 6, self.width)
                self.lines(self.left, y, self.lines_of(text, SMALL, self.width - 100, most=1), SMALL)
                self.text(self.right, y, words("Page {page} of {last}", page=page, last=last), SMALL, "right")
