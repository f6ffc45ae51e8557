"""Who is believed: users for the site, users, the site, the lists, the databases, the form of a name."""

from __future__ import annotations

import pytest

from scanjobs.classification import CookieDatabase, classify, label_of
from scanjobs.classification.answers import Subject
from scanjobs.classification.classify import explain
from scanjobs.classification.database import CookieEntry
from scanjobs.classification.said import Said
from scanjobs.classification.vendors import VendorIndex
from scanjobs.domain.cookies import Party
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from tests.factories import NOON, declaration, declared, evidence, observed, stored_item

HERE, ELSEWHERE = "shop.example", "other.example"


def override(name="_ga", **changes):
    """A statement that a cookie is functional, about every domain and site."""
    values = {
        "name": name,
        "domain": None,
        "site": None,
        "category": Category.FUNCTIONAL,
        "vendor": None,
        "exemption": None,
        "reason": None,
        "created_at": NOON,
    }
    return Override(**(values | changes))


def said(*overrides, lines=None, site=HERE):
    return Said(site, overrides, declaration(*lines) if lines else None)


def label(name="_ga", domain=HERE, party=Party.FIRST, *, of=None, **changes):
    return label_of(name, domain, party, said=of or said(), **changes)


def entry(name, category, *, is_prefix=False):
    return CookieEntry(name, f"{name} & Co", category, (), None, None, is_prefix)


def test_every_source_is_asked_in_the_order_of_trust():
    """One cookie that everybody knows, and says something else about."""
    database = CookieDatabase(
        version="test",
        documented=[entry("AWSALB", Category.FUNCTIONAL)],
        cookies=[entry("AWSALB", Category.NECESSARY), entry("AWS", Category.FUNCTIONAL, is_prefix=True)],
        second=[entry("AWSALB", Category.NECESSARY)],
    )
    people = said(
        override("AWSALB", category=Category.MARKETING),
        override("AWSALB", site=HERE, category=Category.NECESSARY),
        lines=[declared("AWSALB", category=Category.FUNCTIONAL)],
    )

    found = explain(Subject(name="AWSALB", host=HERE, party=Party.FIRST), 0, database, people)

    assert [answer.source for answer in found.answers] == [
        LabelSource.SITE_OVERRIDE,
        LabelSource.OVERRIDE,
        LabelSource.DECLARATION,
        LabelSource.CURATED,
        LabelSource.DOCUMENTED,
        LabelSource.NAME,
        LabelSource.SECOND_DATABASE,
    ]
    assert found.label.source is LabelSource.SITE_OVERRIDE


@pytest.mark.parametrize(
    ("people", "source", "category"),
    [
        (
            said(override(), override(site=HERE, category=Category.NECESSARY)),
            LabelSource.SITE_OVERRIDE,
            Category.NECESSARY,
        ),
        (said(override(site=ELSEWHERE)), LabelSource.NAME, Category.ANALYTICS),
        (said(override(), lines=[declared("_ga")]), LabelSource.OVERRIDE, Category.FUNCTIONAL),
        (said(lines=[declared("_ga")]), LabelSource.DECLARATION, Category.NECESSARY),
        (said(lines=[declared("_ga", category=None)]), LabelSource.NAME, Category.ANALYTICS),
        (said(lines=[declared("_ga", category=Category.UNCLASSIFIED)]), LabelSource.NAME, Category.ANALYTICS),
        (
            said(lines=[declared("_ga"), declared("_ga", category=Category.MARKETING)]),
            LabelSource.NAME,
            Category.ANALYTICS,
        ),
        (
            said(lines=[declared("_ga", type=DeclaredType.LOCAL_STORAGE)]),
            LabelSource.NAME,
            Category.ANALYTICS,
        ),
    ],
)
def test_people_come_before_databases(people, source, category):
    """A declaration that contradicts itself, or speaks of something else, says nothing."""
    found = label(of=people)

    assert (found.source, found.category) == (source, category)


