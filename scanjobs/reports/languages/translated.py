"""Reports in other languages than English: gettext catalogues beside this file, formats by the CLDR."""

from __future__ import annotations

import gettext
import io
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from scanjobs.reports import wording
from scanjobs.reports.words import Words

_UNITS = {"day": "duration-day", "hour": "duration-hour", "minute": "duration-minute"}
_OCTETS = {
    "kB": "digital-kilobyte",
    "MB": "digital-megabyte",
    "GB": "digital-gigabyte",
    "TB": "digital-terabyte",
}


class TranslatedWords(Words):
    """One language by its catalogue; what that does not have stays English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._catalogue = catalogue(language)

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return _decimal(value, self._locale)

    def long_moment(self, value: datetime | None) -> str:
        """A moment as sentences say it, in UTC."""
        if value is None:
            return self(wording.UNKNOWN)
        return f"{self.date(value)}, {format_time(value.astimezone(UTC), 'HH:mm', locale=self._locale)} UTC"

    def date(self, value: datetime) -> str:
        """A day as sentences say it, in UTC."""
        return format_date(value.astimezone(UTC).date(), "long", locale=self._locale)

    def size(self, octets: int) -> str:
        """How large a file is."""
        amount, unit = wording.size_in_units(octets)
        if unit not in _OCTETS:
            return format_unit(octets, "digital-byte", locale=self._locale)
        return format_unit(amount, _OCTETS[unit], "short", "#,##0.0", locale=self._locale)

    def _translated(self, text: str) -> str:
        return self._catalogue.gettext(text) if text else ""  # of nothing gettext tells its own heading

    def _plural(self, one: str, many: str, number: int) -> str:
        return self._catalogue.ngettext(one, many, number)

    def _percent(self, ratio: float) -> str:
        return _share(ratio, self._locale)

    def _units(self, number: int, unit: str) -> str:
        return _amount(number, unit, self._locale)


# babel takes a tenth of a millisecond for each, and the rows of a report repeat themselves.
@lru_cache(maxsize=4096)
def _amount(number: int, unit: str, locale: Locale) -> str:
    return format_unit(number, _UNITS.get(unit, "duration-second"), locale=locale)


@lru_cache(maxsize=4096)
def _decimal(value: int, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


@lru_cache(maxsize=1024)
def _share(ratio: float, locale: Locale) -> str:
    return format_percent(ratio, locale=locale)


def catalogue(language: str) -> gettext.GNUTranslations:
    """The translations of one language, read from its `.po` file."""
    with (Path(__file__).parent / f"{language}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
