"""Names what a finding is about, so that it is known again in another scan."""

from __future__ import annotations

from hashlib import sha256

LENGTH = 16
"""Hexadecimal digits: 64 bits, for some thousand findings of a site at most."""


def plain_subject(subject: str) -> str:
    """A subject without what depends on how it was seen: `_ga (.shop.example)` is `_ga (shop.example)`.

    That subdomains get a cookie is known only of those that a response set.
    """
    name, parenthesis, rest = subject.rpartition(" (.")
    return f"{name} ({rest}" if parenthesis else subject


def fingerprint(rule_id: str, subject: str) -> str:
    """What stays the same of one subject of one rule, whatever the phase, the page and the moment."""
    return sha256(f"{rule_id}\n{plain_subject(subject)}".encode("utf-8", "surrogatepass")).hexdigest()[
        :LENGTH
    ]
