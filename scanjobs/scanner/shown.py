"""Makes words that come from a file fit to be stored and printed."""

from __future__ import annotations

LONGEST_STORED_NAME = 1000


def printable(words: str) -> str:
    """The words, whatever would move the cursor or cannot be encoded replaced by a sign."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)


def stored_name(name: str) -> str:
    """The name of a stored item as it is kept: printable, and cut where it is too long to be told."""
    shown = printable(name)
    return shown if len(shown) <= LONGEST_STORED_NAME else f"{shown[:LONGEST_STORED_NAME]}…"
