"""The words of a report in its language: texts, names of values, numbers, moments, durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, ObservedCookie, Party
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.findings import Outcome, Severity, VerdictStatus
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.storage import StorageKind
from scanjobs.reports import wording
from scanjobs.reports.parts import (
    Agreement,
    Lifespan,
    Presence,
)

NAMES = {
    Agreement: wording.AGREEMENT,
    Category: wording.CATEGORY,
    ConsentPhase: wording.PHASE,
    DeclaredType: wording.DECLARED_TYPE,
    Exemption: wording.EXEMPTION,
    LabelSource: wording.SOURCE,
    Lifespan: wording.LIFESPAN,
    Outcome: wording.OUTCOME,
    Party: wording.PARTY,
    Presence: wording.PRESENCE,
    Severity: wording.SEVERITY,
    StorageKind: wording.STORAGE,
    VerdictStatus: wording.STATUS,
}
"""What values are called in English, by their type."""
_PLACE = re.compile(r"\{(\w+)\}")


class Words:
    """English, the language that reports are written in; others translate it.

    Texts are looked up as they stand in English, so that what nobody has translated yet is still said.
    """

    language = "en"

    def __call__(self, text: str, **values: object) -> str:
        """A text in this language, with the values in the places that its braces name."""
        translated = self._translated(text)
        return _filled(translated, values) if values else translated

    def count(self, number: int, one: str, many: str) -> str:
        """A number with its noun: `1 cookie`, `1,204 cookies`."""
        return f"{self.number(number)} {self._plural(one, many, number)}"

    def plural(self, number: int, one: str, many: str, **values: object) -> str:
        """One of two sentences by a number, which stands at `{number}` in them."""
        return _filled(self._plural(one, many, number), {"number": self.number(number), **values})

    def name(self, value: StrEnum) -> str:
        """What a value is called, for instance a purpose or a consent phase."""
        return self(NAMES[type(value)][value])  # type: ignore[index]

    def within(self, value: StrEnum) -> str:
        """What a value is called within a sentence."""
        return self(NAMES[type(value)][value].lower())  # type: ignore[index]

    def short(self, phase: ConsentPhase) -> str:
        """A consent phase in the head of a narrow column."""
        return self(wording.SHORT_PHASE[phase])

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return wording.number(value)

    def percent(self, ratio: float) -> str:
        """A share between 0 and 1; a part of a whole never reads as nothing, nor as all of it."""
        if 0 < ratio < 0.01:
            return f"< {self._percent(0.01)}"
        if 0.99 < ratio < 1:
            return f"> {self._percent(0.99)}"
        return self._percent(ratio)

    def moment(self, value: datetime | None) -> str:
        """A moment as tables show it, the same in every language."""
        return wording.moment(value) if value else self(wording.UNKNOWN)

    def long_moment(self, value: datetime | None) -> str:
        """A moment as sentences say it, in UTC."""
        return wording.long_moment(value) if value else self(wording.UNKNOWN)

    def date(self, value: datetime) -> str:
        """A day as sentences say it, in UTC."""
        return wording.long_moment(value).partition(",")[0]

    def duration(self, seconds: int) -> str:
        """How long something lasts in the largest unit that stays readable."""
        if seconds <= 0:
            return self(wording.REMOVED)
        return self._units(*wording.in_units(seconds))

    def lifetime(self, cookie: ObservedCookie) -> str:
        """How long a cookie asks to stay: `session`, `unknown`, or a duration."""
        if cookie.is_session:
            return self(wording.SESSION)
        return (
            self(wording.UNKNOWN)
            if cookie.lifetime_seconds is None
            else self.duration(cookie.lifetime_seconds)
        )

    def flags(self, cookie: ObservedCookie) -> str:
        """The security attributes of a cookie, as they are written in Set-Cookie."""
        flags = wording.flags(cookie)
        return self(flags) if flags in (wording.UNKNOWN, wording.NO_FLAGS) else flags

    def size(self, octets: int) -> str:
        """How large a file is."""
        return wording.size(octets)

    def _translated(self, text: str) -> str:
        return text

    def _plural(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many

    def _percent(self, ratio: float) -> str:
        return wording.percent(ratio)

    def _units(self, number: int, unit: str) -> str:
        return wording.counted(number, unit)


def _filled(text: str, values: Mapping[str, object]) -> str:
    # Not `str.format`, by which a template could walk from a value to whatever this process holds.
    return _PLACE.sub(lambda place: str(values[place[1]]), text)


ENGLISH = Words()
