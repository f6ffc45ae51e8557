"""Lays rows out in columns of a given width: one line each, whatever they say and however narrow it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

GAP = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column."""

    title: str
    is_right: bool = False
    gives_way: bool = False
    """Whether it is cut where there is too little room."""
    narrowest: int = 6
    """So wide it stays before others are left out."""
    leaves: int = 0
    """Columns with a higher number are left out before others where cutting does not suffice; 0 stays."""


def laid_out(
    columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int
) -> tuple[Text, Sequence[Text]]:
    """The heading and the rows, each a line of this width at most."""
    kept = list(range(len(columns)))
    natural = [
        max([len(column.title), *(row[place].cell_len for row in rows)])
        for place, column in enumerate(columns)
    ]
    while _least(columns, natural, kept) > width and any(columns[place].leaves for place in kept):
        kept.remove(max(kept, key=lambda place: columns[place].leaves))
    widths = _widths(columns, natural, kept, width)
    heading = [
        Text(columns[place].title, style="bold" if place == kept[0] else "dim")
        for place in range(len(columns))
    ]
    return (
        _line(columns, heading, kept, widths, width),
        [_line(columns, row, kept, widths, width) for row in rows],
    )


def _least(columns: Sequence[Column], natural: Sequence[int], kept: Sequence[int]) -> int:
    needed = [
        min(natural[place], columns[place].narrowest) if columns[place].gives_way else natural[place]
        for place in kept
    ]
    return sum(needed) + GAP * (len(kept) - 1)


def _widths(
    columns: Sequence[Column], natural: Sequence[int], kept: Sequence[int], width: int
) -> dict[int, int]:
    """Every column as wide as it likes to be, those that give way by turns as narrow as they must."""
    widths = {place: natural[place] for place in kept}
    yielding = [place for place in kept if columns[place].gives_way]
    excess = sum(widths.values()) + GAP * (len(kept) - 1) - width
    while excess > 0 and yielding:
        widest = max(yielding, key=lambda place: (widths[place] > columns[place].narrowest, widths[place]))
        if widths[widest] <= 1:
            break
        widths[widest] -= 1
        excess -= 1
    return widths


def _line(
    columns: Sequence[Column],
    cells: Sequence[Text],
    kept: Sequence[int],
    widths: dict[int, int],
    width: int,
) -> Text:
    line = Text(no_wrap=True, overflow="crop")
    for place in kept:
        cell = cells[place].copy()
        cell.truncate(widths[place], overflow="ellipsis")
        padding = " " * (widths[place] - cell.cell_len)
        if place != kept[0]:
            line.append(" " * GAP)
        line.append_text(Text(padding) + cell if columns[place].is_right else cell + Text(padding))
    line.truncate(width, overflow="crop")
    return line
