"""Portfolio and comparison reports as one HTML file, drawn like the report of one scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from markupsafe import Markup

from scanjobs.reports import wording
from scanjobs.reports.overview import Cell, Chart, Column, Overview, OverviewTable, Section
from scanjobs.reports.parts import Share
from scanjobs.reports.renderers import Progress, html, html_table
from scanjobs.reports.renderers.charts import bar_svg
from scanjobs.reports.renderers.html_table import LAST, Detail, Filter, LongTable, Rows
from scanjobs.reports.words import Words

LONG = 15
"""A table of more rows can be sorted, searched and turned over."""
WIDE = 8
"""A table of more columns scrolls rather than being squeezed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A section with what is drawn of it."""

    section: Section
    bars: tuple[tuple[str, str, Markup], ...]
    """Label, number and picture of each bar."""
    long_table: LongTable | None
    places: tuple[int, ...]
    """The columns of a short table."""


class HtmlOverviewRenderer:
    """Draws an overview as one page."""

    def render(self, overview: Overview, file: BinaryIO, on_progress: Progress) -> None:
        """Fill the template, the rows of long tables as data for their script."""
        on_progress(0, "tables")
        context = _context(overview)
        on_progress(40, "page")
        page = html.filled_page("overview.html.j2", context)
        on_progress(90, "file")
        file.write(page.encode("utf-8", "replace"))
        on_progress(100, "done")


def _context(overview: Overview) -> dict[str, Any]:
    parts = [_part(section, overview.words) for section in overview.sections]
    return {
        "overview": overview,
        "words": overview.words,
        "parts": parts,
        "datasets": [part.long_table.rows for part in parts if part.long_table],
        **html.frame(overview.branding, _widths(overview)),
    }


def _part(section: Section, words: Words) -> Part:
    table = section.table
    is_long = table is not None and len(table.rows) > LONG
    return Part(
        section=section,
        bars=tuple(_bars(section.chart)) if section.chart else (),
        long_table=_long_table(table, words) if table and is_long else None,
        places=tuple(_places(table)) if table else (),
    )


def _bars(chart: Chart) -> Iterator[tuple[str, str, Markup]]:
    for bar in chart.bars:
        share = Share(key=bar.tone, label=bar.label, count=bar.value, ratio=1.0)
        drawn = bar_svg([share], chart.title, bar.value / chart.most)
        yield wording.visible(bar.label), bar.text, Markup(drawn)  # noqa: S704 - charts escape their texts


def _places(table: OverviewTable) -> list[int]:
    return [place for place, column in enumerate(table.columns) if not column.is_detail]


def _widths(overview: Overview) -> str:
    """How wide the columns are where there is room; the page allows no style beside this sheet."""
    rules = []
    for table in overview.tables:
        drawn = [table.columns[place] for place in _places(table)]
        whole = sum(column.weight for column in drawn)
        if len(drawn) > WIDE:
            rules.append(f"#t-{table.key} {{ min-width: 56rem; }}")
        rules += [
            f"#t-{table.key} .w-{column.key} {{ width: {100 * column.weight / whole:.1f}%; }}"
            for column in drawn
        ]
    return "\n".join(["@media (min-width: 40.01rem) {", *rules, "}", ""])


def _long_table(table: OverviewTable, words: Words) -> LongTable:
    columns = [(place, table.columns[place]) for place in _places(table)]
    named = [(place, column) for place, column in enumerate(table.columns)]
    toned = {column.key for place, column in columns if any(row[place].tone for row in table.rows)}
    return LongTable(
        id=table.key,
        title=table.title,
        rows=Rows(
            name=table.key,
            count=len(table.rows),
            fields={
                column.key: [wording.visible(row[place].text) for row in table.rows]
                for place, column in named
            },
            codes={
                column.key: [_code(row[place]) for row in table.rows]
                for place, column in columns
                if column.is_choice or column.key in toned
            },
            order={
                column.key: [_order(row[place]) for row in table.rows]
                for place, column in columns
                if column.is_number
            },
            details=tuple(
                Detail(title=column.title, keys=(column.key,))
                for column in table.columns
                if any(one.is_detail for one in table.columns) and (column.is_detail or column.names_row)
            ),
        ),
        columns=tuple(
            html_table.Column(
                key=column.key,
                title=column.title,
                swatch=column.key if column.key in toned else None,
                is_number=column.is_number,
            )
            for _, column in columns
        ),
        filters=tuple(
            _filter(place, column, table.rows, words) for place, column in columns if column.is_choice
        ),
    )


def _filter(place: int, column: Column, rows: Sequence[tuple[Cell, ...]], words: Words) -> Filter:
    options = {_code(row[place]): wording.visible(row[place].text) for row in rows}
    return Filter(
        key=column.key, title=column.title, options=tuple(sorted(options.items())), everything=words("All")
    )


def _code(cell: Cell) -> str:
    return str(cell.tone or cell.value or "none")


def _order(cell: Cell) -> int:
    """A number to sort by; what is not known comes last."""
    value = cell.value
    if value is None or isinstance(value, str | datetime):
        return LAST
    return round(value * 10_000)
