"""Names that stand for many, as declarations write them: `_ga_*`, `_gat_xxx`; names with a generated part."""

from __future__ import annotations

import re
from functools import lru_cache

_PLACEHOLDER = re.compile(
    r"""
      %[A-Za-z_]{3,}%
    | (?P<anything> \*+ | …|\.{3,} | %(?![0-9A-Fa-f]{2}) )
    | \#+
    | \{[^{}]*\} | <[^<>]*> | \[[^\[\]]*\]
    | (?<![A-Za-z]) (?:x{3,}|X{3,}) (?:-[XYxy]+)? (?![A-Za-z])
    | (?<=[A-Za-z]) (?:x{5,}|X{5,}) (?![A-Za-z])
    """,
    re.VERBOSE,
)
"""Anything, or nothing; else at least one character: digits, a variable, a hint in brackets, letters that
stand for others as in `UA-XXXXXX-Y`, behind other letters many of them (`_gaxxxxxxxxxx`). Percent signs that
encode a character are part of the name."""

_GENERATED = re.compile(
    r"""
      [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}
    | (?<![A-Za-z0-9]) (?:
          (?P<word>[A-Z]?[a-z]+) [0-9]{3,}
        | [0-9]{3,}
        | (?=[A-Za-z]*[0-9]) (?=[0-9]*[A-Za-z]) [A-Za-z0-9]{6,}
      ) (?![A-Za-z0-9])
    """,
    re.VERBOSE,
)
"""A UUID; a number of three digits or more, also behind a word; letters and digits mixed, six or more."""


def has_placeholders(name: str) -> bool:
    """Whether a declared name stands for many; what is nothing but placeholders stands for nothing."""
    literal, found = _PLACEHOLDER.subn("", name)
    return found > 0 and any(character.isalnum() for character in literal)


def fits(name: str, pattern: str) -> bool:
    """Whether a name is one of those a name with placeholders stands for; upper and lower case differ."""
    return _compiled(pattern).fullmatch(name) is not None


def with_placeholders(name: str) -> str | None:
    """The name with `*` for each part that looks generated: `_hjSession_1234567` gives `_hjSession_*`.

    None where no part does, or nothing else would be left of the name.
    """
    pattern, found = _GENERATED.subn(lambda part: f"{part['word'] or ''}*", name)
    return pattern if found and has_placeholders(pattern) else None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    first, least, pieces, end = "", 0, [], 0
    for found in _PLACEHOLDER.finditer(pattern):
        literal = pattern[end : found.start()]
        if end == 0:
            first = literal
        elif literal:
            # Atomic: the leftmost place of each piece is as good as any, so nothing is tried twice.
            pieces.append(f"(?>.{{{least},}}?{re.escape(literal)})")
            least = 0
        least += found["anything"] is None
        end = found.end()
    rest = f".{{{least},}}{re.escape(pattern[end:])}" if end else re.escape(pattern)
    return re.compile(re.escape(first) + "".join(pieces) + rest, re.DOTALL)
