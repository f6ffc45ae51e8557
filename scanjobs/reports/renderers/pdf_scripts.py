"""Fonts for other scripts than the European ones: each is loaded when a text first needs it."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from fpdf.fonts import TTFFont

from scanjobs.reports.renderers.pdf_pages import FONTS

Load = Callable[[Path, int], TTFFont]
"""Makes a font of the PDF from a file and the number of the font in it."""

REGULAR = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
SHIPPED = {
    "ARABIC": "NotoSansArabic-Regular.ttf",
    "HEBREW": "NotoSansHebrew-Regular.ttf",
    "THAI": "NotoSansThai-Regular.ttf",
    "DEVANAGARI": "NotoSansDevanagari-Regular.ttf",
    "ARMENIAN": "NotoSansArmenian-Regular.ttf",
    "GEORGIAN": "NotoSansGeorgian-Regular.ttf",
}
"""By the word that the Unicode names of the letters begin with."""
EMOJI = "NotoEmoji-Regular.ttf"
HAN = tuple(
    Path(folder, "NotoSansCJK-Regular.ttc")
    for folder in (
        "/usr/share/fonts/opentype/noto",
        "/usr/share/fonts/noto-cjk",
        "/usr/share/fonts/google-noto-cjk",
        "/usr/share/fonts/google-noto-sans-cjk-fonts",
    )
)
"""Where distributions put the Chinese, Japanese and Korean letters, which are too many to be shipped."""
MOST_FONTS_OF_THE_MACHINE = 6


class Scripts:
    """Finds the font for a character that the fonts of the report do not have."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._fonts: dict[tuple[Path, int], TTFFont] = {}
        self._asked: set[str] = set()
        self._found: dict[str, TTFFont | None] = {}

    def font_of(self, character: str) -> TTFFont | None:
        """The font that draws a character, or None where neither we nor this machine have one."""
        if character not in self._found:
            self._found[character] = self._find(character)
        return self._found[character]

    def _find(self, character: str) -> TTFFont | None:
        for font in self._fonts.values():
            if ord(character) in font.cmap:
                return font
        script = unicodedata.name(character, "").partition(" ")[0].partition("-")[0]
        shipped = self._font(FONTS / SHIPPED.get(script, EMOJI), 0)
        if ord(character) in shipped.cmap:
            return shipped
        if not script or script in self._asked or len(self._asked) >= MOST_FONTS_OF_THE_MACHINE:
            return None
        self._asked.add(script)
        place = _on_this_machine(character)
        if place is None:
            return None
        found = self._font(*place)
        return found if ord(character) in found.cmap else None

    def _font(self, path: Path, number: int) -> TTFFont:
        if (path, number) not in self._fonts:
            self._fonts[path, number] = self._load(path, number)
        return self._fonts[path, number]


def is_drawn_here(character: str) -> bool:
    """Whether this machine has a font for a character that we ship none for."""
    place = _on_this_machine(character)
    return place is not None and ord(character) in TTFont(place[0], fontNumber=place[1]).getBestCmap()


def damaged_fonts() -> list[str]:
    """The names of the fonts we ship that are missing or cannot be read."""
    damaged = []
    for name in (*REGULAR, *SHIPPED.values(), EMOJI):
        try:
            TTFont(FONTS / name, lazy=True).close()
        except (OSError, TTLibError):
            damaged.append(name)
    return damaged


def _on_this_machine(character: str) -> tuple[Path, int] | None:
    """A font of the Noto family that fontconfig knows, else one where distributions put it."""
    if program := shutil.which("fc-match"):
        command = [program, "-f", "%{file}\n%{index}", f"Noto Sans:charset={ord(character):x}"]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
        except (OSError, subprocess.TimeoutExpired):
            said = ""
        name, _, number = said.partition("\n")
        path = Path(name)
        # Only plain outlines can be put into the file as it has to be.
        if (
            path.name.startswith("Noto")
            and "Color" not in path.name
            and path.suffix in (".ttf", ".otf", ".ttc")
        ):
            return path, int(number or 0) & 0xFFFF
    return next(((path, 2) for path in HAN if path.exists()), None)
