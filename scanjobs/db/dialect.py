"""Says our plain SQL in PostgreSQL's words: by the letter, or by a text of its own where that is not enough.

Statements are written for SQLite, and their text is the key under which another one can be registered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

BEGIN_LOSABLE = "BEGIN IMMEDIATE -- may be undone by a loss of power"
"""Begins a transaction for whose commit nobody waits for the disk.

What is committed after it, and waited for, takes it along.
"""

_own: dict[str, str] = {}
_many: dict[str, str] = {}
_once: set[str] = set()

_WORDS = re.compile(
    r"""
      '[^']*'                            # a text stays as it is, but for its percent signs
    | ::                                 # a cast of PostgreSQL's own
    | json_each\(:(?P<list>\w+)\)
    | LIMIT\ :(?P<limit>\w+)
    | CAST\((?P<bytes>\w+)\ AS\ BLOB\)
    | :(?P<name>\w+)
    | (?P<position>\?)
    | %
    """,
    re.VERBOSE,
)


def register(
    variants: Mapping[str, str], many: Mapping[str, str] | None = None, once: Iterable[str] = ()
) -> None:
    """Have statements said by texts of their own, in the same notation.

    Args:
        variants: By the text for SQLite; they take the same parameters.
        many: For many rows at once, which they take as one parameter `:rows`, JSON lists in a list.
        once: Those that must not be said again where their answer was lost, since they would do more.
    """
    _own.update(variants)
    _many.update(many or {})
    _once.update(once)


def for_many_rows(statement: str) -> str | None:
    """The text that takes many rows at once, where there is one."""
    return _many.get(statement)


def is_said_once(statement: str) -> bool:
    """Whether a statement must not be said again where its answer was lost."""
    return statement in _once


@lru_cache(maxsize=1000)
def for_postgresql(statement: str) -> str:
    """The statement as psycopg takes it together with its parameters."""
    return _WORDS.sub(_said, _own.get(statement, statement))


def _said(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "list":
            return f"json_array_elements_text(%({match['list']})s::json)"
        case "limit":  # a negative one is none
            return f"LIMIT nullif(%({match['limit']})s::bigint, -1)"
        case "bytes":
            return f"convert_to({match['bytes']}, 'UTF8')"
        case "name":
            return f"%({match['name']})s"
        case "position":
            return "%s"
        case _:
            return match[0].replace("%", "%%")
