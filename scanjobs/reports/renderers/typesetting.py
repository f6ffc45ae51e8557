"""Lines of text for the PDF: what a font can draw, how wide it is, where a line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import combining

from fpdf.fonts import TTFFont

from scanjobs.reports import wording
from scanjobs.reports.renderers import palette
from scanjobs.reports.renderers.pdf_scripts import Scripts
from scanjobs.reports.renderers.shaping import FontOf, shaped

ELLIPSIS = "…"
NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE = "\u00a0", "\u202f"
LONGEST_LINE = 400
"""More characters no line of a cell takes, unless they have no width."""
MOST_MARKS = 3
"""Marks upon one letter; further ones are shown by their code points."""
# Inside a word that is wider than its line, a break after one of these reads best.
_PIECES = re.compile(r"[^/.\-_?&=,;:@%|]*[/.\-_?&=,;:@%|]*")
_ESCAPED = {"\\": "\\\\", "(": "\\(", ")": "\\)", "\r": "\\r"}


class _Advances(dict[str, float]):
    """How far a character moves the pen, in ems; looked up once."""

    def __init__(self, font_of: FontOf) -> None:
        super().__init__()
        self._font_of = font_of

    def __missing__(self, character: str) -> float:
        font = self._font_of(character)
        advance = self[character] = font.cw[ord(character)] / 1000
        return advance


class _Codes(dict[str, str]):
    """A character as it stands in a PDF string; asking for it puts its glyph into the embedded subset."""

    def __init__(self, font: TTFFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, character: str) -> str:
        code = self._font.subset.pick(ord(character)) or 0
        octets = chr(code >> 8) + chr(code & 0xFF)
        written = self[character] = "".join(_ESCAPED.get(octet, octet) for octet in octets)
        return written


class Face:
    """One font of the report, with those of other scripts for what it does not have."""

    def __init__(self, font: TTFFont, scripts: Scripts) -> None:
        self.number = font.i
        self._font = font
        self._scripts = scripts
        self._simple = frozenset(
            character
            for character in map(chr, font.cmap)
            if wording.visible(character) == character and not combining(character)
        ) | {NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE}
        """What is drawn one after the other, as almost all texts are."""
        self._advances = _Advances(self._font_of)
        self._codes = _Codes(font)

    def printable(self, text: str) -> str:
        """The text with what no font can draw, and what must not act, as code points."""
        if self._simple.issuperset(text):
            return text
        shown: list[str] = []
        hidden, marks = "", 0
        for character in text:
            marks = marks + 1 if combining(character) else 0
            if marks <= MOST_MARKS and self._is_drawable(character):
                if hidden:
                    shown.append(wording.code_points(hidden))
                    hidden = ""
                shown.append(character)
            else:
                hidden += character
        if hidden:
            shown.append(wording.code_points(hidden))
        return "".join(shown)

    def _is_drawable(self, character: str) -> bool:
        if character in self._simple:
            return True
        if wording.visible(character) != character:
            return False
        return ord(character) in self._font.cmap or self._scripts.font_of(character) is not None

    def _font_of(self, character: str) -> TTFFont:
        if ord(character) in self._font.cmap:
            return self._font
        return self._scripts.font_of(character) or self._font

    def width(self, text: str, size: float) -> float:
        """How wide a printable text is at most, in points; letters that join may take less."""
        return sum(map(self._advances.__getitem__, text)) * size

    def shown(self, lines: Sequence[str], size: float) -> str:
        """The operators that draw printable lines, one below the other."""
        return " T* ".join([self._line(line, size) for line in lines])

    def _line(self, line: str, size: float) -> str:
        if self._simple.issuperset(line):
            return f"({''.join(map(self._codes.__getitem__, line))})Tj"
        return shaped(line, size, self._font, self._font_of)

    def wrapped(self, text: str, size: float, width: float, most: int | None = None) -> list[str]:
        """The lines of a text; never empty, and no line is wider than `width`.

        Of more than `most` lines the rest is left out, which an ellipsis admits.
        """
        if self._simple.issuperset(text) and self.width(text, size) <= width:
            return [text]
        if most is not None and len(text) > most * LONGEST_LINE:
            text = text[: most * LONGEST_LINE] + ELLIPSIS
        lines = []
        for paragraph in text.split("\n"):
            lines += self._wrapped(self.printable(paragraph), size, width)
        if most is None or len(lines) <= most:
            return lines
        # A single line is filled to its end, not to the end of a word.
        last = self.printable(text.replace("\n", " ")) if most == 1 else lines[most - 1]
        return [*lines[: most - 1], self._cut(last, size, width)]

    def _cut(self, text: str, size: float, width: float) -> str:
        """As much of a text as fits before an ellipsis."""
        room = width / size - self._advances[ELLIPSIS]
        for index, character in enumerate(text):
            room -= self._advances[character]
            if room < 0:
                return text[:index] + ELLIPSIS
        return text + ELLIPSIS

    def _wrapped(self, text: str, size: float, width: float) -> list[str]:
        if self.width(text, size) <= width:
            return [text]
        lines, line, used = [], "", 0.0
        space = self.width(" ", size)
        for word in text.split(" "):
            needed = self.width(word, size)
            if line and used + space + needed <= width:
                line, used = f"{line} {word}", used + space + needed
                continue
            if line:
                lines.append(line)
            if needed > width:
                *full, word = self._broken(word, size, width)
                lines += full
                needed = self.width(word, size)
            line, used = word, needed
        lines.append(line)
        return lines

    def _broken(self, word: str, size: float, width: float) -> list[str]:
        """A word that is wider than a line, cut where it hurts least."""
        lines, line, used = [], "", 0.0
        for piece in _PIECES.findall(word):
            needed = self.width(piece, size)
            if used + needed <= width:
                line, used = line + piece, used + needed
                continue
            if line and needed <= width:
                lines.append(line)
                line, used = piece, needed
                continue
            for character in piece:
                advance = self._advances[character] * size
                if line and used + advance > width:
                    lines.append(line)
                    line, used = "", 0.0
                line, used = line + character, used + advance
        return [*lines, line]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks."""

    size: float
    bold: bool = False
    colour: str = palette.INK
    leading: float = 1.36
    """Distance of two lines, as a multiple of the size."""

    @property
    def line(self) -> float:
        """Distance of two lines in points."""
        return self.size * self.leading


TITLE = Style(20, bold=True, colour=palette.NAVY, leading=1.25)
HEADING = Style(12, bold=True, colour=palette.NAVY)
STRONG = Style(9.5, bold=True)
BODY = Style(9.5)
SMALL = Style(8, colour=palette.MUTED)
SMALL_INK = Style(8)
