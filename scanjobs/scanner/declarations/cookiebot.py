"""Reads the tables of cookies in the script of Cookiebot (`cc.js`), one for each category."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.purposes import Category
from scanjobs.errors import CaptureError
from scanjobs.scanner.declarations.contract import DeclarationSource, Declared
from scanjobs.scanner.declarations.lines import Lines
from scanjobs.scanner.declarations.words import type_of
from scanjobs.scanner.importers.json_stream import encoding_of
from scanjobs.scanner.shown import printable

NO_ROW = "row of a table that could not be read"

_CATEGORIES = {
    "Necessary": Category.NECESSARY,
    "Preference": Category.FUNCTIONAL,
    "Statistics": Category.ANALYTICS,
    "Advertising": Category.MARKETING,
    "Unclassified": Category.UNCLASSIFIED,
}
_TABLE = re.compile(
    r"cookieTable(Necessary|Preference|Statistics|Advertising|Unclassified)[\"']?\s*[:=]\s*\["
)
_TYPES = {"1": DeclaredType.COOKIE, "2": DeclaredType.LOCAL_STORAGE, "5": DeclaredType.PIXEL}
_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\[\],]|[\w.+-]+)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_UPDATED = re.compile(r"lastUpdatedDate\s*[:=]\s*[\"']?(\d{12,13})\b")
_DEEPEST = 20


class CookiebotSource(DeclarationSource):
    """`cc.js` of Cookiebot: rows of name, provider, purpose, expiry, type and the number of the type."""

    format: ClassVar[str] = "cookiebot"

    def matches(self, head: bytes) -> bool:
        """True for the script of the dialog; its tables may lie behind what was read of it."""
        text = head.decode(encoding_of(head), "ignore")
        return _TABLE.search(text) is not None or (
            "CookieConsentDialog" in text and text.lstrip("\ufeff \r\n\t")[:1] not in ("<", "{", "[")
        )

    def read(self, content: bytes, name: str) -> Declared:
        """The rows of all tables; CaptureError where there is no table."""
        text = content.decode(encoding_of(content), "replace")
        lines, is_damaged, tables = Lines(), False, 0
        for found in _TABLE.finditer(text):
            tables += 1
            for row in _rows(text, found.end()):
                if row is None:
                    is_damaged = True
                else:
                    _add(lines, found[1], row)
        if not tables:
            raise CaptureError(
                f"{printable(name)} is a script of Cookiebot without a table of cookies.",
                hint="Save the cc.js that the browser loads on the site itself: elsewhere it is empty.",
            )
        updated = _UPDATED.search(text)
        return Declared(
            lines=lines,
            tool="Cookiebot",
            declared_at=datetime.fromtimestamp(int(updated[1]) / 1000, UTC) if updated else None,
            is_damaged=is_damaged,
        )


def _add(lines: Lines, category: str, row: list[str]) -> None:
    if len(row) < 4:
        lines.skip(NO_ROW)
        return
    name, provider, purpose, expiry, *rest = row
    type = type_of(rest[0]) if rest else DeclaredType.UNKNOWN
    if type is DeclaredType.UNKNOWN and len(rest) > 1:
        type = _TYPES.get(rest[1].strip(), DeclaredType.UNKNOWN)
    lines.add(
        name=name,
        provider=provider,
        domain=provider,
        category_words=category,
        category=_CATEGORIES[category],
        purpose=purpose,
        duration_words=expiry,
        type=type,
    )


def _rows(text: str, start: int) -> Iterator[list[str] | None]:
    """The rows of a table whose opening bracket was read; None at the end of one that is cut or broken."""
    depth, row, at = 1, list[str](), start
    while depth:
        token = _TOKEN.match(text, at)
        if token is None or depth > _DEEPEST:
            yield None
            return
        at, word = token.end(), token[1]
        if word == "[":
            depth += 1
            row = [] if depth == 2 else row
        elif word == "]":
            depth -= 1
            if depth == 1:
                yield row
        elif word != "," and depth == 2:
            row.append(_unescaped(word[1:-1]) if word[0] in "'\"" else "" if word == "null" else word)


def _unescaped(literal: str) -> str:
    """A string of JavaScript as the text it stands for; half a pair of surrogates becomes a sign."""
    text = _ESCAPE.sub(_one_unescaped, literal) if "\\" in literal else literal
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _one_unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _LETTERS.get(found[3], found[3])
