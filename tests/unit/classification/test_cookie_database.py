"""What the database finds by name, by prefix and in the second database."""

from __future__ import annotations

import pytest

from scanjobs.classification.database import CookieDatabase, CookieEntry
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category


def entry(name, category=Category.MARKETING, *, domains=(), is_prefix=False, vendor="Vendor"):
    return CookieEntry(name, vendor, category, domains, "1 year", None, is_prefix)


def database(*cookies, second=()):
    return CookieDatabase(version="test", cookies=cookies, second=second)


def test_an_entry_that_knows_the_domain_wins():
    """Of two entries with one name, the domain decides."""
    here = entry("token", Category.MARKETING, domains=("adform.net",))
    there = entry("token", Category.FUNCTIONAL, domains=("adnxs.com",))

    match = database(there, here).by_name("token", "track.adform.net")

    assert match == (here, LabelSource.NAME_AND_DOMAIN)


def test_contradicting_entries_say_nothing_elsewhere():
    """A name that means different things at different vendors is no evidence at a third place."""
    known = database(
        entry("token", Category.MARKETING, domains=("adform.net",)),
        entry("token", Category.FUNCTIONAL, domains=("adnxs.com",)),
    )

    assert known.by_name("token", "shop.example") is None


def test_entries_that_agree_about_the_purpose_are_no_contradiction():
    known = database(
        entry("DSID", domains=("doubleclick.net",)),
        entry("DSID", vendor="Google"),
    )

    assert known.by_name("DSID", "shop.example") == (entry("DSID", vendor="Google"), LabelSource.NAME)


@pytest.mark.parametrize("host", ["notadform.net", "adform.net.example", "form.net"])
def test_a_domain_that_only_looks_similar_does_not_agree(host):
    known = database(entry("uid", domains=("adform.net",)))

    assert known.by_name("uid", host) is None


def test_a_short_name_of_another_domain_is_anybodys():
    """`c` is known from one advertiser; on a shop it can be anything, while a long name is a signature."""
    known = database(entry("c", domains=("ads.example",)), entry("_shopify_y", domains=("shopify.com",)))

    assert known.by_name("c", "shop.example") is None
    assert known.by_name("_shopify_y", "shop.example").source is LabelSource.NAME


def test_a_name_of_one_or_two_characters_needs_a_domain():
    known = database(entry("t"), entry("_ga", Category.ANALYTICS))

    assert known.by_name("t", "shop.example") is None
    assert known.by_name("_ga", "shop.example").entry.category is Category.ANALYTICS


def test_names_are_compared_with_regard_to_case():
    """Browsers tell `SSID` from `ssid`, and so do the vendors."""
    known = database(entry("SSID"), entry("ssid", Category.FUNCTIONAL))

    assert known.by_name("ssid", "shop.example").entry.category is Category.FUNCTIONAL


def test_the_longest_prefix_wins():
    known = database(
        entry("_ga_x", Category.FUNCTIONAL, is_prefix=True), entry("_ga_", Category.ANALYTICS, is_prefix=True)
    )

    assert known.by_prefix("_ga_xyz", "shop.example").entry.name == "_ga_x"
    assert known.by_prefix("_ga_abc", "shop.example").entry.name == "_ga_"


def test_a_short_prefix_needs_a_domain_that_agrees():
    """`SR` begins a great many names; only on the vendor's own domain does it say anything."""
    known = database(entry("SR", is_prefix=True, domains=("ads.example",)))

    assert known.by_prefix("SRVNAME", "shop.example") is None
    assert known.by_prefix("SR123", "x.ads.example").source is LabelSource.PREFIX


def test_a_prefix_of_four_characters_stands_alone():
    known = database(entry("_pk_", Category.ANALYTICS, is_prefix=True))

    assert known.by_prefix("_pk_id.1.abcd", "shop.example").entry.category is Category.ANALYTICS


def test_a_prefix_is_a_name_as_well():
    """`JSESSIONID` is listed as a prefix and met without anything behind it."""
    known = database(entry("JSESSIONID", Category.FUNCTIONAL, is_prefix=True))

    assert known.by_name("JSESSIONID", "shop.example").source is LabelSource.NAME


def test_an_entry_without_wildcard_matches_whole_names_only():
    assert database(entry("_gid")).by_prefix("_gid_more", "shop.example") is None


def test_the_second_database_answers_by_name_and_by_prefix():
    known = database(
        second=(entry("crumb", Category.NECESSARY), entry("poptin_o_", Category.ANALYTICS, is_prefix=True))
    )

    assert known.in_second("crumb", "shop.example").source is LabelSource.SECOND_DATABASE
    assert known.in_second("poptin_o_7", "shop.example").entry.category is Category.ANALYTICS
    assert known.in_second("popt", "shop.example") is None
