"""Knows names again that have a generated part: `_hjSession_1234567` and `_hjSession_7654321`."""

from __future__ import annotations

import re

from scanjobs.domain.declared import DeclaredCookie, DeclaredType
from scanjobs.domain.labels import Label, LabelSource
from scanjobs.domain.name_patterns import with_placeholders
from scanjobs.domain.scans import ScanRecord

_LAST_PIECE = re.compile(r"(?P<beginning>.*[A-Za-z0-9].*[_.\-:|])[^_.\-:|]+", re.DOTALL)


def declared_patterns(*scans: ScanRecord) -> tuple[DeclaredCookie, ...]:
    """The lines of the sites' declarations that speak of many names, of cookies or of anything."""
    return tuple(
        line
        for scan in scans
        if scan.declaration is not None
        for line in scan.declaration.file.cookies
        if line.is_pattern and line.type in (DeclaredType.COOKIE, DeclaredType.UNKNOWN)
    )


def declared_form(name: str, domain: str, lines: tuple[DeclaredCookie, ...]) -> str | None:
    """The name with placeholders that a declaration has for a cookie."""
    return next((line.name for line in lines if line.matches(name, domain)), None)


def form_of(name: str, label: Label) -> str | None:
    """The name with a placeholder for what is generated; None where nothing looks so.

    That is what looks generated, or, where a database knows the beginning of the name only, its last piece.
    """
    looks = with_placeholders(name)
    if looks is None and label.source is LabelSource.PREFIX:
        known = _LAST_PIECE.fullmatch(name)
        return f"{known['beginning']}*" if known else None
    return looks
