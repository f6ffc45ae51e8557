"""Pages of the PDF: a cursor that flows down, and texts, boxes and links drawn as plain operators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fpdf import FPDF
from fpdf.enums import PDFResourceType
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import fill
from scanjobs.reports.renderers.typesetting import BODY, HEADING, SMALL, TITLE, Face, Style

MARGIN = 48.0
TOP = 52.0
BOTTOM = 56.0
FAMILY = "noto"
FONTS = Path(__file__).parent.parent / "fonts"
ASCENT = 0.93
"""From the top of a line to its baseline, as a multiple of the size."""


class Canvas:
    """A growing PDF in points, measured from the top left corner of the page.

    Text is drawn by operators of our own: fpdf2 lays a cell out twice and measures it once per character,
    which makes long tables a hundred times slower. fpdf2 keeps the pages, the fonts and the file.
    """

    def __init__(self, title: str, language: str, producer: str, created_at: datetime) -> None:
        self._pdf = FPDF(unit="pt", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.set_creation_date(created_at)
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.set_producer(producer)
        self._pdf.set_creator(producer)
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.regular = self._face("", "NotoSans-Regular.ttf")
        self.bold = self._face("B", "NotoSans-Bold.ttf")
        self.y = TOP
        self.sections: list[tuple[str, int]] = []
        """Every part of the report with the page it begins on."""
        self._orientation = "portrait"

    def _face(self, style: str, name: str) -> Face:
        self._pdf.add_font(FAMILY, style, FONTS / name)
        font = self._pdf.fonts[FAMILY + style]
        assert isinstance(font, TTFFont)
        return Face(font)

    @property
    def height(self) -> float:
        """Height of the page."""
        return float(self._pdf.h_pt)

    @property
    def left(self) -> float:
        """Where the text begins."""
        return MARGIN

    @property
    def right(self) -> float:
        """Where the text ends."""
        return float(self._pdf.w_pt) - MARGIN

    @property
    def width(self) -> float:
        """Between the margins."""
        return self.right - self.left

    @property
    def bottom(self) -> float:
        """Where the flow ends, above the footer."""
        return self.height - BOTTOM

    @property
    def page(self) -> int:
        """Number of the page that is drawn, from 1."""
        return int(self._pdf.page)

    def new_page(self, orientation: str | None = None) -> None:
        """Begin a page, `portrait` or `landscape`, else turned like the one before."""
        self._orientation = orientation or self._orientation
        self._pdf.add_page(orientation=self._orientation)
        for face in (self.regular, self.bold):
            self._pdf._resource_catalog.add(PDFResourceType.FONT, face.number, self._pdf.page)
        self.y = TOP

    def turn_to(self, page: int) -> None:
        """Draw on a page that exists already."""
        self._pdf.page = page
        # fpdf2 keeps the size of the page it added last.
        self._pdf.w_pt, self._pdf.h_pt = self._pdf.pages[page].dimensions()

    def need(self, height: float) -> None:
        """Go to a new page when the flow has not so much room left on this one."""
        if self.y + height > self.bottom:
            self.new_page()

    def operators(self, drawn: str) -> None:
        """Draw with PDF operators, in PDF's own coordinates."""
        self._pdf._out(drawn)

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
        shown = ")Tj T*(".join(map(face.encoded, lines))
        baseline = self.height - y - style.size * ASCENT - (style.line - style.size * 1.2) / 2
        self.operators(
            f"BT /F{face.number} {style.size:.2f} Tf {style.line:.2f} TL {fill(style.colour)} "
            f"1 0 0 1 {x:.2f} {baseline:.2f} Tm ({shown})Tj ET"
        )
        return y + style.line * len(lines)

    def text(self, x: float, y: float, text: str, style: Style, align: str = "left") -> None:
        """Draw one line that is known to fit: from `x`, up to it, or around it."""
        shown = self.face(style).printable(text)
        width = self.face(style).width(shown, style.size)
        self.lines(x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[align], y, [shown], style)

    def paragraph(self, text: str, style: Style = BODY, *, after: float = 6.0) -> None:
        """Let a text flow, over pages if it must."""
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
        self._pdf.y = self.y
        self._pdf.start_section(text)
        self.sections.append((text, self.page))
        self.y = self.lines(self.left, self.y, [self.bold.printable(text)], TITLE) + 10

    def heading(self, text: str, keep: float = 60.0) -> None:
        """A heading that stays with at least so much of what follows."""
        self.need(HEADING.line + keep)
        self.y = self.lines(self.left, self.y, self.lines_of(text, HEADING, self.width), HEADING) + 4

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0.0) -> None:
        """A filled rectangle."""
        bottom = self.height - y - height
        if not radius:
            self.operators(f"q {fill(colour)} {x:.2f} {bottom:.2f} {width:.2f} {height:.2f} re f Q")
            return
        left, right, top, k = x, x + width, bottom + height, radius * 0.4477
        self.operators(
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

    def link(self, x: float, y: float, width: float, height: float, target: str | int) -> None:
        """Make a rectangle lead to a web address, or to a page of this document."""
        if isinstance(target, int):
            page, target = target, self._pdf.add_link()
            self._pdf.set_link(target, page=page)
        self._pdf.link(x, y, width, height, target)

    def number_pages(self, text: str) -> None:
        """Put a line and `Page 2 of 9` at the foot of every page but the cover."""
        last = self.page
        for page in range(2, last + 1):
            self.turn_to(page)
            y = self.height - BOTTOM + 20
            self.rule(self.left, y - 6, self.width)
            self.lines(self.left, y, self.lines_of(text, SMALL, self.width - 100, most=1), SMALL)
            self.text(self.right, y, f"Page {page} of {last}", SMALL, "right")

    def write(self, file: BinaryIO) -> None:
        """Finish the document; nothing can be drawn afterwards."""
        file.write(self._pdf.output())