@pytest.mark.parametrize(
    ("closest", "others"),
    [
        (override(category=Category.NECESSARY), [override("_g*"), override("_*")]),
        (override("_ga*", category=Category.NECESSARY), [override("_g*", domain=HERE)]),
        (override(domain=HERE, category=Category.NECESSARY), [override()]),
        (override(domain=f"www.{HERE}", category=Category.NECESSARY), [override(domain=HERE)]),
        (override("_*", site=HERE, category=Category.NECESSARY), [override(domain=HERE)]),
    ],
)
def test_the_closest_statement_counts(closest, others):
    """The site before the name, the whole name before its beginning, a domain before any."""
    assert label(domain=f"www.{HERE}", of=said(*others, closest)).category is Category.NECESSARY


@pytest.mark.parametrize("name", ["_gat", "ga", "_GA", "_g"])
def test_a_statement_about_one_name_says_nothing_of_others(name):
    assert label(name, of=said(override())).source is not LabelSource.OVERRIDE


@pytest.mark.parametrize("domain", ["notshop.example", "example"])
def test_a_statement_about_one_domain_says_nothing_of_others(domain):
    assert label(domain=domain, of=said(override(domain=HERE))).source is not LabelSource.OVERRIDE


def test_what_one_statement_leaves_open_the_next_may_say():
    found = label(of=said(override(site=HERE, category=None, vendor="Shop Ltd"), override()))

    assert (found.vendor, found.category, found.source) == (
        "Shop Ltd",
        Category.FUNCTIONAL,
        LabelSource.OVERRIDE,
    )
    assert found.privacy_url is None  # it is another company's


def test_what_the_databases_say_is_kept_whoever_has_the_last_word():
    """Rule D03 compares the declaration with it."""
    for people in (said(override(category=Category.NECESSARY)), said(lines=[declared("_ga")])):
        assert label(of=people).database_category is Category.ANALYTICS


class TestExemption:
    def test_a_user_may_exempt_anything_with_a_reason(self):
        """Audience measurement can be exempt in some countries; it stays audience measurement."""
        found = label(
            of=said(override(category=None, exemption=Exemption.EXEMPT, reason="Set up as the CNIL asks."))
        )

        assert (found.exemption, found.category) == (Exemption.EXEMPT, Category.ANALYTICS)
        assert found.exemption_reason == "A user says so: Set up as the CNIL asks."

    def test_a_user_may_take_an_exemption_away(self):
        people = said(
            override("PHPSESSID", category=None, exemption=Exemption.NOT_EXEMPT, reason="It follows visitors")
        )
        found = label("PHPSESSID", of=people, lifetime_seconds=0)

        assert (found.exemption, found.exemption_reason) == (
            Exemption.NOT_EXEMPT,
            "A user says so: It follows visitors.",
        )

    def test_what_a_user_calls_tracking_needs_consent_even_where_the_list_knows_the_name(self):
        found = label(
            "PHPSESSID", of=said(override("PHPSESSID", category=Category.ANALYTICS)), lifetime_seconds=0
        )

        assert found.exemption is Exemption.NOT_EXEMPT
        assert found.exemption_reason.startswith("A user says that it serves analytics.")
        assert found.exemption_ground is None

    def test_what_a_user_calls_necessary_is_not_exempt_for_that(self):
        found = label("x_custom", of=said(override("x_custom", category=Category.NECESSARY)))

        assert found.exemption is Exemption.UNDETERMINED
        assert found.exemption_reason.startswith("A user calls it necessary;")

    @pytest.mark.parametrize("name", ["x_custom", "_ga", "_fbp", "IDE"])
    def test_a_declaration_never_exempts(self, name):
        found = label(name, of=said(lines=[declared(name)]))

        assert found.category is Category.NECESSARY
        assert found.exemption is not Exemption.EXEMPT

    @pytest.mark.parametrize("name", ["_ga", "_fbp"])
    def test_a_tracker_that_is_declared_necessary_still_needs_consent(self, name):
        assert label(name, of=said(lines=[declared(name)])).exemption is Exemption.NOT_EXEMPT

    def test_a_declaration_can_speak_against_an_exemption(self):
        """Whoever says of their own cookie that it is for marketing is believed."""
        lines = [declared("PHPSESSID", category=Category.MARKETING)]

        found = label("PHPSESSID", of=said(lines=lines), lifetime_seconds=0)

        assert (found.category, found.exemption) == (Category.MARKETING, Exemption.UNDETERMINED)

    def test_what_is_declared_as_tracking_needs_consent(self):
        lines = [declared("x_custom", category=Category.ANALYTICS)]

        assert label("x_custom", of=said(lines=lines)).exemption is Exemption.NOT_EXEMPT

    def test_the_list_still_exempts_what_is_declared_harmless(self):
        found = label("PHPSESSID", of=said(lines=[declared("PHPSESSID")]), lifetime_seconds=0)

        assert (found.exemption, found.source) == (Exemption.EXEMPT, LabelSource.DECLARATION)
        assert found.exemption_ground is ExemptionGround.USER_INPUT


