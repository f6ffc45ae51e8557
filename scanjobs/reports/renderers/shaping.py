"""Lines whose letters join, stack, run from right to left or come from several fonts, as operators of PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from scanjobs.reports.renderers.pdf_metadata import text_string

FontOf = Callable[[str], TTFFont]


def shaped(line: str, size: float, home: TTFFont, font_of: FontOf) -> str:
    """Draw one line in the order it is seen, and say in which order it is read; ends in the `home` font."""
    drawn, current, is_reversed = [], home, False
    for text, direction in _runs(line):
        for font, part in _parts(text, direction, font_of):
            if font is not current:
                drawn.append(f"/F{font.i} {size:.2f} Tf")
                current = font
            glyphs = _glyphs(font, part, direction, size)
            if direction is TextDirection.RTL:
                # PDF's own way to say it; programs that put such letters in order themselves know it.
                glyphs, is_reversed = f"/ReversedChars BMC {glyphs} EMC", True
            drawn.append(glyphs)
    if current is not home:
        drawn.append(f"/F{home.i} {size:.2f} Tf")
    shown = " ".join(drawn)
    return shown if is_reversed else f"/Span<</ActualText{text_string(line)}>>BDC {shown} EMC"


def _runs(line: str) -> Iterator[tuple[str, TextDirection]]:
    """Stretches of one direction, from left to right; each as it is read."""
    seen = BidiParagraph(line).get_reordered_characters()
    for direction, characters in groupby(seen, key=lambda one: one.get_direction_from_level()):
        text = "".join(character.character for character in characters)
        if direction == "R":
            yield text[::-1], TextDirection.RTL
        else:
            yield text, TextDirection.LTR


def _parts(text: str, direction: TextDirection, font_of: FontOf) -> Iterator[tuple[TTFFont, str]]:
    """The parts of a run that one font draws, from left to right."""
    parts: list[tuple[TTFFont, str]] = []
    for character in text:
        # Signs between the letters of a word come from the font of the word where it has them.
        if parts and ord(character) in parts[-1][0].cmap:
            parts[-1] = (parts[-1][0], parts[-1][1] + character)
        else:
            font = font_of(character)
            parts.append((font, character))
    yield from parts if direction is TextDirection.LTR else reversed(parts)


def _glyphs(font: TTFFont, text: str, direction: TextDirection, size: float) -> str:
    """Draw a part with one font: the glyphs with what moves them, in thousandths of the size."""
    glyphs = font.shape_text(text, size, {"features": {}, "fragment_direction": direction})
    widths = {code: glyph.glyph_width for glyph, code in font.subset.items() if glyph}
    drawn, array = [], ""
    for glyph in glyphs:
        right, up = glyph["x_offset"] * font.scale, glyph["y_offset"] * font.scale
        code = glyph["mapped_char"]
        back = widths[code] - glyph["x_advance"] * font.scale + right
        moved = f"{-right:.0f} " if round(right) else ""
        if round(up):
            if array:
                drawn.append(f"[{array}]TJ")
                array = ""
            drawn.append(f"{up * size / 1000:.2f} Ts [{moved}<{code:04X}>]TJ 0 Ts")
        else:
            array += f"{moved}<{code:04X}>"
        if round(back):
            array += f"{back:.0f} "
    if array:
        drawn.append(f"[{array}]TJ")
    return " ".join(drawn)
