"""Cells of tables: each as a reader sees it in his language, and as a program reads it in any."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from scanjobs.reports import wording
from scanjobs.reports.overview import Cell
from scanjobs.reports.words import Words


def text(value: str | None, tone: str | None = None) -> Cell:
    """A name or a sentence; a dash where there is none."""
    return Cell(value or wording.NONE, value or None, tone)


def number(value: int | None, words: Words) -> Cell:
    """A whole number; a dash where it is not known."""
    return Cell(wording.NONE if value is None else words.number(value), value)


def share(ratio: float | None, words: Words) -> Cell:
    """A part of a whole, 0 to 1; a dash where there is no whole."""
    if ratio is None:
        return Cell(wording.NONE, None)
    return Cell(words.percent(ratio), round(ratio, 4))


def day(value: datetime | None) -> Cell:
    """The day of a moment in UTC; the moment itself for programs."""
    return Cell(wording.NONE if value is None else f"{value.astimezone(UTC):%Y-%m-%d}", value)


def name(value: StrEnum | None, words: Words, *, is_toned: bool = True) -> Cell:
    """What a value is called, with its colour; a dash where there is none."""
    if value is None:
        return Cell(wording.NONE, None)
    return Cell(words.name(value), value.value, value.value if is_toned else None)


def cut(shown: int, total: int, words: Words) -> str:
    """What pages say that show the first rows only; nothing where these are all."""
    if total <= shown:
        return ""
    return words(
        "These are the first {shown} of {all}; the JSON report holds all of them.",
        shown=words.number(shown),
        all=words.number(total),
    )
