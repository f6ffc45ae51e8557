"""Decides how a report shows whose it is: the logo as it is embedded, a colour on which text can be read."""

from __future__ import annotations

import re
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.errors import ConfigurationError
from scanjobs.reports.own_templates import load_templates
from scanjobs.reports.parts import Branding, Logo

LARGEST_LOGO = 1_000_000
"""Bytes; every report carries it whole."""
LEAST_CONTRAST = 7.0
"""Of white text on the colour (WCAG 2.2, 1.4.6); paler text on it then still has 4.5."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def load_branding(settings: Settings) -> Branding:
    """What the configuration says, with logo and templates read and the colour made dark enough.

    Raises:
        ConfigurationError: the logo cannot be read, is too large or no picture, the colour is none, or the
            templates cannot be read.
    """
    asked = settings.branding
    return Branding(
        organisation=asked.organisation,
        controller=asked.controller,
        contact=asked.contact,
        footer=asked.footer,
        colour=readable(asked.colour) if asked.colour else None,
        logo=_logo(settings.home / asked.logo) if asked.logo else None,
        templates=load_templates(settings),
    )


def readable(colour: str) -> str:
    """The colour, darkened as far as white text on it needs.

    Raises:
        ConfigurationError: it is not written as `#rrggbb`.
    """
    wanted = colour.strip().lower()
    if not _COLOUR.fullmatch(wanted):
        raise ConfigurationError(
            f"The setting 'branding.colour' cannot be {colour!r}.", hint="Write it like #16324f."
        )
    channels = [int(wanted[start : start + 2], 16) for start in (1, 3, 5)]
    factor = 1.0
    while contrast_with_white(shade := [round(channel * factor) for channel in channels]) < LEAST_CONTRAST:
        factor -= 0.02
    return "#" + "".join(f"{channel:02x}" for channel in shade)


def contrast_with_white(channels: list[int]) -> float:
    """The contrast ratio of WCAG 2.2 between white and a colour, from 1 to 21."""
    red, green, blue = (
        channel / 255 / 12.92 if channel / 255 <= 0.04045 else ((channel / 255 + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _logo(path: Path) -> Logo:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise ConfigurationError(
            f"The logo {path} cannot be read: {error.strerror}.", hint="Mend the setting 'branding.logo'."
        ) from error
    if len(data) > LARGEST_LOGO:
        raise ConfigurationError(
            f"The logo {path} is larger than {LARGEST_LOGO:,} bytes.",
            hint="Every report carries it whole: make it smaller.",
        )
    return Logo(data=data, media_type=_media_type(path, data))


def _media_type(path: Path, data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if b"<svg" in data[:1000]:
        return "image/svg+xml"
    raise ConfigurationError(
        f"The logo {path} is no PNG, JPEG or SVG.", hint="Save it as one of these under another name."
    )
