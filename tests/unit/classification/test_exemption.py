"""When a cookie needs no consent: a curated list, and doubt wherever anything speaks against it."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from scanjobs.classification import default_database, label_of
from scanjobs.classification.exemption import judge
from scanjobs.domain.cookies import Party
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround

DAY = 86_400


def ruling(name, category=Category.FUNCTIONAL, *, party=Party.FIRST, confidence=0.9, lifetime_seconds=0):
    return judge(
        name, party=party, category=category, confidence=confidence, lifetime_seconds=lifetime_seconds
    )


@pytest.mark.parametrize(
    "name",
    ["OptanonConsent", "CookieConsent", "PHPSESSID", "__cf_bm", "AWSALB", "csrftoken", "incap_ses_123_456"],
)
def test_listed_cookies_of_the_site_itself_are_exempt_with_a_reason_and_a_source(name):
    answer = ruling(name)

    assert answer.exemption is Exemption.EXEMPT
    assert answer.reason.endswith(").")
    assert "WP194" in answer.reason or "CNIL" in answer.reason


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("OptanonConsent", ExemptionGround.CONSENT_CHOICE),
        ("PHPSESSID", ExemptionGround.USER_INPUT),
        ("cart", ExemptionGround.USER_INPUT),
        ("wordpress_logged_in_1a2b", ExemptionGround.AUTHENTICATION),
        ("csrftoken", ExemptionGround.SECURITY),
        ("AWSALB", ExemptionGround.LOAD_BALANCING),
        ("visid_incap_99", None),
        ("unheard_of", None),
    ],
)
def test_the_ground_of_an_exemption_is_named(name, ground):
    assert ruling(name).ground is ground


def test_a_cookie_that_outlives_its_ground_is_still_known_by_it():
    """Somebody's sign-in does not become somebody else's purpose by lasting longer."""
    answer = ruling(".ASPXAUTH", lifetime_seconds=365 * DAY)

    assert (answer.exemption, answer.ground) == (Exemption.UNDETERMINED, ExemptionGround.AUTHENTICATION)


@pytest.mark.parametrize("changes", [{"party": Party.THIRD}, {"category": Category.MARKETING}])
def test_a_name_that_serves_another_purpose_has_no_ground(changes):
    assert ruling(".ASPXAUTH", **changes).ground is None


def test_the_same_name_on_somebody_elses_domain_stays_open():
    """The load balancer of an advertiser serves the advertiser."""
    assert ruling("AWSALB", party=Party.THIRD).exemption is Exemption.UNDETERMINED


def test_a_tracker_does_not_become_exempt_by_its_name():
    """`JSESSIONID` of an analytics vendor is audience measurement."""
    answer = ruling("JSESSIONID", Category.ANALYTICS, party=Party.THIRD)

    assert answer.exemption is Exemption.NOT_EXEMPT


def test_a_listed_name_that_a_database_calls_tracking_stays_open():
    assert ruling("OptanonConsent", Category.MARKETING).exemption is Exemption.UNDETERMINED


@pytest.mark.parametrize(
    ("lifetime_seconds", "expected"),
    [
        (0, Exemption.EXEMPT),
        (3600, Exemption.EXEMPT),
        (DAY, Exemption.EXEMPT),
        (DAY + 1, Exemption.UNDETERMINED),
        (400 * DAY, Exemption.UNDETERMINED),
        (None, Exemption.UNDETERMINED),
    ],
)
def test_a_session_cookie_that_outlives_the_session_is_not_exempt(lifetime_seconds, expected):
    assert ruling("PHPSESSID", lifetime_seconds=lifetime_seconds).exemption is expected


@pytest.mark.parametrize(
    ("name", "lifetime_seconds", "reason"),
    [
        (
            "PHPSESSID",
            2 * DAY,
            "The name is known for an exempt purpose, but that needs no cookie longer than 1 day.",
        ),
        (
            "AWSALB",
            None,
            "The name is known for an exempt purpose that needs no cookie longer than 8 days, but how long "
            "this one lives was not seen.",
        ),
    ],
)
def test_too_long_and_not_seen_are_different_reasons(name, lifetime_seconds, reason):
    assert ruling(name, lifetime_seconds=lifetime_seconds).reason == reason


def test_the_consent_choice_may_be_kept_long():
    """How long a choice may be kept is a question of its own; it stays the visitor's choice."""
    assert ruling("OptanonConsent", lifetime_seconds=365 * DAY).exemption is Exemption.EXEMPT
    assert ruling("OptanonConsent", lifetime_seconds=None).exemption is Exemption.EXEMPT


@pytest.mark.parametrize("category", [Category.ANALYTICS, Category.MARKETING])
def test_tracking_needs_consent_where_the_label_is_sure_enough(category):
    assert ruling("_x", category, confidence=0.6).exemption is Exemption.NOT_EXEMPT
    assert ruling("_x", category, confidence=0.59).exemption is Exemption.UNDETERMINED


@pytest.mark.parametrize("category", [Category.NECESSARY, Category.FUNCTIONAL, Category.UNCLASSIFIED])
def test_what_a_database_calls_necessary_is_not_exempt_for_that(category):
    """The database merges necessary with convenient: 3 in 10 such cookies are declared as tracking."""
    answer = ruling("unheard_of", category)

    assert answer.exemption is Exemption.UNDETERMINED
    assert answer.reason.endswith(".")


def test_well_known_doubts_carry_their_own_reason():
    assert "Google" in ruling("_GRECAPTCHA").reason
    assert ruling("visid_incap_99").exemption is Exemption.UNDETERMINED


def test_no_exempt_name_is_known_as_tracking():
    """A name that any database counts as analytics or marketing does not belong on the list."""
    database = default_database()
    data = resources.files("scanjobs.classification").joinpath("data/exempt.toml")
    groups = tomllib.loads(data.read_text(encoding="utf-8"))["exempt"]
    exempt = [name for group in groups for name in group.get("names", ())]
    found = {
        name: match.entry.category
        for name in exempt
        for match in (database.by_name(name, "shop.example"), database.in_second(name, "shop.example"))
        if match is not None
    }

    assert len(exempt) > 100
    assert [n for n, c in found.items() if c in (Category.ANALYTICS, Category.MARKETING)] == []


def test_an_exempt_cookie_is_called_necessary():
    """The database says `functional` for want of a better word; what is exempt is necessary."""
    label = label_of("OptanonConsent", "shop.example", Party.FIRST)

    assert (label.category, label.exemption) == (Category.NECESSARY, Exemption.EXEMPT)
