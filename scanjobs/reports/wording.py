"""The words of a report: names of values, moments, durations, and what cannot be seen made visible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from scanjobs.domain import english
from scanjobs.domain.cookies import ConsentPhase, ObservedCookie, Party, SameSite
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.english import counted as counted
from scanjobs.domain.findings import Outcome, Severity, VerdictStatus
from scanjobs.domain.hidden_characters import code_points as code_points
from scanjobs.domain.hidden_characters import visible as visible
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.storage import StorageKind
from scanjobs.reports.parts import (
    Agreement,
    Lifespan,
    Presence,
)

NOTICE = (
    "This report states technical findings: what captures of a website showed and how it compares with the "
    "rules of a profile. It is not legal advice and decides nothing about the law."
)
UNKNOWN = "unknown"
SESSION = "session"
REMOVED = "removed at once"
NO_FLAGS = "none"
NONE = "–"

STATUS: Mapping[VerdictStatus, str] = {
    VerdictStatus.FAILED: "Failed",
    VerdictStatus.ATTENTION: "Needs attention",
    VerdictStatus.CLEAN: "No finding",
    VerdictStatus.WITHHELD: "Withheld",
}
CATEGORY: Mapping[Category, str] = {
    Category.NECESSARY: "Necessary",
    Category.FUNCTIONAL: "Functional",
    Category.ANALYTICS: "Analytics",
    Category.MARKETING: "Marketing",
    Category.UNCLASSIFIED: "Unclassified",
}
PARTY: Mapping[Party, str] = {Party.FIRST: "First party", Party.THIRD: "Third party"}
PHASE: Mapping[ConsentPhase, str] = {
    ConsentPhase.BEFORE: "Before any choice",
    ConsentPhase.ACCEPTED: "After accepting",
    ConsentPhase.REJECTED: "After rejecting",
    ConsentPhase.UNKNOWN: "Phase unknown",
}
SHORT_PHASE: Mapping[ConsentPhase, str] = {
    ConsentPhase.BEFORE: "Before",
    ConsentPhase.ACCEPTED: "Accepted",
    ConsentPhase.REJECTED: "Rejected",
    ConsentPhase.UNKNOWN: "Unknown",
}
SEVERITY: Mapping[Severity, str] = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Information",
}
OUTCOME: Mapping[Outcome, str] = {
    Outcome.FAIL: "Failed",
    Outcome.WARN: "Warning",
    Outcome.PASS: "Passed",
    Outcome.INFO: "Information",
    Outcome.NOT_EVALUABLE: "Not evaluable",
}
SOURCE: Mapping[LabelSource, str] = {
    LabelSource.SITE_OVERRIDE: "a user, for this site",
    LabelSource.OVERRIDE: "a user",
    LabelSource.DECLARATION: "the site's declaration",
    LabelSource.CURATED: "list of exempt cookies",
    LabelSource.DOCUMENTED: "documentation of its maker",
    LabelSource.NAME_AND_DOMAIN: "name and domain",
    LabelSource.NAME: "name",
    LabelSource.VENDOR: "vendor of the domain",
    LabelSource.PREFIX: "beginning of the name",
    LabelSource.SECOND_DATABASE: "second database",
    LabelSource.HEURISTIC: "form of the name",
    LabelSource.NONE: "no source",
}
EXEMPTION: Mapping[Exemption, str] = {
    Exemption.EXEMPT: "yes",
    Exemption.NOT_EXEMPT: "no",
    Exemption.UNDETERMINED: "undetermined",
}
LIFESPAN: Mapping[Lifespan, str] = {
    Lifespan.SESSION: "Session",
    Lifespan.PERSISTENT: "Persistent",
    Lifespan.UNKNOWN: "Unknown",
}
STORAGE: Mapping[StorageKind, str] = {
    StorageKind.LOCAL: "Local storage",
    StorageKind.SESSION: "Session storage",
    StorageKind.INDEXED_DB: "IndexedDB",
}
DECLARED_TYPE: Mapping[DeclaredType, str] = {
    DeclaredType.COOKIE: "Cookie",
    DeclaredType.LOCAL_STORAGE: "Local storage",
    DeclaredType.SESSION_STORAGE: "Session storage",
    DeclaredType.INDEXED_DB: "IndexedDB",
    DeclaredType.PIXEL: "Pixel",
    DeclaredType.UNKNOWN: "Unknown",
}
AGREEMENT: Mapping[Agreement, str] = {
    Agreement.AGREES: "as declared",
    Agreement.DIFFERS: "differs",
    Agreement.NOT_DECLARED: "not declared",
    Agreement.NOT_OBSERVED: "not observed",
}
SHAPE: Mapping[str, str] = {
    "empty": "empty",
    "true_false": "a switch such as true or 0",
    "uuid": "a UUID",
    "timestamp": "a point in time",
    "digits": "digits",
    "hex": "hexadecimal digits",
    "url": "a web address",
    "email": "an e-mail address",
    "jwt": "a signed token (JWT)",
    "json": "JSON",
    "base64": "letters and digits in the manner of Base64",
    "text": "text",
    "unknown": UNKNOWN,
}
"""What the value of a cookie looks like, by the names that the scanner gives its shapes."""
PRESENCE: Mapping[Presence, str] = {
    Presence.SET: "set",
    Presence.SENT: "sent",
    Presence.ABSENT: NONE,
}


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}"


def percent(ratio: float) -> str:
    """A share between 0 and 1; a part of a whole never reads as nothing, nor as all of it."""
    if 0 < ratio < 0.01:
        return "< 1 %"
    if 0.99 < ratio < 1:
        return "> 99 %"
    return f"{ratio:.0%}".replace("%", " %")


def moment(value: datetime | None) -> str:
    """A moment as tables show it."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if value else UNKNOWN


