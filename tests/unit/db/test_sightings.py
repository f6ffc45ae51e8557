"""A cookie is found in all scans: by its name or a pattern, of a domain, of a vendor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanjobs.db import driver, scans
from scanjobs.db.sighting_statements import STATEMENTS
from scanjobs.db.sightings import find_cookies
from scanjobs.domain.cookies import ConsentPhase, CookieKey
from scanjobs.domain.ids import new_id
from scanjobs.domain.purposes import Category
from scanjobs.domain.sightings import CookieQuery
from tests import factories
from tests.conftest import on_sqlite_only
from tests.factories import NOON, labelled, observed, scan_record

WEEK = timedelta(days=7)


def stored(settings, *cookies, week=0, **changes):
    """A scan of shop.example, captured so many weeks after the first one."""
    values = {"id": new_id(), "created_at": NOON + week * WEEK, "captured_at": NOON + week * WEEK}
    record = scan_record(*cookies, **{**values, **changes})
    scans.add_scan(settings, record)
    return record


def found(settings, name, **narrowed):
    return find_cookies(settings, CookieQuery(name=name, **narrowed))


def names(settings, pattern, **narrowed):
    return [sighting.name for sighting in found(settings, pattern, **narrowed)]


def cookie(name, domain="shop.example", category=Category.NECESSARY, vendor="Shop", **changes):
    return labelled(observed(name, domain, **changes), label=factories.label(category, vendor=vendor))


def test_a_cookie_is_told_since_when_how_often_and_in_which_phases(settings):
    stored(settings, cookie("_ga"), cookie("other"))
    stored(settings, cookie("_ga", phase=ConsentPhase.ACCEPTED), week=1)
    last = stored(settings, cookie("_ga", category=Category.ANALYTICS, vendor="Google"), week=2)
    stored(settings, cookie("other"), week=3)

    (sighting,) = found(settings, "_ga")

    assert (sighting.site, sighting.domain) == ("shop.example", "shop.example")
    assert (sighting.first_seen_at, sighting.last_seen_at) == (NOON, NOON + 2 * WEEK)
    assert (sighting.scans, sighting.scans_of_site, sighting.in_newest_scan) == (3, 4, False)
    assert sighting.phases == (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED)
    assert (sighting.category, sighting.vendor) == (Category.ANALYTICS, "Google")
    assert sighting.newest_scan_id == last.id


def test_each_site_and_each_domain_is_one(settings):
    stored(settings, cookie("a"), cookie("a", "ads.example"))
    stored(settings, cookie("a", "ads.example"), site="other.example")

    assert [(one.site, one.domain, one.scans_of_site) for one in found(settings, "a")] == [
        ("other.example", "ads.example", 1),
        ("shop.example", "ads.example", 1),
        ("shop.example", "shop.example", 1),
    ]


def test_several_paths_are_one_cookie_in_one_scan(settings):
    paths = [observed("a", key=CookieKey(name="a", domain="shop.example", path=path)) for path in "/xy"]
    stored(settings, *(labelled(seen) for seen in paths))

    (sighting,) = found(settings, "a")

    assert sighting.scans == 1


def test_when_nobody_knows_when_it_was_captured_the_import_counts(settings):
    stored(settings, cookie("a"), captured_at=None, week=5)

    assert found(settings, "a")[0].first_seen_at == NOON + 5 * WEEK


def test_an_import_that_has_not_ended_is_not_seen(settings, monkeypatch):
    monkeypatch.setattr(scans, "_surroundings", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        stored(settings, cookie("a"))

    assert found(settings, "a") == []


ALL = ("_ga", "_ga_1", "_GA_2", "_gaé", "_gb", "x%_y", "x-y", "[x]*", "ga_")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("_ga", ["_ga"]),
        ("_ga*", ["_ga", "_ga_1", "_gaé"]),
        ("_ga_*", ["_ga_1"]),
        ("*ga*", ["_ga", "_ga_1", "_gaé", "ga_"]),
        ("*_1", ["_ga_1"]),
        ("_*a*1", ["_ga_1"]),
        ("x*y", ["x%_y", "x-y"]),
        ("x%*", ["x%_y"]),
        ("x_y", []),
        ("[x]*", ["[x]*"]),
        ("*", sorted(ALL)),
        ("**", sorted(ALL)),
        ("nobody", []),
        ("", []),
        ("_g", []),
        ("_ga\U0010ffff*", []),
        ("\U0010ffff*", []),
        ("\ud7ff*", []),
        ("\udcff*", []),
        ("\udcff", []),
    ],
)
def test_patterns(settings, pattern, expected):
    stored(settings, *map(cookie, ALL))

    assert names(settings, pattern) == expected


def test_a_domain_and_those_below_it(settings):
    domains = ("ads.example", "eu.ads.example", "bads.example", "ads.example.test")
    stored(settings, *(cookie(f"c{number}", domain) for number, domain in enumerate(domains)))

    assert names(settings, "*", domain=".ADS.example") == ["c0", "c1"]
    assert names(settings, "c*", domain="*ads.example") == ["c0", "c1", "c2"]
    assert names(settings, "c2", domain="ads.example") == []


def test_a_vendor(settings):
    stored(settings, cookie("a", vendor="Google Ads"), cookie("b", vendor="Google"), cookie("c", vendor=None))

    assert names(settings, "*", vendor="google") == ["b"]
    assert names(settings, "*", vendor="Google*") == ["a", "b"]


@on_sqlite_only
@pytest.mark.parametrize("names", list(STATEMENTS)[:2])
def test_names_and_their_beginnings_are_looked_up_in_the_index(settings, names):
    stored(settings)
    values = dict.fromkeys(("name", "beginning", "behind", "pattern", "domain", "domains"), "a")

    with driver.read(settings) as connection:
        for statement in STATEMENTS[names]:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            read = [
                step for step in plan if step.startswith("SCAN") and step.split()[1] not in ("hits", "sums")
            ]

            assert any("SEARCH c USING INDEX ix_cookies_name (name" in step for step in plan), plan
            assert read == []
