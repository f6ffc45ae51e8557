"""What the form of a name suggests, where nobody knows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.classification.heuristics import guess
from scanjobs.domain.purposes import Category


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("my-csrf-token", Category.NECESSARY),
        ("xsrfSecret", Category.NECESSARY),
        ("__RequestVerificationToken2", Category.NECESSARY),
        ("acme_cookie_consent", Category.NECESSARY),
        ("gdprBanner", Category.NECESSARY),
        ("acceptCookies", Category.NECESSARY),
        ("cookieControl", Category.NECESSARY),
        ("CookiePolicyAccepted", Category.NECESSARY),
        ("acmeCookieTest", Category.NECESSARY),
        ("ACME_SESSION_ID", Category.NECESSARY),
        ("acme.sid", Category.NECESSARY),
        ("loggedIn", Category.NECESSARY),
        ("cartId", Category.FUNCTIONAL),
        ("acme-lang", Category.FUNCTIONAL),
        ("/app/shop_LANGUAGE", Category.FUNCTIONAL),
        ("darkMode", Category.FUNCTIONAL),
        ("acme_preferences", Category.FUNCTIONAL),
        ("popup_seen", Category.FUNCTIONAL),
        ("visitorId", Category.ANALYTICS),
        ("originalReferrer", Category.ANALYTICS),
        ("acme_utm_source", Category.MARKETING),
        ("last_campaign", Category.MARKETING),
        ("acme.ads", Category.MARKETING),
    ],
)
def test_a_word_in_a_name_suggests_a_purpose(name, category):
    found = guess(name)

    assert found is not None
    assert found.category is category


@pytest.mark.parametrize(
    "name", ["", "x", "_", "JJCFGEOCC", "loader", "slang7", "addled", "obsidian", "statue", "a1b2"]
)
def test_a_word_within_a_word_suggests_nothing(name):
    assert guess(name) is None


@given(st.text())
def test_any_name_can_be_asked_about(name):
    guess(name)
