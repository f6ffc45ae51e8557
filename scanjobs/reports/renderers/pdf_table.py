"""Long tables for the PDF: every distinct text of a column is measured, wrapped and encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import fill
from scanjobs.reports.renderers.pdf_canvas import ASCENT, TOP, Canvas
from scanjobs.reports.renderers.typesetting import Style

PADDING = 3.2
LINE_WIDTH = 0.4
LAST_TOGETHER = 3
BEGINNING = 5
"""Lines of a row that is taller than a page which must fit where it begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its heading, its share of the width, how its texts look."""

    title: str
    weight: float
    bold: bool = False
    is_number: bool = False
    """Numbers stand at the right; they never wrap."""
    colour: Callable[[str], str | None] = lambda text: None
    """The colour a text bears; None for ink."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One text as it is drawn: where a line begins, and its lines as operators."""

    position: str
    lines: tuple[str, ...]
    before: str
    after: str

    def drawn(self, baseline: str, start: int = 0, end: int | None = None) -> str:
        shown = ")Tj T*(".join(self.lines[start:end])
        return f"{self.position}{baseline}{self.before}({shown})Tj{self.after}"


class Table:
    """A table that flows over pages and repeats its heading on each."""

    def __init__(self, canvas: Canvas, columns: Sequence[Column], size: float = 7.4) -> None:
        self._canvas = canvas
        self._columns = columns
        self._text = Style(size, leading=1.28)
        self._head = Style(size, bold=True, colour=palette.NAVY, leading=1.28)
        unit = canvas.width / sum(column.weight for column in columns)
        self._widths = [column.weight * unit for column in columns]
        self._starts = [canvas.left + sum(self._widths[:i]) for i in range(len(columns))]
        self._cells: list[dict[str, _Cell]] = [{} for _ in columns]
        self._drawn: list[str] = []
        self._rules: list[str] = []
        self._titles = [
            canvas.bold.wrapped(column.title, size, width - 2 * PADDING)
            for column, width in zip(columns, self._widths, strict=True)
        ]

    def draw(self, rows: Iterable[Sequence[str]], on_page: Callable[[int], None] = lambda row: None) -> None:
        """Draw rows of one text a column; `on_page` hears how many are done when a page is full."""
        canvas, rows = self._canvas, list(rows)
        # A heading never stands alone at the foot of a page.
        canvas.need(self._head_height() + (self._needed(rows, 0) if rows else 0))
        self._draw_head()
        for number, row in enumerate(rows):
            if canvas.y + self._needed(rows, number) > canvas.bottom:
                self._finish_page()
                on_page(number)
                canvas.new_page()
                self._draw_head()
            self._draw_row(self._cells_of(row))
        self._finish_page()
        canvas.y += 10

    def _needed(self, rows: Sequence[Sequence[str]], number: int) -> float:
        """How much room a page must have for a row to begin on it."""
        height = self._height(rows[number])
        if number and number == len(rows) - LAST_TOGETHER:
            # The last rows go over the page together rather than one of them alone.
            together = sum(map(self._height, rows[number:]))
            height = together if together <= self._page_height() else height
        # A row that no page can hold begins where there is room for some of it.
        return height if height <= self._page_height() else BEGINNING * self._text.line

    def _page_height(self) -> float:
        return self._canvas.bottom - TOP - self._head_height()

    def _cells_of(self, row: Sequence[str]) -> list[_Cell]:
        return [self._cell(index, text) for index, text in enumerate(row)]

    def _height(self, row: Sequence[str]) -> float:
        return max(len(cell.lines) for cell in self._cells_of(row)) * self._text.line + 2 * PADDING

    def _draw_row(self, cells: Sequence[_Cell]) -> None:
        """Draw one row; one that is taller than a page goes on over the next ones."""
        canvas, line = self._canvas, self._text.line
        start, count = 0, max(len(cell.lines) for cell in cells)
        while True:
            room = int((canvas.bottom - canvas.y - 2 * PADDING) / line)
            end = min(start + max(room, 1), count)
            height = (end - start) * line + 2 * PADDING
            baseline = f"{self._baseline(canvas.y):.2f} Tm "
            self._drawn += [cell.drawn(baseline, start, end) for cell in cells if len(cell.lines) > start]
            canvas.y += height
            self._rules.append(
                f"{canvas.left:.2f} {canvas.height - canvas.y:.2f} {canvas.width:.2f} {LINE_WIDTH} re"
            )
            if end == count:
                return
            start = end
            self._finish_page()
            canvas.new_page()
            self._draw_head()

    def _cell(self, index: int, text: str) -> _Cell:
        cell = self._cells[index].get(text)
        if cell is None:
            cell = self._cells[index][text] = self._made(index, text)
        return cell

    def _made(self, index: int, text: str) -> _Cell:
        column, width, size = self._columns[index], self._widths[index], self._text.size
        face = self._canvas.bold if column.bold else self._canvas.regular
        lines = face.wrapped(text, size, width - 2 * PADDING)
        x = self._starts[index] + PADDING
        if column.is_number:
            x = self._starts[index] + width - PADDING - face.width(lines[0], size)
        before = after = ""
        if column.bold:
            before = f"/F{face.number} {size:.2f} Tf "
            after = f" /F{self._canvas.regular.number} {size:.2f} Tf"
        if colour := column.colour(text):
            before += f"{fill(colour)} "
            after += f" {fill(palette.INK)}"
        return _Cell(f"1 0 0 1 {x:.2f} ", tuple(map(face.encoded, lines)), before, after)

    def _baseline(self, y: float) -> float:
        return self._canvas.height - y - PADDING - self._text.size * ASCENT

    def _head_height(self) -> float:
        return max(map(len, self._titles)) * self._head.line + 2 * PADDING

    def _draw_head(self) -> None:
        canvas, height = self._canvas, self._head_height()
        canvas.box(canvas.left, canvas.y, canvas.width, height, palette.CARD)
        canvas.rule(canvas.left, canvas.y + height, canvas.width, palette.NAVY, 0.8)
        for column, start, width, title in zip(
            self._columns, self._starts, self._widths, self._titles, strict=True
        ):
            # Titles of one line stand on the line above the rows.
            y = canvas.y + height - PADDING - len(title) * self._head.line
            x = start + PADDING
            if column.is_number:
                x = start + width - PADDING - canvas.bold.width(title[0], self._head.size)
            canvas.lines(x, y, title, self._head)
        canvas.y += height

    def _finish_page(self) -> None:
        """Put the page's rows out as one text and its lines as one path."""
        if not self._drawn:
            return
        canvas, size = self._canvas, self._text.size
        canvas.operators(f"q {fill(palette.LINE)} {' '.join(self._rules)} f Q")
        font = f"/F{canvas.regular.number} {size:.2f} Tf {self._text.line:.2f} TL {fill(palette.INK)}"
        canvas.operators("\n".join((f"BT {font}", *self._drawn, "ET")))
        self._drawn.clear()
        self._rules.clear()