class TestDocumentation:
    def test_it_comes_before_what_a_database_says_of_the_very_name(self):
        found = label("_hjFirstSeen")

        assert (found.source, found.category, found.vendor) == (
            LabelSource.DOCUMENTED,
            Category.ANALYTICS,
            "Hotjar",
        )

    def test_a_name_that_is_documented_for_a_domain_means_nothing_elsewhere(self):
        assert label("test_cookie", "doubleclick.net", Party.THIRD).source is LabelSource.DOCUMENTED
        assert label("test_cookie").source is not LabelSource.DOCUMENTED

    def test_the_longest_prefix_is_meant(self):
        database = CookieDatabase(
            version="test",
            documented=[
                entry("ab_", Category.MARKETING, is_prefix=True),
                entry("ab_cart_", Category.FUNCTIONAL, is_prefix=True),
            ],
        )

        assert label("ab_cart_1", database=database).category is Category.FUNCTIONAL


class TestNamesOfServers:
    DATABASE = CookieDatabase(
        version="test",
        cookies=[entry("SERVERID", Category.FUNCTIONAL)],
        vendors=VendorIndex([("Ads", "ad", ["*.ads.example"]), ("Net", "cdn", ["*.net.example"])]),
    )

    def test_a_balancer_on_an_advertisers_domain_serves_the_advertiser(self):
        found = label("SERVERID", "ads.example", Party.THIRD, database=self.DATABASE)

        assert (found.source, found.category) == (LabelSource.VENDOR, Category.MARKETING)

    @pytest.mark.parametrize("domain", ["net.example", "unknown.example"])
    def test_elsewhere_its_name_tells_what_it_is_for(self, domain):
        """A database says functional for want of a better word; the list of exempt cookies has one."""
        found = label("SERVERID", domain, Party.THIRD, database=self.DATABASE)

        assert (found.source, found.category) == (LabelSource.NAME, Category.NECESSARY)
        assert found.exemption is Exemption.UNDETERMINED


class TestGuesses:
    def test_a_guess_is_the_last_resort_and_says_so(self):
        found = label("shop_cart_id", database=CookieDatabase(version="test"))

        assert (found.source, found.category) == (LabelSource.HEURISTIC, Category.FUNCTIONAL)
        assert found.confidence <= 0.5
        assert found.database_category is None

    @pytest.mark.parametrize("name", ["my_campaign", "visitor_id", "my_csrf_token", "site_consent"])
    def test_a_guess_neither_condemns_nor_exempts(self, name):
        assert label(name, database=CookieDatabase(version="test")).exemption is Exemption.UNDETERMINED


def test_a_scan_is_labelled_as_people_say():
    seen = evidence(
        observed("_ga"),
        observed("hl_x"),
        storage=(stored_item("hl_y"), stored_item("_hjid")),
    )
    labelled = classify(
        seen,
        HERE,
        overrides=[override("hl_*", category=Category.MARKETING, site=HERE)],
        declaration=declaration(
            declared("_ga", category=Category.FUNCTIONAL),
            declared("_hjid", category=Category.FUNCTIONAL, type=DeclaredType.LOCAL_STORAGE),
        ),
    )

    labels = {thing.key.name: thing.label for thing in (*labelled.cookies, *labelled.storage)}
    assert {name: (one.source, one.category) for name, one in labels.items()} == {
        "_ga": (LabelSource.DECLARATION, Category.FUNCTIONAL),
        "hl_x": (LabelSource.SITE_OVERRIDE, Category.MARKETING),
        "hl_y": (LabelSource.SITE_OVERRIDE, Category.MARKETING),
        "_hjid": (LabelSource.DECLARATION, Category.FUNCTIONAL),
    }


def test_other_sites_statements_are_not_heard():
    labelled = classify(evidence(observed("_ga")), HERE, overrides=[override(site=ELSEWHERE)])

    assert labelled.cookies[0].label.source is LabelSource.NAME
