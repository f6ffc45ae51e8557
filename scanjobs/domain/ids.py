"""Identifiers as people see them: random UUID4, shown and typed by their first characters."""

from __future__ import annotations

import uuid

SHORTEST_PREFIX = 4
SHOWN_LENGTH = 8


def new_id() -> str:
    """A fresh random identifier, 36 characters."""
    return str(uuid.uuid4())


def short(identifier: str) -> str:
    """The first eight characters, as tables show them."""
    return identifier[:SHOWN_LENGTH]