def long_moment(value: datetime | None) -> str:
    """A moment as sentences say it: `2 March 2026, 12:00 UTC`."""
    return UNKNOWN if value is None else english.moment(value)


def duration(seconds: int) -> str:
    """How long something lasts in the largest unit that stays readable, rounded to the nearest whole one."""
    return counted(*in_units(seconds)) if seconds > 0 else REMOVED


def in_units(seconds: int) -> tuple[int, str]:
    """How many days, hours, minutes or seconds: the largest unit that stays readable, in the singular."""
    for length, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        # Dates in Set-Cookie are whole seconds, so a day often arrives as 86,399.
        is_whole = seconds % length in (0, length - 1)
        if seconds >= 2 * length or (is_whole and seconds >= length - 1):
            return (seconds + length // 2) // length, noun
    return seconds, "second"


def lifetime(cookie: ObservedCookie) -> str:
    """How long a cookie asks to stay: `session`, `unknown`, or a duration."""
    if cookie.is_session:
        return SESSION
    return UNKNOWN if cookie.lifetime_seconds is None else duration(cookie.lifetime_seconds)


def versions(found: Iterable[str]) -> str:
    """Versions of parts that have one each."""
    return ", ".join(sorted(set(found))) or NONE


def size(octets: int) -> str:
    """How large a file is."""
    amount, unit = size_in_units(octets)
    return f"{amount:.1f} {unit}" if unit != "byte" else counted(octets, unit)


def size_in_units(octets: int) -> tuple[float, str]:
    """How large a file is in the largest unit that it reaches one of."""
    if octets < 1000:
        return octets, "byte"
    value, units = octets / 1000, ("kB", "MB", "GB", "TB")
    for unit in units[:-1]:
        if round(value, 1) < 1000:
            return value, unit
        value /= 1000
    return value, units[-1]


def flags(cookie: ObservedCookie) -> str:
    """The security attributes of a cookie, missing ones left out and unseen ones admitted."""
    if cookie.secure is None and cookie.http_only is None and cookie.same_site is None:
        return UNKNOWN
    words = []
    if cookie.secure:
        words.append("Secure")
    if cookie.http_only:
        words.append("HttpOnly")
    if cookie.same_site not in (None, SameSite.UNSPECIFIED):
        words.append(f"SameSite={cookie.same_site.capitalize()}")
    if cookie.partitioned:
        words.append("Partitioned")
    return ", ".join(words) or NO_FLAGS
