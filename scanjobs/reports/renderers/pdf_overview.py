"""Portfolio and comparison reports as PDF: a first page for those who read one, then the tables."""

from __future__ import annotations

import math
from typing import BinaryIO

from scanjobs.domain.ids import short
from scanjobs.reports.overview import Chart, Overview, OverviewTable, Section, Tile
from scanjobs.reports.renderers import Progress, palette
from scanjobs.reports.renderers.json_overview import JsonOverviewRenderer
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_table import Column, Table
from scanjobs.reports.renderers.typesetting import BODY, SMALL, SMALL_INK, STRONG, Style

BAND = 168.0
LOGO_WIDTH, LOGO_HEIGHT = 120.0, 42.0
TERM_WIDTH = 96.0
TILES_IN_ROW = 4
TILE_HEIGHT, GAP = 61.0, 8.0
BAR_LABEL, BAR_LINE, BAR_HEIGHT = 150.0, 17.0, 9.0
ROOM = 190.0
"""A section begins on a page of its own where less is left."""
TEXT, SMALL_TEXT = 7.4, 7.0
WIDE = 9
"""A table of more columns has smaller letters."""
TOGETHER, LEAST_ROW = 12, 16.5
"""A table of so few rows is not torn apart where it has room on one page."""


class PdfOverviewRenderer:
    """Draws an overview on A4 pages."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Draw the pages one after the other, then the numbers that need all of them."""
        words = overview.words
        canvas = Canvas(
            overview.title, overview.language, f"scanjobs {overview.tool_version}", overview.created_at
        )
        on_progress(0, "cover")
        _draw_cover(canvas, overview)
        for number, section in enumerate(overview.sections):
            on_progress(10 + 70 * number / len(overview.sections), "tables")
            _draw_section(canvas, section)
        _draw_facts(canvas, overview)
        report = words("report {id}", id=short(overview.report_id))
        canvas.number_pages(f"{overview.title} · {report}", words)
        on_progress(80, "attachment")
        name = str(overview.kind)
        canvas.attach(
            f"{name}.json",
            lambda facts: JsonOverviewRenderer().render(overview, facts, lambda percent, phase: None),
            "application/json",
            words("Every fact of this report"),
        )
        on_progress(90, "file")
        canvas.write(file)
        on_progress(100, "done")


def _draw_cover(canvas: Canvas, overview: Overview) -> None:
    """What this is and about whom, then what it says in one look."""
    brand = overview.branding
    canvas.new_page("portrait")
    page_width = canvas.right + canvas.left
    canvas.box(0, 0, page_width, BAND, brand.colour or palette.NAVY)
    canvas.box(0, BAND, page_width, 4, palette.TONES[overview.status])
    if brand.logo is not None:
        x = canvas.right - LOGO_WIDTH
        said = brand.organisation or overview.words("Logo")
        with canvas.figure(said, x, 24, LOGO_WIDTH, LOGO_HEIGHT):
            canvas.picture(brand.logo.data, x, 24, LOGO_WIDTH, LOGO_HEIGHT)
    canvas.bookmark(overview.title, 0)
    with canvas.element("H1"):
        canvas.text(canvas.left, 44, overview.kind_label, _KIND)
        canvas.lines(canvas.left, 84, canvas.lines_of(overview.subject, _SUBJECT, canvas.width, 2), _SUBJECT)
    canvas.text(canvas.left, BAND - 30, overview.words.long_moment(overview.created_at), _ON_BAND)
    if brand.organisation:
        shown = canvas.lines_of(brand.organisation, _ON_BAND, canvas.width / 2, most=1)[0]
        canvas.text(canvas.right, BAND - 30, shown, _ON_BAND, "right")
    canvas.y = BAND + 26
    _draw_status(canvas, overview)
    _draw_tiles(canvas, overview.tiles)


def _draw_status(canvas: Canvas, overview: Overview) -> None:
    colour = palette.TONES[overview.status]
    x, width = canvas.left + 18, canvas.width - 36
    heads = canvas.lines_of(overview.headline, _HEADLINE, width)
    texts = [canvas.lines_of(sentence, BODY, width, most=4) for sentence in overview.sentences]
    height = 28 + len(heads) * _HEADLINE.line + 4 + sum(len(text) * BODY.line + 3 for text in texts) + 10
    canvas.box(canvas.left, canvas.y, canvas.width, height, palette.CARD, radius=4)
    canvas.box(canvas.left, canvas.y, 5, height, colour)
    label = Style(8.5, bold=True, colour=colour)
    with canvas.element("P"):
        y = canvas.lines(x, canvas.y + 12, [overview.status_label.upper()], label) + 2
    with canvas.element("H2"):
        y = canvas.lines(x, y, heads, _HEADLINE) + 4
    for text in texts:
        with canvas.element("P"):
            y = canvas.lines(x, y, text, BODY) + 3
    canvas.y += height + 12


