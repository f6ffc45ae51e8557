"""What is kept of a value: it can be compared within a scan and not be read."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.scanner.values import fingerprint, shape_of


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("", "empty"),
        ('""', "empty"),
        (" ", "empty"),
        ("true", "true_false"),
        ("NO", "true_false"),
        ("1", "true_false"),
        ("6f1ed002-ab5d-4b6e-9c4c-2c7f6d4a9a01", "uuid"),
        ("{6F1ED002-AB5D-4B6E-9C4C-2C7F6D4A9A01}", "uuid"),
        ("1772452800", "timestamp"),
        ("1772452800123", "timestamp"),
        ("2026-03-02T12:00:00Z", "timestamp"),
        ("2026-03-02+12%3A00%3A00", "text"),
        ("2", "digits"),
        ("17724528001", "digits"),
        ("a1b2c3d4", "hex"),
        ("deadbeef", "text"),  # a word, as far as anyone can tell
        ("a1b2", "text"),
        ("https%3A%2F%2Fshop.example%2F", "url"),
        ("anna%40mail.example", "email"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "jwt"),
        ('{"a":1}', "json"),
        ("%5B1%2C2%5D", "json"),
        ("{not json", "text"),
        ("[" * 5000, "text"),
        ("c2NhbmpvYnMgaXMgZmluZQ==", "base64"),
        ("Q29va2llX1ZhbHVlLTEy", "base64"),
        ("acceptallcookies", "text"),
        ("GA1.2.1234567890.1772452800", "text"),
        ("de-DE", "text"),
    ],
)
def test_shapes(value, shape):
    """The first shape that fits."""
    assert shape_of(value) == shape


def test_fingerprint():
    """The hash of the salt followed by the value, in UTF-8."""
    kept = fingerprint("naïve", b"salt")

    assert (kept.sha256, kept.length, kept.shape) == (
        sha256(b"salt" + "naïve".encode()).hexdigest(),
        5,
        "text",
    )


def test_another_scan_cannot_be_compared():
    """With another salt the same value has another hash."""
    assert fingerprint("a", b"one").sha256 != fingerprint("a", b"two").sha256


@given(st.text() | st.text('[{"1,:]}'), st.binary(max_size=8))
def test_no_value_raises(value, salt):
    """Any text has a fingerprint."""
    assert fingerprint(value, salt).length == len(value)
