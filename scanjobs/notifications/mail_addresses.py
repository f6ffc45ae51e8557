"""Reads mail addresses: one each, of the form that every mail server takes."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LONGEST_LOCAL, LONGEST = 64, 254
"""Characters, as SMTP has them."""


def mail_address(text: str) -> str:
    """The address, with its domain in small letters.

    Raises:
        ValueError: it is none; the error says why.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not local:
        raise ValueError("it has no @ with something on both sides")
    if not local.isascii():
        raise ValueError("many mail servers do not take letters like these before the @")
    if len(local) > LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise ValueError("one address is meant, like ops@harbour-lamps.example")
    if not domain.isascii():
        raise ValueError("its domain is to be written in ASCII, as xn--…")
    domain = domain.lower()
    if not all(map(_LABEL.fullmatch, domain.split("."))) or len(local) + len(domain) >= LONGEST:
        raise ValueError("what follows the @ is no name of a domain")
    return f"{local}@{domain}"