def _draw_tiles(canvas: Canvas, tiles: tuple[Tile, ...]) -> None:
    """Numbers in rows of the same width."""
    width = (canvas.width - GAP * (TILES_IN_ROW - 1)) / TILES_IN_ROW
    top = canvas.y
    for place, tile in enumerate(tiles):
        x = canvas.left + place % TILES_IN_ROW * (width + GAP)
        y = top + place // TILES_IN_ROW * (TILE_HEIGHT + GAP)
        canvas.box(x, y, width, TILE_HEIGHT, palette.CARD, radius=4)
        colour = palette.TONES[tile.tone] if tile.tone else palette.NAVY
        with canvas.element("P"):
            canvas.text(x + 10, y + 9, tile.text, Style(17, bold=True, colour=colour, leading=1.2))
            canvas.lines(x + 10, y + 35, canvas.lines_of(tile.label, SMALL, width - 16, most=2), SMALL)
    canvas.y = top + math.ceil(len(tiles) / TILES_IN_ROW) * (TILE_HEIGHT + GAP) + 4


def _draw_section(canvas: Canvas, section: Section) -> None:
    table = section.table
    canvas.section(section.heading, "portrait", room=ROOM)
    for sentence in section.sentences:
        canvas.paragraph(sentence, after=8)
    if section.chart:
        _draw_chart(canvas, section.chart)
    if table:
        _draw_table(canvas, table)


def _draw_chart(canvas: Canvas, chart: Chart) -> None:
    """A bar for each site on a track that is as long as the whole."""
    canvas.heading(chart.title, keep=BAR_LINE * min(len(chart.bars), 3))
    start, width = canvas.left + BAR_LABEL, canvas.width - BAR_LABEL - 40
    for bar in chart.bars:
        canvas.need(BAR_LINE)
        with canvas.element("P"):
            canvas.lines(
                canvas.left, canvas.y, canvas.lines_of(bar.label, SMALL_INK, BAR_LABEL - 8, most=1), SMALL_INK
            )
        with canvas.figure(f"{bar.label}: {bar.text}", start, canvas.y, width, BAR_HEIGHT):
            canvas.box(start, canvas.y + 1.5, width, BAR_HEIGHT, palette.CARD)
            canvas.box(
                start, canvas.y + 1.5, width * bar.value / chart.most, BAR_HEIGHT, palette.TONES[bar.tone]
            )
        with canvas.element("P"):
            canvas.text(canvas.right, canvas.y - 1, bar.text, STRONG, "right")
        canvas.y += BAR_LINE
    canvas.y += 10


def _drawn(table: OverviewTable) -> list[int]:
    return [place for place, column in enumerate(table.columns) if not column.is_detail]


def _draw_table(canvas: Canvas, table: OverviewTable) -> None:
    places = _drawn(table)
    size = SMALL_TEXT if len(places) > WIDE else TEXT
    if len(table.rows) <= TOGETHER:
        canvas.need((len(table.rows) + 2) * LEAST_ROW)
    columns = []
    for place in places:
        column = table.columns[place]
        tones = {row[place].text: palette.TONES.get(row[place].tone or "") for row in table.rows}
        columns.append(
            Column(
                title=column.title,
                weight=column.weight,
                bold=column.names_row,
                is_number=column.is_number,
                names_row=column.names_row,
                colour=tones.get,
            )
        )
    rows = ([row[place].text for place in places] for row in table.rows[: table.shown])
    Table(canvas, columns, size).draw(rows, otherwise=table.otherwise)
    if table.cut:
        canvas.paragraph(table.cut, SMALL)


def _draw_facts(canvas: Canvas, overview: Overview) -> None:
    """What tells this report from every other one, and what it is not."""
    words, brand = overview.words, overview.branding
    canvas.section(words("About this report"), room=ROOM)
    facts = [(note.term, note.text) for note in overview.facts]
    facts += [
        (words("Organisation"), brand.organisation),
        (words("Controller"), ", ".join(filter(None, (brand.controller, brand.contact)))),
        (words("Note"), brand.footer),
    ]
    with canvas.element("L"):
        for term, text in facts:
            if text:
                _draw_fact(canvas, term, text)
    canvas.y += 8
    canvas.paragraph(overview.notice, SMALL)


def _draw_fact(canvas: Canvas, term: str, text: str) -> None:
    lines = canvas.lines_of(text, BODY, canvas.width - TERM_WIDTH, most=8)
    canvas.need(len(lines) * BODY.line + 10)
    with canvas.element("LI"):
        with canvas.element("Lbl"):
            canvas.lines(
                canvas.left, canvas.y + 1.5, canvas.lines_of(term, SMALL, TERM_WIDTH - 6, most=1), SMALL
            )
        with canvas.element("LBody"):
            canvas.y = canvas.lines(canvas.left + TERM_WIDTH, canvas.y, lines, BODY) + 4
    canvas.rule(canvas.left, canvas.y - 1, canvas.width)
    canvas.y += 4


_KIND = Style(24, bold=True, colour=palette.WHITE)
_SUBJECT = Style(15, bold=True, colour=palette.WHITE, leading=1.25)
_HEADLINE = Style(16, bold=True, leading=1.25, colour=palette.INK)
_ON_BAND = Style(9.5, colour=palette.PALE)
