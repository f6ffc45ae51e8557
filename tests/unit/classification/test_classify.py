"""How evidence becomes labelled cookies, and which source is believed first."""

from __future__ import annotations

import pytest

from scanjobs.classification import CookieDatabase, classify, data_version, default_database, label_of
from scanjobs.classification.database import CookieEntry
from scanjobs.classification.exemption import CuratedEntry, CuratedList
from scanjobs.classification.vendors import VendorIndex
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from tests.factories import NOON, evidence, observed, sent


def entry(name, category, *, domains=(), is_prefix=False):
    return CookieEntry(name, f"{name} & Co", category, domains, "1 year", f"https://{name}.test/", is_prefix)


EVERYTHING = CookieDatabase(
    version="test",
    cookies=[
        entry("known", Category.FUNCTIONAL),
        entry("known", Category.MARKETING, domains=("tracker.example",)),
        entry("pre_", Category.ANALYTICS, is_prefix=True),
    ],
    second=[entry("second", Category.NECESSARY), entry("pre_x", Category.MARKETING)],
    vendors=VendorIndex(
        [
            ("Tracker", "ad", ["*.tracker.example"]),
            ("Numbers", "analytics", ["*.numbers.example"]),
            ("Films", "video", ["*.films.example"]),
        ]
    ),
)


@pytest.mark.parametrize(
    ("name", "domain", "source", "category"),
    [
        ("known", "www.tracker.example", LabelSource.NAME_AND_DOMAIN, Category.MARKETING),
        ("known", "www.numbers.example", LabelSource.NAME, Category.FUNCTIONAL),
        ("known", "shop.example", LabelSource.NAME, Category.FUNCTIONAL),
        ("pre_x", "www.numbers.example", LabelSource.VENDOR, Category.ANALYTICS),
        ("pre_x", "films.example", LabelSource.PREFIX, Category.ANALYTICS),
        ("second", "www.tracker.example", LabelSource.VENDOR, Category.MARKETING),
        ("second", "shop.example", LabelSource.SECOND_DATABASE, Category.NECESSARY),
        ("unheard", "films.example", LabelSource.NONE, Category.UNCLASSIFIED),
        ("unheard", "shop.example", LabelSource.NONE, Category.UNCLASSIFIED),
    ],
)
def test_the_most_trusted_source_is_believed(name, domain, source, category):
    """Name and domain, then name, vendor of the domain, prefix, second database, nothing."""
    party = Party.FIRST if domain == "shop.example" else Party.THIRD

    label = label_of(name, domain, party, database=EVERYTHING)

    assert (label.source, label.category) == (source, category)


def test_a_business_tells_nothing_about_its_own_site():
    """An advertiser's own shop has carts and logins; its company name stays."""
    label = label_of("unheard", "tracker.example", Party.FIRST, database=EVERYTHING)

    assert (label.category, label.vendor) == (Category.UNCLASSIFIED, "Tracker")


def test_a_company_is_named_even_where_its_business_tells_no_purpose():
    label = label_of("unheard", "films.example", Party.THIRD, database=EVERYTHING)

    assert (label.category, label.vendor) == (Category.UNCLASSIFIED, "Films")


def test_a_name_pattern_on_the_sites_own_domain_names_the_vendor():
    label = label_of("_ga", "shop.example", Party.FIRST)

    assert (label.vendor, label.category) == ("Google Analytics", Category.ANALYTICS)
    assert label.privacy_url == "https://business.safety.google/privacy/"
    assert label.declared_retention == "2 years"
    assert label.exemption is Exemption.NOT_EXEMPT


def test_a_third_partys_cookie_is_not_given_another_vendors_policy():
    """The domain says whose it is; the entry's privacy page and retention are somebody else's."""
    label = label_of("known", "www.numbers.example", Party.THIRD, database=EVERYTHING)

    assert (label.vendor, label.privacy_url, label.declared_retention) == ("Numbers", None, None)


def test_unclassified_claims_nothing():
    label = label_of("unheard", "shop.example", Party.FIRST, database=EVERYTHING)

    assert (label.confidence, label.vendor, label.exemption) == (0.0, None, Exemption.UNDETERMINED)


def test_every_confidence_is_a_share():
    for name, domain in [("known", "tracker.example"), ("pre_9", "a.example"), ("second", "a.example")]:
        assert 0 < label_of(name, domain, Party.THIRD, database=EVERYTHING).confidence < 1


def test_each_key_is_labelled_once_with_its_phases_in_order():
    """A cookie seen in several phases is one cookie; the phases stand in the order of the visit."""
    seen = evidence(
        sent("_ga", phase=ConsentPhase.REJECTED),
        observed("_ga", phase=ConsentPhase.BEFORE),
        observed("_ga", phase=ConsentPhase.ACCEPTED),
    )

    (cookie,) = classify(seen, "shop.example").cookies

    assert cookie.phases == (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)


