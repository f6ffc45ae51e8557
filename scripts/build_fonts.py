"""Makes the fonts that reports carry: Noto without the scripts and tables a report does not use.

    python scripts/build_fonts.py FOLDER

The folder holds the originals: those named NotoSans… as Debian's fonts-noto-core has them below
/usr/share/fonts/truetype/noto, and NotoEmoji-Regular.ttf, which is 400Regular/NotoEmoji_400Regular.ttf in the
npm package @expo-google-fonts/noto-emoji. The same originals give the same bytes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parent.parent / "scanjobs" / "reports" / "fonts"
EUROPEAN = (
    "U+0020-007E,U+00A0-00AC,U+00AE-02FF,"  # Latin with its extensions and spacing modifiers
    "U+0300-036F,"  # combining marks
    "U+0370-03FF,U+1F00-1FFF,"  # Greek
    "U+0400-052F,"  # Cyrillic
    "U+1E00-1EFF,"  # Latin Extended Additional (Vietnamese)
    "U+2000-200A,U+2010-2027,U+202F-205F,"  # punctuation, without the marks that only steer direction
    "U+2070-209F,U+20A0-20CF,U+2100-214F,U+2150-218F,U+FFFD"  # digits, currencies, letter-like signs
)


@dataclass(frozen=True)
class Wanted:
    """What is kept of one font."""

    name: str
    ranges: str
    is_shaped: bool = False
    """Whether its letters change with their neighbours, by rules that then have to be kept."""


FONTS = (
    Wanted("NotoSans-Regular.ttf", EUROPEAN),
    Wanted("NotoSans-Bold.ttf", EUROPEAN),
    Wanted("NotoSansArabic-Regular.ttf", "U+0020-002F,U+0600-06FF,U+0750-077F,U+FD3E,U+FD3F", is_shaped=True),
    Wanted("NotoSansHebrew-Regular.ttf", "U+0020,U+0591-05F4", is_shaped=True),
    Wanted("NotoSansThai-Regular.ttf", "U+0E01-0E5B", is_shaped=True),
    Wanted("NotoSansDevanagari-Regular.ttf", "U+0900-097F", is_shaped=True),
    Wanted("NotoSansArmenian-Regular.ttf", "U+0531-058F"),
    Wanted("NotoSansGeorgian-Regular.ttf", "U+10A0-10FF,U+1C90-1CBF"),
    Wanted(
        "NotoEmoji-Regular.ttf",
        # Signs, food, things, faces, hands, traffic: without flags, animals and what is seldom used.
        "U+231A-231B,U+23E9-23F3,U+2600-27BF,U+1F32D-1F37F,U+1F3A8-1F3AF,U+1F440-1F4FF,U+1F50A-1F518,"
        "U+1F600-1F64F,U+1F680-1F6A2,U+1F90D-1F917",
    ),
)


def build(source: Path, wanted: Wanted) -> None:
    """Write the subset of one font."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["*"] if wanted.is_shaped else []
    options.drop_tables += [] if wanted.is_shaped else ["GSUB", "GPOS", "GDEF"]
    options.notdef_outline = True
    options.name_IDs = ["*"]  # the licence and the copyright travel inside the font
    options.recalc_timestamp = False
    font = subset.load_font(str(source / wanted.name), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(wanted.ranges))
    subsetter.subset(font)
    target = TARGET / wanted.name
    subset.save_font(font, str(target), options)
    print(f"{target}: {target.stat().st_size} bytes")


def main() -> None:
    """Build every font from the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the originals are")
    folder = parser.parse_args().folder
    for wanted in FONTS:
        build(folder, wanted)


if __name__ == "__main__":
    main()
