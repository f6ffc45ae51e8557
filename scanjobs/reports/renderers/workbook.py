"""A workbook of Office Open XML, written row by row: texts stay texts, and what does not fit says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from scanjobs.reports import wording
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.workbook_parts import (
    CUT,
    FONT,
    LINE_HEIGHT,
    LOOKS,
    MOST_LINES,
    MOST_UNITS,
    About,
    Head,
    Target,
    Toned,
    Value,
    clipped,
    lines,
    units,
)
from scanjobs.reports.words import Words

MOST_ROWS = 1_048_576
"""Rows that a worksheet has, the head included."""
LARGEST_WHOLE = 10**15
"""Cells hold fifteen digits; larger numbers are written as texts, so that no digit is lost."""
LONGEST_NAME = 31
"""Of a worksheet."""
WIDEST_PAGE = 260
"""Characters beside each other that still are readable when they are fitted to the width of a page."""
SCALE_OF_WIDE_TABLES = 70
"""Percent; beside the first column, their pages have some of the others each."""
PAGE = (Head("", 34), Head("", 96))
"""The columns of the page of facts: names, and what is told."""
BESIDE_ITS_NAME = ", left"
_EARLIEST = datetime(1900, 3, 1)  # noqa: DTZ001 - cells have no zone; before it, spreadsheets count a day too many
# XlsxWriter takes a text like `<r>…</r>` for markup of its own, and writes it as it is. It does not where the
# text comes in pieces; and a piece never holds what a reader would take for an escaped character.
_LIKE_MARKUP = re.compile("<r>.*</r>", re.DOTALL)
_PIECES = re.compile("(?<=^<)|(?<=^<r)|(?<=_)(?=x)")
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_OPTIONS = {
    "constant_memory": True,
    # A text is a text, whatever it looks like.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@contextmanager
def workbook(file: BinaryIO, about: About, words: Words) -> Iterator[Book]:
    """A workbook to be filled, which is in the file afterwards.

    Raises:
        OSError: the file or the unfinished pieces of it cannot be written.
    """
    target = Target(file)
    # The rows of each worksheet wait in a file until all are known; the folder goes whatever happens.
    with TemporaryDirectory(prefix="scanjobs-xlsx-") as folder:
        # Widths of columns are counted in digits of the typeface that is given here.
        made = Workbook(target, {**_OPTIONS, "tmpdir": folder, "default_format_properties": dict(FONT)})
        book = Book(made, words)
        book.describe(about)
        yield book
        book.tell_what_was_cut()
        try:
            made.close()
        except FileCreateError as error:
            raise error.args[0] from None
        finally:
            target.is_wanted = False


class Book:
    """Worksheets of rows, and first among them a page of facts."""

    def __init__(self, made: Any, words: Words) -> None:
        self._made, self._words = made, words
        self._formats: dict[tuple[str, str | None], Any] = {}
        self._names: set[str] = set()
        self._cut_texts = 0
        self._title = ""
        self._page = self._sheet(words("Summary"))
        self._page_row = 0
        self._set_up_page()

    def describe(self, about: About) -> None:
        """Set the properties of the file; equal ones at any time."""
        self._title = wording.visible(about.title)
        self._made.set_properties(
            {
                "title": self._title,
                "subject": wording.visible(about.subject),
                "author": wording.visible(about.author),
                "comments": wording.visible(about.notice),
                "created": about.created_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        for name, value in about.facts:
            self._made.set_custom_property(name, clipped(wording.visible(value), 255), "text")
        self._print(self._page)

    def title(self, text: str) -> None:
        """Begin the page of facts."""
        self._page.set_row(self._page_row, 2 * LINE_HEIGHT)
        self._page.write_string(self._page_row, 0, self._fitting(text), self._format("title"))
        self._page_row += 1

    def heading(self, text: str) -> None:
        """Begin a part of the page of facts."""
        self._page_row += 1
        for column, said in enumerate((text, "")):
            self._text(self._page, self._page_row, column, said, self._format("head"))
        self._page_row += 1

    def fact(self, name: str, value: Value) -> None:
        """Tell a fact by its name on the page of facts."""
        if name:
            self._text(self._page, self._page_row, 0, name, self._format("name"))
        self._write(self._page, self._page_row, 1, value, BESIDE_ITS_NAME)
        _make_room(self._page, self._page_row, zip(PAGE, (name, value), strict=True))
        self._page_row += 1

    def facts(self, name: str, values: Iterable[str]) -> None:
        """Tell several facts that have one name."""
        for number, value in enumerate(values):
            self.fact("" if number else name, value)

    def table(
        self,
        title: str,
        heads: Sequence[Head],
        rows: Iterable[Sequence[Value]],
        otherwise: str = "",
        on_row: Callable[[int], None] = lambda number: None,
    ) -> None:
        """Add a worksheet of rows; `otherwise` stands where there is none, `on_row` hears of thousands."""
        sheet = self._sheet(title)
        for column, head in enumerate(heads):
            sheet.set_column(column, column, head.width)
            self._text(sheet, 0, column, head.title, self._format("head"))
        _make_room(sheet, 0, zip(heads, (head.title for head in heads), strict=True))
        row, left = 0, iter(rows)
        for row, values in enumerate(islice(left, MOST_ROWS - 2), 1):
            for column, value in enumerate(values):
                if value is None or value == "":
                    sheet.write_blank(row, column, None, self._format("text"))
                else:
                    self._write(sheet, row, column, value, is_day=heads[column].is_day)
            _make_room(sheet, row, zip(heads, values, strict=True))
            if row % 1000 == 0:
                on_row(row)
        last = max(row, 1)
        if row == 0 and otherwise:
            self._text(sheet, 1, 0, otherwise, self._format("said"))
        if (first := next(left, None)) is not None:
            self._tell_the_rest(sheet, sum(1 for _ in chain([first], left)))
        sheet.autofilter(0, 0, last, len(heads) - 1)
        sheet.freeze_panes(1, 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        sheet.repeat_rows(0)
        sheet.set_landscape()
        self._print(sheet)
        if sum(head.width for head in heads) <= WIDEST_PAGE:
            sheet.fit_to_pages(1, 0)
        else:
            sheet.repeat_columns(0)
            sheet.set_print_scale(SCALE_OF_WIDE_TABLES)

    def tell_what_was_cut(self) -> None:
        """Say on the page of facts what a cell could not hold."""
        if self._cut_texts:
            self.heading(self._words("Note"))
            self.fact(
                "",
                self._words.plural(
                    self._cut_texts,
                    "{number} text is longer than a cell and ends in […]; the JSON report has it whole.",
                    "{number} texts are longer than a cell and end in […]; the JSON report has them whole.",
                ),
            )

    def _tell_the_rest(self, sheet: Any, number: int) -> None:
        """In the last row: how many do not fit, also on the page of facts."""
        told = self._words.plural(
            number, "{number} more stands in the JSON report.", "{number} more stand in the JSON report."
        )
        self._text(sheet, MOST_ROWS - 1, 0, told, self._format("said"))
        self.heading(sheet.get_name())
        self.fact("", told)

    def _sheet(self, title: str) -> Any:
        """A new worksheet whose name no other one has."""
        name = _NO_NAME.sub(" ", wording.visible(title)).strip("' ") or "–"
        if units(name) > LONGEST_NAME:
            name = f"{clipped(name, LONGEST_NAME - 1).rstrip()}…"
        number = 1
        while name.casefold() in self._names:
            number += 1
            name = f"{clipped(name, LONGEST_NAME - 4).rstrip()} {number}"
        self._names.add(name.casefold())
        return self._made.add_worksheet(name)

    def _set_up_page(self) -> None:
        for column, head in enumerate(PAGE):
            self._page.set_column(column, column, head.width)
        self._page.hide_gridlines(2)
        self._page.fit_to_pages(1, 0)

    def _print(self, sheet: Any) -> None:
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        # An ampersand has a meaning in a footer, and 255 characters are all that it has room for.
        sheet.set_footer(f"&L{clipped(self._title, 100).replace('&', '&&')}&C&A&R&P / &N")

    def _write(
        self, sheet: Any, row: int, column: int, value: Value, place: str = "", *, is_day: bool = False
    ) -> None:
        if isinstance(value, str):
            self._text(sheet, row, column, value, self._format("text"))
        elif isinstance(value, Toned):
            self._text(sheet, row, column, value.text, self._format("text", value.colour))
        elif isinstance(value, datetime):
            self._moment(sheet, row, column, value, is_day)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, self._format(f"share{place}"))
        elif isinstance(value, int) and abs(value) < LARGEST_WHOLE:
            sheet.write_number(row, column, value, self._format(f"number{place}"))
        elif value is not None:
            self._text(sheet, row, column, str(value), self._format("text"))

    def _moment(self, sheet: Any, row: int, column: int, value: datetime, is_day: bool) -> None:
        moment = value.astimezone(UTC).replace(tzinfo=None)
        if moment < _EARLIEST:
            self._text(sheet, row, column, wording.moment(value), self._format("text"))
        elif is_day:
            sheet.write_datetime(row, column, moment.date(), self._format("day"))
        else:
            sheet.write_datetime(row, column, moment, self._format("moment"))

    def _text(self, sheet: Any, row: int, column: int, text: str, look: Any) -> None:
        text = self._fitting(text)
        if _LIKE_MARKUP.fullmatch(text):
            letters = self._format("letters")
            pieces = chain.from_iterable((letters, piece) for piece in _PIECES.split(text))
            sheet.write_rich_string(row, column, *pieces, look)
        else:
            sheet.write_string(row, column, text, look)

    def _fitting(self, text: str) -> str:
        text = wording.visible(text)
        if 2 * len(text) > MOST_UNITS and units(text) > MOST_UNITS:
            self._cut_texts += 1
            return clipped(text, MOST_UNITS - len(CUT)) + CUT
        return text

    def _format(self, kind: str, colour: str | None = None) -> Any:
        """How cells of a kind look; made once, as a file has room for few."""
        made = self._formats.get((kind, colour))
        if made is None:
            look = {**FONT, "valign": "top", **LOOKS[kind]}
            if colour:
                look |= {"bold": True, "font_color": colour, "bg_color": palette.pale(colour)}
            made = self._formats[kind, colour] = self._made.add_format(look)
        return made


def _make_room(sheet: Any, row: int, cells: Iterable[tuple[Head, Value]]) -> None:
    """Make a row as high as its texts need; not every spreadsheet program does so by itself."""
    needed = max(lines(value, head.width) for head, value in cells)
    if needed > 1:
        sheet.set_row(row, LINE_HEIGHT * min(needed, MOST_LINES))
