"""Lines of text for the PDF: what a font can draw, how wide it is, where a line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from fpdf.fonts import TTFFont

from scanjobs.reports import wording
from scanjobs.reports.renderers import palette

ELLIPSIS = "…"
# Inside a word that is wider than its line, a break after one of these reads best.
_PIECES = re.compile(r"[^/.\-_?&=,;:@%|]*[/.\-_?&=,;:@%|]*")
_ESCAPED = {"\\": "\\\\", "(": "\\(", ")": "\\)", "\r": "\\r"}


class _Advances(dict[str, float]):
    """How far a character moves the pen, in ems; looked up once."""

    def __init__(self, font: TTFFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, character: str) -> float:
        advance = self[character] = self._font.cw[ord(character)] / 1000
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
    """One font of the report."""

    def __init__(self, font: TTFFont) -> None:
        self.number = font.i
        self._drawable = frozenset(
            character for character in map(chr, font.cmap) if wording.visible(character) == character
        )
        self._advances = _Advances(font)
        self._codes = _Codes(font)

    def printable(self, text: str) -> str:
        """The text with what this font cannot draw, and what must not act, as code points."""
        if self._drawable.issuperset(text):
            return text
        runs = groupby(text, key=self._drawable.__contains__)
        return "".join("".join(run) if drawn else wording.code_points("".join(run)) for drawn, run in runs)

    def width(self, text: str, size: float) -> float:
        """How wide a printable text is, in points."""
        return sum(map(self._advances.__getitem__, text)) * size

    def shown(self, lines: Sequence[str], size: float) -> str:
        """The operators that draw printable lines, one below the other."""
        return " T* ".join("(" + "".join(map(self._codes.__getitem__, line)) + ")Tj" for line in lines)

    def wrapped(self, text: str, size: float, width: float, most: int | None = None) -> list[str]:
        """The lines of a text; never empty, and no line is wider than `width`.

        Of more than `most` lines the rest is left out, which an ellipsis admits.
        """
        lines = []
        for paragraph in text.split("\n"):
            lines += self._wrapped(self.printable(paragraph), size, width)
        if most is None or len(lines) <= most:
            return lines
        # A single line is filled to its end, not to the end of a word.
        last = self.printable(text) if most == 1 else lines[most - 1]
        while last and self.width(last + ELLIPSIS, size) > width:
            last = last[:-1]
        return [*lines[: most - 1], last + ELLIPSIS]

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
