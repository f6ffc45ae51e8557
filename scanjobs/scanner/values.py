"""Keeps of a cookie's value what can be compared but not read: a salted hash, its length, its shape."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from urllib.parse import unquote

from scanjobs.domain.cookies import ValueFingerprint

_FLAGS = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_PATTERNS = (
    ("uuid", re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)),
    # Seconds (ten digits) or milliseconds (thirteen) from 2001 to 2033, or an ISO date with a time.
    ("timestamp", re.compile(r"1[0-9]{9}([0-9]{3})?|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,}\S*")),
    ("digits", re.compile(r"[0-9]+")),
    ("hex", re.compile(r"(?=.*[0-9])[0-9a-f]{8,}", re.IGNORECASE)),
    ("url", re.compile(r"https?://\S+", re.IGNORECASE)),
    ("email", re.compile(r"[^@\s\"<>(){}\[\]]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)),
    ("jwt", re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")),
    # Sixteen characters or more, and not one plain word: a capital or a digit inside.
    ("base64", re.compile(r"(?=.*[0-9A-Z])[A-Za-z0-9+/_-]{16,}={0,2}")),
)
_LONGEST_JUDGED = 8192


def fingerprint(value: str, salt: bytes) -> ValueFingerprint:
    """What is kept of a value: the hash of salt and value, the number of characters, the shape."""
    digest = sha256(salt + value.encode("utf-8", "surrogatepass")).hexdigest()
    return ValueFingerprint(sha256=digest, length=len(value), shape=shape_of(value))


def unseen(salt: bytes) -> ValueFingerprint:
    """What is kept where a capture tells of a cookie and not of its value."""
    return replace(fingerprint("", salt), shape="unknown")


def shape_of(value: str) -> str:
    """What a value looks like, percent-encoding and surrounding quotes undone; the first that fits.

    `empty` nothing · `true_false` a switch such as true, no, 1 · `uuid` · `timestamp` · `digits` ·
    `hex` eight or more of them · `url` · `email` an address and nothing else · `jwt` a signed token ·
    `json` an object or array · `base64` sixteen or more characters of that alphabet · `text` the rest.
    """
    plain = value[:_LONGEST_JUDGED]
    if "%" in plain:
        plain = unquote(plain)
    plain = plain.strip().removeprefix('"').removesuffix('"')
    if not plain:
        return "empty"
    if plain.lower() in _FLAGS:
        return "true_false"
    for shape, pattern in _PATTERNS:
        if pattern.fullmatch(plain):
            return shape
    return "json" if _is_json(plain) else "text"


def _is_json(text: str) -> bool:
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
