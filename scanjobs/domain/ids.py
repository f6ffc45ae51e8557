"""Identifiers as people see them: UUIDs, shown and typed by their first characters."""

from __future__ import annotations

import hashlib
import os

SHORTEST_PREFIX = 4
SHOWN_LENGTH = 8


def new_id() -> str:
    """A fresh random UUID4, 36 characters; made by hand, since each submit waits for one."""
    return _uuid(os.urandom(16).hex(), version=4)


def id_within(outer_id: str, name: str) -> str:
    """The id of what has this name within something; always the same, as a UUID8."""
    return _uuid(hashlib.sha256(f"{outer_id}/{name}".encode()).hexdigest(), version=8)


def _uuid(digits: str, *, version: int) -> str:
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{version}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def short(identifier: str) -> str:
    """The first eight characters, as tables show them."""
    return identifier[:SHOWN_LENGTH]
