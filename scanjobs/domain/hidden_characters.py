"""Shows what hides in a text: control characters, direction overrides, blanks, by their code points."""

from __future__ import annotations

import re
from itertools import groupby

# Where typography puts spaces that no line is broken at, nothing is hidden by them.
_NO_BREAK = re.compile("(?<=[0-9«])[\u00a0\u202f]|[\u00a0\u202f](?=[:;!?»%])")
# Printable by their Unicode category, yet nothing of them is seen.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def visible(text: str) -> str:
    """The text with every character that hides or turns others shown by its code point, as `[U+202E]`.

    These are control characters, format characters such as direction overrides, zero-width ones,
    separators other than the plain space, lone surrogates, blanks and code points without a meaning.
    Spaces that no line is broken at stay where typography asks for them: `15 %`, `« oui »`.
    """
    if text.isprintable() and (text.isascii() or not _BLANK.intersection(text)):
        return text
    kept = {match.start() for match in _NO_BREAK.finditer(text)}
    runs = groupby(enumerate(text), key=lambda at: at[0] not in kept and _is_hidden(at[1]))
    told = ((hidden, "".join(character for _, character in run)) for hidden, run in runs)
    return "".join(code_points(run) if hidden else run for hidden, run in told)


def _is_hidden(character: str) -> bool:
    return not character.isprintable() or character in _BLANK


def code_points(characters: str) -> str:
    """Characters as `[U+4E2D U+6587]`, for where they cannot be drawn."""
    return "[" + " ".join(f"U+{ord(character):04X}" for character in characters) + "]"
