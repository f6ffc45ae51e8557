"""Names that stand for many, as declarations write them."""

from __future__ import annotations

import pytest

from scanjobs.domain.name_patterns import fits, has_placeholders


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
