"""What worksheets are made of: values of cells, heads of columns, how they look, how much they hold."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

from scanjobs.reports import wording
from scanjobs.reports.renderers import palette

MOST_UNITS = 32_767
"""UTF-16 code units that a cell may hold."""
CUT = " […]"
FONT = {"font_name": "Arial", "font_size": 10}
"""On every machine there is this one or one with letters as wide."""
LINE_HEIGHT = 13.5
"""Points."""
MOST_LINES = 30
"""A row can be 409 points high; what needs more is in the cell all the same."""


class Toned(NamedTuple):
    """A text and the colour that goes with it."""

    text: str
    colour: str


Value = str | int | float | datetime | Toned | None
"""What a cell holds: a float is a share, a moment is shown in UTC; nothing where it is None."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    title: str
    width: float
    """In characters."""
    is_day: bool = False
    """Whether its moments are shown as days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What the properties of the file say."""

    title: str
    subject: str
    author: str
    notice: str
    created_at: datetime
    facts: tuple[tuple[str, str], ...]
    """What tells this report from others, by names that programs can rely on."""


class Target:
    """The file, until it is done: a package that failed half-way tries to complete itself when it goes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_wanted = True

    def write(self, data: bytes) -> int:
        """Write as long as it is wanted."""
        return self._file.write(data) if self.is_wanted else len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence) if self.is_wanted else 0

    def tell(self) -> int:
        """The place."""
        return self._file.tell() if self.is_wanted else 0

    def flush(self) -> None:
        """Hand on what waits."""
        if self.is_wanted:
            self._file.flush()


# `quote_prefix` keeps a text a text also when somebody edits the cell that holds it.
_LINE = {"bottom": 1, "bottom_color": palette.LINE}
_TEXT = _LINE | {"text_wrap": True, "quote_prefix": True, "align": "left"}
_LEFT = _LINE | {"align": "left"}
_RIGHT = _LINE | {"align": "right", "indent": 1}
LOOKS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "name": _TEXT | {"bold": True},
    "letters": {},
    "said": {"quote_prefix": True, "bold": True},
    "title": {"quote_prefix": True, "bold": True, "font_size": 16, "font_color": palette.NAVY},
    "head": _TEXT | {"bold": True, "font_color": palette.WHITE, "bg_color": palette.NAVY},
    "number": _RIGHT | {"num_format": "#,##0"},
    "number, left": _LEFT | {"num_format": "#,##0"},
    "share": _RIGHT | {"num_format": "0%"},
    "share, left": _LEFT | {"num_format": "0%"},
    "moment": _LEFT | {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "day": _LEFT | {"num_format": "yyyy-mm-dd"},
}


def units(text: str) -> int:
    """How many UTF-16 code units a text has, by which spreadsheets count."""
    return len(text.encode("utf-16-le")) // 2


def clipped(text: str, most: int) -> str:
    """The beginning of a text that has no more than so many UTF-16 code units; no character is halved."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def lines(value: Value, width: float) -> int:
    """How many lines a cell needs in a column of this width, rather one too many than one too few."""
    text = value.text if isinstance(value, Toned) else value
    if not isinstance(text, str) or 2 * len(text) < width:
        return 1
    return 1 + int(0.92 * _width(wording.visible(text)) / (width - 2))


def _width(text: str) -> int:
    """In characters; those of East Asia are twice as wide, and marks above others take no room."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
