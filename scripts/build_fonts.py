"""Makes the fonts that reports carry: Noto Sans without the scripts and tables a report does not use.

    python scripts/build_fonts.py /usr/share/fonts/truetype/noto

The folder holds NotoSans-Regular.ttf and NotoSans-Bold.ttf, for instance from Debian's fonts-noto-core.
The same originals give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset

NAMES = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
TARGET = Path(__file__).parent.parent / "scanjobs" / "reports" / "fonts"
RANGES = (
    "U+0020-007E,U+00A0-00AC,U+00AE-02FF,"  # Latin with its extensions and spacing modifiers
    "U+0300-036F,"  # combining marks
    "U+0370-03FF,U+1F00-1FFF,"  # Greek
    "U+0400-052F,"  # Cyrillic
    "U+1E00-1EFF,"  # Latin Extended Additional (Vietnamese)
    "U+2000-200A,U+2010-2027,U+202F-205F,"  # punctuation, without the marks that only steer direction
    "U+2070-209F,U+20A0-20CF,U+2100-214F,U+2150-218F,U+FFFD"  # digits, currencies, letter-like signs
)


def build(source: Path, target: Path) -> None:
    """Write the subset of one font."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF"]
    options.notdef_outline = True
    options.name_IDs = ["*"]  # the licence and the copyright travel inside the font
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(RANGES))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
    print(f"{target}: {target.stat().st_size} bytes")


def main() -> None:
    """Build every font from the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the originals are")
    folder = parser.parse_args().folder
    for name in NAMES:
        build(folder / name, TARGET / name)


if __name__ == "__main__":
    main()
