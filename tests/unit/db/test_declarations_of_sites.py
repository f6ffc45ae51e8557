"""Declarations: the newest of a site is in force, older ones stay with the scans that rest on them."""

from __future__ import annotations

import dataclasses

from scanjobs.db import declarations, scans, site_scans
from scanjobs.domain.ids import new_id
from tests import factories


def declared(settings, **changes):
    said = dataclasses.replace(
        factories.declaration(factories.declared("_ga")), **{"id": new_id(), **changes}
    )
    declarations.add_declaration(settings, said)
    return said


def test_the_newest_is_in_force(settings):
    declared(settings)
    second = declared(settings)
    declared(settings, site="other.example")

    assert declarations.declaration_of_site(settings, "shop.example") == second
    assert declarations.declaration_of_site(settings, "nobody.example") is None


def test_scans_that_do_not_know_it(settings):
    """Those without any, and those with an older one; of this site alone."""
    first, second = declared(settings), declared(settings)
    for declaration, site in (
        *((None, "shop.example"), (first, "shop.example"), (second, "shop.example")),
        (None, "other.example"),
    ):
        scans.add_scan(settings, factories.scan_record(id=new_id(), site=site, declaration=declaration))

    assert site_scans.scans_without(settings, second) == 2
    assert site_scans.scans_without(settings, first) == 2


def test_an_old_declaration_stays_with_its_scan(settings):
    first = declared(settings)
    scan = factories.scan_record(declaration=first)
    scans.add_scan(settings, scan)
    declared(settings)

    assert scans.load_scan(settings, scan.id).declaration == first
