"""Names that stand for many, as declarations write them, and names of which a part looks generated."""

from __future__ import annotations

import pytest

from scanjobs.domain.name_patterns import fits, has_placeholders, with_placeholders


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("_ga_*", "_ga_ABC123"),
        ("_ga_###", "_ga_ABC123"),
        ("_pk_id.#", "_pk_id.1.1fff"),
        ("_hjSession_xxx", "_hjSession_12345"),
        ("_hjSessionUser_{site_id}", "_hjSessionUser_12345"),
        ("_gat_UA-XXXXXX-Y", "_gat_UA-1234-1"),
        ("_gaxxxxxxxxxx", "_ga_ABC123"),
        ("_dc_gtm_<property-id>", "_dc_gtm_UA-1-2"),
        ("wp-settings-[UID]", "wp-settings-7"),
        ("*_visitor", "shop_visitor"),
    ],
)
def test_placeholders(pattern, name):
    """As the tools that make declarations write them."""
    assert has_placeholders(pattern)
    assert fits(name, pattern)
    assert not fits("other", pattern)


@pytest.mark.parametrize("name", ["_ga", "xxx", "*", "###", "fooxxx", "maxxx_age", "a%20b", "XXXL", ""])
def test_names_that_stand_for_themselves(name):
    """Nothing but placeholders stands for nothing, and a few letters may be part of a word."""
    assert not has_placeholders(name)


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
