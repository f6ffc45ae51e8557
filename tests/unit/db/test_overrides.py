"""What users say about cookies: kept once for each name, domain and site."""

from __future__ import annotations

import pytest

from scanjobs.db import overrides
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category, Exemption
from tests.factories import NOON


def said(name="_x", **changes):
    values = {
        "name": name,
        "domain": None,
        "site": None,
        "category": Category.ANALYTICS,
        "vendor": None,
        "exemption": None,
        "reason": None,
        "created_at": NOON,
    }
    return Override(**(values | changes))


def test_statements_come_back_as_they_were(settings):
    every = [
        said(),
        said(domain="shop.example", vendor="Shop"),
        said(site="shop.example", category=None, exemption=Exemption.EXEMPT, reason="Because \u00fc"),
    ]

    overrides.put_overrides(settings, every)

    assert overrides.list_overrides(settings) == every


def test_what_is_put_takes_the_place_of_what_was_said(settings):
    overrides.put_overrides(settings, [said(vendor="Old")])
    overrides.put_overrides(settings, [said(category=Category.MARKETING)])

    assert overrides.list_overrides(settings) == [said(category=Category.MARKETING)]


@pytest.mark.parametrize(
    ("amendment", "now"),
    [
        ({"category": None, "vendor": "Shop"}, {"vendor": "Shop"}),
        ({"category": Category.MARKETING}, {"category": Category.MARKETING}),
        (
            {"category": None, "exemption": Exemption.EXEMPT, "reason": "New"},
            {"exemption": Exemption.EXEMPT, "reason": "New"},
        ),
    ],
)
def test_an_amendment_leaves_the_rest_as_it_was(settings, amendment, now):
    before = said(exemption=Exemption.NOT_EXEMPT, reason="Old")
    overrides.put_overrides(settings, [before])

    amended = overrides.amend_override(settings, said(**amendment))

    expected = said(**{"exemption": Exemption.NOT_EXEMPT, "reason": "Old"} | now)
    assert amended == expected
    assert overrides.list_overrides(settings) == [expected]


def test_a_site_hears_what_is_said_about_it_and_about_all(settings):
    about_all, about_it = said(), said(site="shop.example")
    overrides.put_overrides(settings, [about_all, about_it, said(site="other.example")])

    assert overrides.overrides_for(settings, "shop.example") == [about_all, about_it]
    assert overrides.overrides_for(settings, None) == [about_all]


def test_a_statement_is_taken_back_once(settings):
    overrides.put_overrides(settings, [said(), said(site="shop.example")])

    assert overrides.remove_override(settings, "_x", None, "shop.example")
    assert not overrides.remove_override(settings, "_x", None, "shop.example")
    assert overrides.list_overrides(settings) == [said()]
