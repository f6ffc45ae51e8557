"""Reads a file of cookie data, as `scripts/build_cookie_data.py` writes it, and refuses what has no meaning.

Such a file may come from outside, and every label rests on it: it is read whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scanjobs.domain.purposes import Category
from scanjobs.errors import CookieDataError

_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}")
# A surrogate is half of a character, and no database takes it; the data has no use for pairs of them either.
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_CATEGORIES = frozenset(category.value for category in Category)
_SOURCE_KEYS = ("name", "package", "version", "licence", "url")


@dataclass(frozen=True, kw_only=True, slots=True)
class CookieTables:
    """The tables of a data file."""

    version: str
    """For instance `2026.1`."""
    sources: tuple[Mapping[str, Any], ...]
    cookies: list[list[Any]]
    """Name, vendor, category, domains, retention, privacy URL, whether it is a prefix."""
    second: list[list[Any]]
    """Name, vendor, category, whether it is a prefix."""
    entities: list[tuple[str, str, list[str]]]
    """Company, kind of business, domain patterns."""


def read_tables(data: bytes) -> CookieTables:
    """The tables in the bytes of a file.

    Raises:
        CookieDataError: it is no such file, or something in it has no meaning.
    """
    if _HALF_CHARACTER.search(data):
        raise CookieDataError("It holds halves of characters.")
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CookieDataError(f"It is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise CookieDataError("It is not a JSON object.")
    version = read.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise CookieDataError("It has no version such as 2026.1.")
    return CookieTables(
        version=version,
        sources=tuple(_rows(read, "sources", _is_source)),
        cookies=_rows(read, "cookies", _is_cookie),
        second=_rows(read, "second", _is_second),
        entities=_rows(read, "entities", _is_entity),
    )


def version_order(version: str) -> tuple[int, ...]:
    """What versions are compared by; what follows a `+` tells contents apart, not ages."""
    return tuple(int(part) for part in version.partition("+")[0].split("."))


def _rows(read: dict[str, Any], table: str, is_row: Callable[[Any], bool]) -> list[Any]:
    rows = read.get(table)
    if not isinstance(rows, list) or not rows:
        raise CookieDataError(f"It has no table {table!r}.")
    for number, row in enumerate(rows, start=1):
        if not is_row(row):
            raise CookieDataError(f"Row {number} of its table {table!r} has no meaning.")
    return rows


def _is_source(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) for key in _SOURCE_KEYS)


def _is_cookie(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 7
        and _is_word(row[0])
        and _is_text_or_none(row[1])
        and _is_category(row[2])
        and _are_words(row[3])
        and _is_text_or_none(row[4])
        and (row[5] is None or (isinstance(row[5], str) and row[5].startswith(("https://", "http://"))))
        and isinstance(row[6], bool)
    )


def _is_second(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 4
        and _is_word(row[0])
        and _is_text_or_none(row[1])
        and _is_category(row[2])
        and isinstance(row[3], bool)
    )


def _is_entity(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and _is_word(row[0])
        and isinstance(row[1], str)
        and _are_words(row[2])
    )


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(_is_word(word) for word in value)


def _is_category(value: Any) -> bool:
    return isinstance(value, str) and value in _CATEGORIES