def test_cookies_are_ordered_by_name_domain_and_path():
    seen = evidence(observed("b"), observed("a", "www.shop.example"), observed("a", "ads.example"))

    labelled = classify(seen, "shop.example")

    assert [(c.key.name, c.key.domain) for c in labelled.cookies] == [
        ("a", "ads.example"),
        ("a", "www.shop.example"),
        ("b", "shop.example"),
    ]


def test_a_partition_makes_another_cookie():
    seen = evidence(
        observed("a", "ads.example"), observed("a", "ads.example", partition="https://shop.example")
    )

    assert len(classify(seen, "shop.example").cookies) == 2


def test_the_party_is_told_by_registrable_domain():
    seen = evidence(observed("a", "cdn.shop.example"), observed("b", "shop.test"))

    assert [c.party for c in classify(seen, "shop.example").cookies] == [Party.FIRST, Party.THIRD]


def test_the_longest_lifetime_of_any_phase_counts_for_the_exemption():
    """A session cookie that becomes a yearly one after accepting is no session cookie."""
    seen = evidence(
        observed("PHPSESSID"),
        observed("PHPSESSID", phase=ConsentPhase.ACCEPTED, is_session=False, lifetime_seconds=31_536_000),
    )

    (cookie,) = classify(seen, "shop.example").cookies

    assert cookie.label.exemption is Exemption.UNDETERMINED


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([observed("PHPSESSID")], Exemption.EXEMPT),
        ([sent("PHPSESSID")], Exemption.UNDETERMINED),
        ([observed("PHPSESSID"), sent("PHPSESSID", phase=ConsentPhase.ACCEPTED)], Exemption.EXEMPT),
        ([observed("PHPSESSID", is_session=False)], Exemption.UNDETERMINED),
        (
            [
                observed("PHPSESSID"),
                observed("PHPSESSID", phase=ConsentPhase.ACCEPTED, is_session=False, expires_at=NOON),
            ],
            Exemption.UNDETERMINED,
        ),
    ],
    ids=["session", "only sent", "set, then sent", "end unknown", "session, then end unknown"],
)
def test_a_lifetime_that_was_not_seen_exempts_nothing(observations, expected):
    """A session cookie has no lifetime; neither has one whose lifetime nobody saw, which is no short one."""
    (cookie,) = classify(evidence(*observations), "shop.example").cookies

    assert cookie.label.exemption is expected
    if expected is Exemption.UNDETERMINED:
        assert cookie.label.exemption_reason.endswith("but how long this one lives was not seen.")


@pytest.mark.parametrize("name", ["OptanonConsent", "exempt-by-the-list-alone"])
def test_an_exempt_cookie_owes_its_category_to_the_curated_list(name, monkeypatch):
    """No database calls it necessary, so no database is named for it, nor its confidence claimed."""
    listed = CuratedEntry(
        exemption=Exemption.EXEMPT, reason="Keeps the choice.", authority="CNIL", max_days=None
    )
    monkeypatch.setattr(CuratedList, "find", lambda self, name: listed)

    label = label_of(name, "shop.example", Party.FIRST)

    assert (label.category, label.source) == (Category.NECESSARY, LabelSource.CURATED)
    assert label.confidence == 0.95


def test_the_evidence_and_the_data_version_travel_along():
    seen = evidence(observed())
    labelled = classify(seen, "shop.example")

    assert labelled.evidence is seen
    assert labelled.site == "shop.example"
    assert labelled.data_version == data_version() == default_database().version


def test_nothing_observed_is_nothing_labelled():
    assert classify(evidence(), "shop.example").cookies == ()


@pytest.mark.parametrize(
    ("name", "domain", "category"),
    [
        ("known", "shop.example", None),  # what a database calls functional by its name is anything
        ("known", "www.tracker.example", Category.MARKETING),
        ("pre_x", "films.example", Category.ANALYTICS),
        ("second", "shop.example", None),  # the second database is right in half of all cases
        ("unheard", "shop.example", None),
    ],
)
def test_what_the_databases_say_is_kept_where_they_are_sure_enough(name, domain, category):
    party = Party.FIRST if domain == "shop.example" else Party.THIRD

    assert label_of(name, domain, party, database=EVERYTHING).database_category is category


def test_a_label_carries_the_ground_of_its_exemption():
    label = label_of("OptanonConsent", "shop.example", Party.FIRST)

    assert label.exemption_ground is ExemptionGround.CONSENT_CHOICE
