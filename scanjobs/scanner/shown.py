"""Makes words that come from a file fit to be stored and printed."""

from __future__ import annotations


def printable(words: str) -> str:
    """The words, whatever would move the cursor or cannot be encoded replaced by a sign."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)
