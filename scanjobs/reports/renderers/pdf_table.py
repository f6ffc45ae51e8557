"""Long tables for the PDF: every distinct text of a column is measured, wrapped and encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.charts import fill
from scanjobs.reports.renderers.pdf_canvas import ASCENT, Canvas
from scanjobs.reports.renderers.typesetting import Style

PADDING = 3.2
LINE_WIDTH = 0.4
LAST_TOGETHER = 3
TALLEST_TOGETHER = 200.0
"""Rows that are higher together may well end a table one by one."""
_LINES, _OPERATORS = itemgetter(0), itemgetter(1)
MOST_LINES = 12
"""Lines of a cell; of more the rest is left out, and stands whole in the attached JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its heading, its share of the width, how its texts look."""

    title: str
    weight: float
    bold: bool = False
    is_number: bool = False
    """Numbers stand at the right; they never wrap."""
    names_row: bool = False
    """Whether the text of this column says what its row is about."""
    unbroken: Iterable[str] = ()
    """Texts whose words are never cut in two, like those of the heading: names of values, which differ in
    length from language to language."""
    colour: Callable[[str], str | None] = lambda text: None
    """The colour a text bears; None for ink."""


Cell = tuple[int, str]
"""One text as it is drawn: how many lines it takes, and operators that end where the next cell begins."""


class _Cells(dict[str, Cell]):
    """Every distinct text of one column."""

    def __init__(self, made: Callable[[str], Cell]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, text: str) -> Cell:
        cell = self[text] = self._made(text)
        return cell


class Table:
    """A table that flows over pages and repeats its heading on each."""

    def __init__(
        self, canvas: Canvas, columns: Sequence[Column], size: float = 7.4, most_lines: int = MOST_LINES
    ) -> None:
        self._canvas = canvas
        self._columns = columns
        self._most_lines = most_lines
        self._text = Style(size, leading=1.28)
        self._head = Style(size, bold=True, colour=palette.NAVY, leading=1.28)
        self._widths = _widths(columns, [self._least(column) for column in columns], canvas.width)
        self._starts = [canvas.left + sum(self._widths[:i]) for i in range(len(columns))]
        self._cells = [_Cells(self._maker(index)) for index in range(len(columns))]
        self._roles = ["/TH/A<</O/Table/Scope/Row>>" if one.names_row else "/TD" for one in columns]
        self._kinds = ["/TH<</MCID " if one.names_row else "/TD<</MCID " for one in columns]
        self._drawn: list[str] = []
        self._rules: list[float] = []
        self._repeated = ""
        self._titles = [
            canvas.bold.wrapped(column.title, size, width - 2 * PADDING)
            for column, width in zip(columns, self._widths, strict=True)
        ]

    def draw(
        self,
        rows: Iterable[Sequence[str]],
        on_page: Callable[[int], None] = lambda row: None,
        *,
        otherwise: str = "",
    ) -> None:
        """Draw rows of one text a column, or a sentence where there is none.

        `on_page` hears how many rows are done when a page is full.
        """
        canvas, rows = self._canvas, list(rows)
        if not rows:
            canvas.paragraph(otherwise)
            return
        with canvas.element("Table"):
            # A heading never stands alone at the foot of a page.
            canvas.need(self._head_height() + self._height(rows[:LAST_TOGETHER]))
            with canvas.element("THead"), canvas.element("TR"):
                self._draw_head()
            with canvas.element("TBody"):
                self._draw_body(rows, on_page)
        canvas.y += 10

    def _draw_body(self, rows: Sequence[Sequence[str]], on_page: Callable[[int], None]) -> None:
        canvas, line = self._canvas, self._text.line
        tagged, page_height, bottom = canvas.structure is not None, canvas.height, canvas.bottom
        first_line = PADDING + self._text.size * ASCENT
        begin = f"1 0 0 1 {canvas.left + PADDING:.2f} "
        caches, kinds, drawn, rules = self._cells, self._kinds, self._drawn, self._rules
        columns, last_together = range(len(caches)), len(rows) - LAST_TOGETHER
        y, content = canvas.y, canvas.next_cell()
        for number, row in enumerate(rows):
            cells = [caches[column][row[column]] for column in columns]
            height = max(map(_LINES, cells)) * line + 2 * PADDING
            needed = height
            if number and number == last_together:
                # The last rows go over the page together rather than one of them alone.
                together = self._height(rows[number:])
                needed = together if together < TALLEST_TOGETHER else height
            if y + needed > bottom:
                self._finish_page()
                on_page(number)
                canvas.new_page()
                self._repeat_head()
                y, content = canvas.y, canvas.next_cell()
            drawn.append(f"{begin}{page_height - y - first_line:.2f} Tm")
            if tagged:
                for kind, (_, operators) in zip(kinds, cells, strict=True):
                    drawn.append(f"{kind}{content}>>BDC {operators}EMC")
                    content += 1
            else:
                drawn += map(_OPERATORS, cells)
            y += height
            rules.append(page_height - y)
        canvas.y = y
        self._finish_page()

    def _height(self, rows: Sequence[Sequence[str]]) -> float:
        """How high rows are together."""
        lines = (max(cache[text][0] for cache, text in zip(self._cells, row, strict=True)) for row in rows)
        return sum(count * self._text.line + 2 * PADDING for count in lines)

    def _maker(self, index: int) -> Callable[[str], Cell]:
        """Makes the cells of one column."""
        column, size, line, most = self._columns[index], self._text.size, self._text.line, self._most_lines
        face = self._canvas.bold if column.bold else self._canvas.regular
        width = self._widths[index] - 2 * PADDING
        step = self._widths[index]
        style = f"/F{face.number} {size:.2f} Tf " if column.bold else ""
        plain = f" /F{self._canvas.regular.number} {size:.2f} Tf" if column.bold else ""
        ink = f" {fill(palette.INK)}"

        def made(text: str) -> Cell:
            lines = face.wrapped(text, size, width, most)
            before, after, right = style, plain, 0.0
            if column.is_number:
                right = width - face.width(lines[0], size)
                before = f"{right:.2f} 0 Td {before}"
            if colour := column.colour(text):
                before, after = f"{before}{fill(colour)} ", after + ink
            back_up = (len(lines) - 1) * line
            shown = face.shown(lines, size)
            return len(lines), f"{before}{shown}{after} {step - right:.2f} {back_up:.2f} Td "

        return made

    def _least(self, column: Column) -> float:
        """How wide a column must be so that the words that may not be cut fit into it."""
        canvas, size = self._canvas, self._text.size
        face = canvas.bold if column.bold else canvas.regular
        words = [canvas.bold.width(canvas.bold.printable(word), size) for word in column.title.split(" ")]
        words += [
            face.width(face.printable(word), size) for text in column.unbroken for word in text.split(" ")
        ]
        return max(words) + 2 * PADDING

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
            with canvas.element("TH", "/A<</O/Table/Scope/Column>>"):
                if not column.is_number:
                    canvas.lines(start + PADDING, y, title, self._head)
                    continue
                for line in title:
                    x = start + width - PADDING - canvas.bold.width(line, self._head.size)
                    y = canvas.lines(x, y, [line], self._head)
        canvas.y += height

    def _repeat_head(self) -> None:
        """The heading again; it is the same on all pages but the first."""
        canvas = self._canvas
        if self._repeated:
            canvas.operators(self._repeated)
            canvas.y += self._head_height()
            return
        before = canvas.drawn()
        with canvas.artifact("/Type/Pagination"):
            self._draw_head()
        self._repeated = canvas.drawn()[len(before) :].decode("latin-1")

    def _finish_page(self) -> None:
        """Put the page's rows out as one text and its lines as one path."""
        if not self._rules:
            return
        canvas, size = self._canvas, self._text.size
        canvas.add_rows(len(self._rules), self._roles)
        line = f"{canvas.left:.2f} %.2f {canvas.width:.2f} {LINE_WIDTH} re"
        with canvas.artifact():
            canvas.operators(f"q {fill(palette.LINE)} {' '.join([line % y for y in self._rules])} f Q")
        font = f"/F{canvas.regular.number} {size:.2f} Tf {self._text.line:.2f} TL {fill(palette.INK)}"
        canvas.operators("\n".join((f"BT {font}", *self._drawn, "ET")))
        self._drawn.clear()
        self._rules.clear()


def _widths(columns: Sequence[Column], least: Sequence[float], room: float) -> list[float]:
    """The widths of columns by their weights, none below its least where there is room for that."""
    widths = [0.0] * len(columns)
    wanting = set(range(len(columns))) if sum(least) <= room else set()
    free, weight = room, sum(column.weight for column in columns)
    while narrow := {index for index in wanting if columns[index].weight * free / weight < least[index]}:
        for index in narrow:
            widths[index] = least[index]
            free -= least[index]
            weight -= columns[index].weight
        wanting -= narrow
    return [width or column.weight * free / weight for column, width in zip(columns, widths, strict=True)]
