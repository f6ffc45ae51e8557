"""Prints what was measured as Markdown tables: rows, ratios, durations."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as soon as it is known."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    print(f"\n{title}\n\n{_line(head, widths)}\n{_line(['-' * width for width in widths], widths)}")
    for row in rows:
        print(_line(row, widths))
    sys.stdout.flush()


def ratio(ratios: Sequence[float]) -> str:
    """The median of the runs' own ratios, and their range."""
    middle = statistics.median(ratios)
    if min(ratios) == max(ratios):
        return f"{middle:.2f}"
    return f"{middle:.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def milliseconds(seconds: float) -> str:
    """For people, always in the same unit."""
    return f"{1000 * seconds:,.1f} ms"


def duration(seconds: float) -> str:
    """For people, in the unit that fits."""
    return f"{1e6 * seconds:,.0f} µs" if seconds < 0.001 else milliseconds(seconds)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "| " + " | ".join(padded) + " |"
