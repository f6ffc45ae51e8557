"""Long tables of the HTML report: what their script is given, and what is there without it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import orjson
from markupsafe import Markup

from scanjobs.reports.words import Words

Value = TypeVar("Value", bound=Hashable)
Told = TypeVar("Told", str, int)

ROWS_WITHOUT_SCRIPT = 100
LAST = 2**53 - 1
"""The largest whole number JavaScript counts exactly: where unknown numbers are sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table, by the keys of the fields it draws."""

    key: str
    title: str
    note: str | None = None
    """The field that stands smaller below it."""
    swatch: str | None = None
    """The code that colours a small square before it."""
    tone: str | None = None
    """The code that colours the whole cell."""
    is_number: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A choice that narrows a table to the rows that have a code."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]
    """Code and words; the first option, which takes everything, is not among them."""
    everything: str

    @classmethod
    def of(
        cls, words: Words, key: str, title: str, values: Iterable[StrEnum], everything: str | None = None
    ) -> Filter:
        """A choice among values that have names."""
        options = tuple((value.value, words.name(value)) for value in values)
        return cls(key=key, title=title, options=options, everything=everything or words("All"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """What a row shows when it is opened: the fields that say something, a line each."""

    title: str
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows behind one or several tables, field by field."""

    name: str
    count: int
    fields: Mapping[str, Sequence[str]]
    """What a reader sees, and a search goes through."""
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What filters and colours go by; several codes are words apart."""
    order: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Numbers to sort a field by, where its texts do not sort."""
    details: tuple[Detail, ...] = ()

    def json(self) -> Markup:
        """The rows as data for the script of the page."""
        return script_safe(
            {
                "count": self.count,
                "fields": {key: _encoded(texts) for key, texts in self.fields.items()},
                "codes": {key: _encoded(codes) for key, codes in self.codes.items()},
                "order": {key: _encoded(numbers) for key, numbers in self.order.items()},
                "details": [{"title": detail.title, "keys": detail.keys} for detail in self.details],
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class LongTable:
    """One way to look at rows."""

    id: str
    title: str
    rows: Rows
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()

    @property
    def shown(self) -> range:
        """The rows that are there without a script."""
        return range(min(self.rows.count, ROWS_WITHOUT_SCRIPT))


def told(values: Iterable[Value], words: Callable[[Value], Told]) -> list[Told]:
    """Each value in words, found once for equal ones: the rows of a scan repeat themselves."""
    known: dict[Value, Told] = {}
    return [known[value] if value in known else known.setdefault(value, words(value)) for value in values]


def script_safe(value: object) -> Markup:
    """JSON that cannot end the script element it stands in, whatever its texts say."""
    escaped = orjson.dumps(value)
    for character, escape in ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026")):
        escaped = escaped.replace(character, escape)
    # Not new lines in JSON, but once they were in JavaScript.
    escaped = escaped.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return Markup(escaped.decode())  # noqa: S704 - escaped just above


def _encoded(values: Sequence[str] | Sequence[int]) -> object:
    """The values themselves; where they repeat, each one once and for every row its place among them."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) * 2 >= len(values):
        return list(values)
    if len(places) == 1:
        return {"values": list(places)}
    return {"values": list(places), "rows": [places[value] for value in values]}
