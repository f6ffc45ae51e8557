"""Scans: stored whole or not at all, found by the beginning of their id, read back as they were."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from scanjobs.db import declarations, models, scans, session
from scanjobs.domain.cookies import ConsentPhase, SameSite
from scanjobs.domain.evidence import Gap, GapKind, HostContact, PageLoad, RawFile, RuleInput, Skipped
from scanjobs.domain.purposes import Category, ExemptionGround
from scanjobs.domain.storage import StorageKind
from scanjobs.errors import AmbiguousIdError, NotFoundError
from tests import factories
from tests.factories import NOON, capture, labelled, observed, scan_record, sent


def stored(settings, scan_id="5f3a9c1e-0000-4000-8000-000000000001", **changes):
    scan = scan_record(**{"id": scan_id, **changes})
    scans.add_scan(settings, scan)
    return scan


def test_a_scan_comes_back_as_it_was(settings):
    scan = scan_record(
        labelled(
            observed(
                "_ga",
                ".shop.example",
                expires_at=NOON + timedelta(days=400, microseconds=123),
                lifetime_seconds=34_560_000,
                is_session=False,
                same_site=SameSite.NONE,
                kept_value="ünïcode \x00 \U0001f36a",
            ),
            observed("_ga", ".shop.example", phase=ConsentPhase.ACCEPTED, observed_at=None),
        ),
        labelled(sent("_fbp", partition="https://shop.example")),
        captures=(
            capture(skipped=(Skipped(reason="no URL", count=2),)),
            capture(ConsentPhase.ACCEPTED, tool=None, captured_at=None, complete=False),
        ),
        gaps=(Gap(kind=GapKind.TRUNCATED, detail="It ended early.", file_name="a.har"),),
        captured_at=None,
    )

    scans.add_scan(settings, scan)

    assert scans.load_scan(settings, scan.id) == scan


def test_all_that_was_seen_beside_cookies_comes_back_as_it_was(settings):
    said = factories.declaration(factories.declared("_ga", category=None, lifetime_seconds=63_072_000))
    declarations.add_declaration(settings, said)
    visited = PageLoad(
        url="http://shop.example/",
        phase=ConsentPhase.BEFORE,
        status=301,
        redirects_to="https://shop.example/",
        at=NOON,
        is_challenge=True,
    )
    contact = HostContact(
        host="ads.example",
        phase=ConsentPhase.BEFORE,
        requests=3,
        first_url="https://ads.example/",
        first_at=NOON,
        initiator="https://shop.example/app.js:12",
        called_tracking=2,
    )
    scan = scan_record(
        labelled(
            observed("_ga", initiator="https://shop.example/app.js:1", renewals=2),
            label=factories.label(
                exemption_ground=ExemptionGround.SECURITY, database_category=Category.MARKETING
            ),
        ),
        captures=(
            capture(
                inputs=frozenset({RuleInput.COOKIES, RuleInput.PAGES}),
                third_party_cookies_work=True,
                banner=False,
                files=(RawFile(file_name="page.png", sha256="ab" * 32, size=9),),
            ),
        ),
        hosts=factories.labelled_hosts(contact),
        storage=(
            factories.labelled_item(
                factories.stored_item(),
                factories.stored_item(phase=ConsentPhase.ACCEPTED, value=None, observed_at=None),
            ),
            factories.labelled_item(factories.stored_item(kind=StorageKind.INDEXED_DB, kept_value="x")),
        ),
        pages=(visited,),
        declaration=said,
    )

    scans.add_scan(settings, scan)

    assert scans.load_scan(settings, scan.id) == scan
    assert declarations.declaration_of_site(settings, "shop.example") == said


def test_twenty_thousand_cookies_come_in_chunks_and_in_order(settings):
    cookies = tuple(labelled(observed(f"c{number:05}")) for number in range(scans.CHUNK * 2 + 1))
    told = []

    scans.add_scan(settings, scan_record(*cookies), lambda done, total: told.append((done, total)))

    assert told == [(500, 1001), (1000, 1001), (1001, 1001)]
    assert scans.load_scan(settings, "latest").cookies == cookies


def test_a_scan_is_invisible_until_it_is_whole(settings):
    seen = []

    scans.add_scan(settings, scan_record(), lambda *_: seen.append(scans.list_scans(settings)))

    assert seen == [[]]
    assert len(scans.list_scans(settings)) == 1


def test_what_fails_half_way_leaves_nothing(settings):
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scans.add_scan(settings, scan_record(), interrupt)

    with session.reading(settings) as reader:
        for model in (models.Scan, models.Cookie, models.Observation):
            assert reader.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_what_a_killed_import_left_is_swept_by_a_later_one(settings):
    with session.transaction(settings) as writer:
        values = scans._scan_row(scan_record(id="dead", created_at=NOON))
        writer.execute(sa.insert(models.Scan).values(**values))

    stored(settings, created_at=NOON + scans.ABANDONED_AFTER + timedelta(seconds=1))

    with session.reading(settings) as reader:
        assert reader.scalars(sa.select(models.Scan.id)).all() == ["5f3a9c1e-0000-4000-8000-000000000001"]


def test_a_scan_is_found_by_the_beginning_of_its_id(settings):
    one = stored(settings, "5f3a9c1e-0000-4000-8000-000000000001")
    other = stored(settings, "5f3b0000-0000-4000-8000-000000000002")

    assert scans.find_scan(settings, "5f3a").id == one.id
    assert scans.find_scan(settings, "5F3B0").id == other.id
    assert scans.find_scan(settings, "latest").id == other.id
    assert scans.find_scan(settings, one.id).id == one.id


def test_a_prefix_that_names_two_is_refused_with_both(settings):
    stored(settings, "5f3a9c1e-0000-4000-8000-000000000001")
    stored(settings, "5f3a0000-0000-4000-8000-000000000002")

    with pytest.raises(AmbiguousIdError, match=r"5f3a9c1e, 5f3a0000"):
        scans.find_scan(settings, "5f3a")


@pytest.mark.parametrize("prefix", ["abcd", "no such", "%%%%", "____", "5f3a9c1e-ffff", ""])
def test_what_is_not_there_is_not_found(settings, prefix):
    stored(settings)

    with pytest.raises(NotFoundError):
        scans.find_scan(settings, prefix)


def test_a_short_prefix_is_refused(settings):
    stored(settings)

    with pytest.raises(AmbiguousIdError, match="too short"):
        scans.find_scan(settings, "5f3")


def test_the_first_scan_is_hinted_at(settings):
    with pytest.raises(NotFoundError, match="no scan yet"):
        scans.find_scan(settings, "latest")


def test_a_known_file_leads_to_its_scans(settings):
    stored(settings, "5f3a9c1e-0000-4000-8000-000000000001")
    newer = stored(settings, "5f3b9c1e-0000-4000-8000-000000000002")

    newest, oldest = scans.scans_with_capture(settings, "cd" * 32)

    assert (newest.id, oldest.id[:4]) == (newer.id, "5f3a")
    assert scans.capture_phases(settings, newest.id) == {"cd" * 32: ConsentPhase.BEFORE}
    assert scans.scans_with_capture(settings, "ef" * 32) == []


def test_values_in_scans_are_frozen(settings):
    stored(settings)

    with pytest.raises(dataclasses.FrozenInstanceError):
        scans.find_scan(settings, "latest").site = "other.example"
