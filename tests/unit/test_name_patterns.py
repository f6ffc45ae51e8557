"""Names of which a part looks generated."""

from __future__ import annotations

import pytest

from scanjobs.domain.name_patterns import fits, with_placeholders


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("_ga_1A2B3C4D5E", "_ga_*"),
        ("_hjSession_123", "_hjSession_*"),
        ("visitor_id123456", "visitor_id*"),
        ("incap_ses_1234_567890", "incap_ses_*_*"),
        ("_gat_UA-12345-1", "_gat_UA-*-1"),
        ("mp_0123456789abcdef0123456789abcdef_mixpanel", "mp_*_mixpanel"),
        ("cf_deadbeef-1234-1234-1234-deadbeefdead", "cf_*"),
    ],
)
def test_what_looks_generated_is_left_open(name, pattern):
    assert with_placeholders(name) == pattern
    assert fits(name, pattern)


@pytest.mark.parametrize(
    "name", ["_ga", "_ga_ABC", "PHPSESSID", "wp-settings-time-1", "ab_test_2", "OptanonConsent", "", "é"]
)
def test_other_names_are_whole(name):
    assert with_placeholders(name) is None


@pytest.mark.parametrize("name", ["12345678", "1a2b3c4d5e", "0fe31a52-7f0d-4f0e-9a39-6f9be8f2a1aa"])
def test_a_name_that_is_generated_altogether_stands_for_nothing(name):
    assert with_placeholders(name) is None
