"""Which company a host belongs to."""

from __future__ import annotations

import pytest

from scanjobs.classification.vendors import VendorIndex
from scanjobs.domain.purposes import Category

INDEX = VendorIndex(
    [
        ("Adverts", "ad", ["*.adverts.example"]),
        ("Numbers", "analytics", ["*.numbers.example", "stats.shared.example"]),
        ("Shared", "hosting", ["*.shared.example"]),
        ("Videos", "video", ["*.videos.example"]),
    ]
)


@pytest.mark.parametrize(
    "host", ["adverts.example", "cdn.adverts.example", "a.b.ADVERTS.example", ".adverts.example"]
)
def test_a_pattern_answers_for_a_domain_and_everything_below_it(host):
    assert INDEX.find(host).name == "Adverts"


def test_the_closest_name_wins():
    """A host that is listed itself belongs to its company, not to the one whose domain it lies below."""
    assert INDEX.find("stats.shared.example").name == "Numbers"
    assert INDEX.find("www.shared.example").name == "Shared"


@pytest.mark.parametrize("host", ["example", "notadverts.example", "192.0.2.1", "localhost", ""])
def test_an_unknown_host_has_no_company(host):
    assert INDEX.find(host) is None


def test_only_some_businesses_tell_what_a_cookie_is_for():
    assert INDEX.find("adverts.example").implied_category is Category.MARKETING
    assert INDEX.find("numbers.example").implied_category is Category.ANALYTICS
    assert INDEX.find("videos.example").implied_category is None
    assert INDEX.find("www.shared.example").implied_category is None
