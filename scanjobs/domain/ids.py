"""Identifiers as people see them: random UUID4, shown and typed by their first characters."""

from __future__ import annotations

import os

SHORTEST_PREFIX = 4
SHOWN_LENGTH = 8


def new_id() -> str:
    """A fresh random UUID4, 36 characters; made by hand, since each submit waits for one."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def short(identifier: str) -> str:
    """The first eight characters, as tables show them."""
    return identifier[:SHOWN_LENGTH]
