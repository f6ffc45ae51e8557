"""Portfolio and comparison reports as a workbook: numbers on the first worksheet, then a table on each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from scanjobs.reports import wording
from scanjobs.reports.overview import Cell, Overview, OverviewTable, Tile
from scanjobs.reports.renderers import Progress, palette
from scanjobs.reports.renderers.workbook import Book, workbook
from scanjobs.reports.renderers.workbook_parts import About, Head, Toned, Value

CHARACTERS = 9
"""How many a column of the weight 1 is wide."""
NARROWEST, WIDEST = 11, 44
"""In characters; longer texts are wrapped."""


class XlsxOverviewRenderer:
    """Writes an overview as a workbook."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Write the page of facts, then a worksheet for each table, with every row and column."""
        on_progress(0, "tables")
        with workbook(file, _about(overview), overview.words) as book:
            _facts(overview, book)
            for table in overview.tables:
                heads = [_head(table, place) for place in range(len(table.columns))]
                book.table(table.title, heads, _rows(table), table.otherwise)
            on_progress(50, "packing")
        on_progress(100, "done")


def _about(overview: Overview) -> About:
    return About(
        title=overview.title,
        subject=overview.subject,
        author=overview.branding.organisation or f"scanjobs {overview.tool_version}",
        notice=overview.notice,
        created_at=overview.created_at,
        facts=(
            ("report_id", overview.report_id),
            ("language", overview.language),
            ("tool_version", overview.tool_version),
        ),
    )


def _facts(overview: Overview, book: Book) -> None:
    words, branding = overview.words, overview.branding
    book.title(overview.title)
    for name, value in (
        (words("Organisation"), branding.organisation),
        (words("Controller"), ", ".join(filter(None, (branding.controller, branding.contact)))),
        (words("Note"), branding.footer),
    ):
        if value:
            book.fact(name, value)
    book.heading(overview.kind_label)
    book.fact(words("Verdict"), Toned(overview.status_label, palette.TONES[overview.status]))
    book.fact("", overview.headline)
    book.facts("", overview.sentences)
    for tile in overview.tiles:
        book.fact(tile.label, _value(tile))
    for section in overview.sections:
        if section.sentences:
            book.heading(section.heading)
            book.facts("", section.sentences)
    book.heading(words("About this report"))
    for note in overview.facts:
        book.fact(note.term, note.text)
    book.fact("", overview.notice)


def _head(table: OverviewTable, place: int) -> Head:
    """As wide as its weight asks for and what is in it needs, within reason."""
    column = table.columns[place]
    longest = max((len(row[place].text) for row in table.rows), default=0)
    needed = min(max(longest + 1, len(column.title) + 2, NARROWEST), WIDEST)
    return Head(column.title, max(CHARACTERS * column.weight, needed), is_day=column.is_day)


def _rows(table: OverviewTable) -> Iterator[list[Value]]:
    return ([_value(cell) for cell in row] for row in table.rows)


def _value(cell: Cell | Tile) -> Value:
    """Numbers and moments as such, all else as a reader sees it; nothing for a dash."""
    value = cell.value
    if isinstance(value, (int, float, datetime)) and not isinstance(value, bool):
        return value
    if cell.text == wording.NONE:
        return None
    colour = palette.TONES.get(cell.tone or "")
    return Toned(cell.text, colour) if colour else cell.text
