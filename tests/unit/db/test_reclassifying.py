"""A stored scan labelled and judged anew: what was observed stays, and twice is as good as once."""

from __future__ import annotations

import dataclasses

import pytest

from scanjobs import classification, pipeline
from scanjobs.classification.statements import statement
from scanjobs.classification.updates import FILE_NAME
from scanjobs.db import declarations, overrides, scans, session
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.errors import CookieDataError, NotFoundError
from scanjobs.rules import evaluate
from tests.factories import (
    NOON,
    declaration,
    declared,
    evidence,
    observed,
    scan_record,
    stored_item,
)

ID = "5f3a9c1e-0000-4000-8000-000000000001"


@pytest.fixture
def scan(settings):
    """A scan as an import would have stored it when nobody had said anything."""
    seen = evidence(
        observed("_ga", initiator="https://shop.example/app.js:1"),
        observed("_ga", phase=ConsentPhase.ACCEPTED),
        observed("shop_x"),
        storage=(stored_item("shop_y"),),
    )
    labelled = classification.classify(seen, "shop.example")
    record = scan_record(
        *labelled.cookies,
        id=ID,
        data_version=labelled.data_version,
        hosts=labelled.hosts,
        storage=labelled.storage,
        captures=seen.captures,
        gaps=(),
        findings=evaluate(labelled, "eu"),
    )
    scans.add_scan(settings, record)
    return record


def say(settings, name, **changes):
    overrides.put_overrides(settings, [statement(**{"name": name, "created_at": NOON} | changes)])


def labels(settings):
    record = scans.load_scan(settings, ID)
    return {thing.key.name: thing.label for thing in (*record.cookies, *record.storage)}


def outcome(settings, rule_id):
    return next(f.outcome.value for f in scans.load_scan(settings, ID).findings if f.rule_id == rule_id)


def test_nothing_new_changes_nothing(settings, scan):
    came = pipeline.reclassify_scan(settings, ID)

    assert (came.relabelled, came.findings_changed) == (0, 0)
    assert scans.load_scan(settings, ID) == scan


def test_what_users_said_since_is_followed(settings, scan):
    say(settings, "shop_*", category="marketing", site="shop.example")
    say(settings, "_ga", exempt=True, reason="As the CNIL asks")

    came = pipeline.reclassify_scan(settings, ID[:6])

    after = labels(settings)
    assert after["shop_x"].source is after["shop_y"].source is LabelSource.SITE_OVERRIDE
    assert (after["_ga"].exemption, after["_ga"].category) == (Exemption.EXEMPT, Category.ANALYTICS)
    assert came.relabelled == 3
    assert came.findings_changed > 0
    assert outcome(settings, "D04") == "pass"


def test_a_declaration_that_came_later_is_compared(settings, scan):
    assert outcome(settings, "D03") == "not_evaluable"
    declarations.add_declaration(settings, declaration(declared("_ga")))

    pipeline.reclassify_scan(settings, ID)

    assert labels(settings)["_ga"].source is LabelSource.DECLARATION
    assert outcome(settings, "D03") == "fail"
    assert scans.load_scan(settings, ID).declaration == declaration(declared("_ga"))


def test_what_was_observed_stays(settings, scan):
    say(settings, "_ga", category="functional")
    pipeline.reclassify_scan(settings, ID)

    after = scans.load_scan(settings, ID)
    assert after.labelled.evidence == scan.labelled.evidence
    assert (after.profile, after.tool_version, after.created_at) == (
        scan.profile,
        scan.tool_version,
        scan.created_at,
    )


def test_twice_is_harmless(settings, scan):
    say(settings, "_ga", category="functional")
    pipeline.reclassify_scan(settings, ID)
    once = scans.load_scan(settings, ID)

    again = pipeline.reclassify_scan(settings, ID)

    assert (again.relabelled, again.findings_changed) == (0, 0)
    assert scans.load_scan(settings, ID) == once


def test_it_is_done_whole_or_not_at_all(settings, scan, monkeypatch):
    say(settings, "_ga", category="functional")

    def fail(*_):
        raise RuntimeError("the power went")

    monkeypatch.setattr(scans, "_finding_row", fail)
    with pytest.raises(RuntimeError):
        pipeline.reclassify_scan(settings, ID)

    monkeypatch.undo()
    session.dispose()
    assert scans.load_scan(settings, ID) == scan


def test_the_scan_tells_which_data_it_was_labelled_by(settings, scan, tmp_path):
    bundled = scan.data_version
    settings.home.mkdir(exist_ok=True)
    (settings.home / FILE_NAME).write_text(_data("3000.1"))

    came = pipeline.reclassify_scan(settings, ID)

    assert came.data_version.startswith("3000.1+")
    assert scans.load_scan(settings, ID).data_version == came.data_version != bundled


def test_damaged_data_leaves_the_scan_as_it_was(settings, scan):
    settings.home.mkdir(exist_ok=True)
    (settings.home / FILE_NAME).write_text("{")

    with pytest.raises(CookieDataError):
        pipeline.reclassify_scan(settings, ID)

    assert scans.load_scan(settings, ID) == scan


def test_a_scan_that_is_gone_is_told(settings, scan):
    with pytest.raises(NotFoundError):
        pipeline.reclassify_scan(settings, "abcd")
    with pytest.raises(NotFoundError):
        scans.relabel_scan(settings, dataclasses.replace(scan, id="5f3a9c1e-0000-4000-8000-000000000009"))


def _data(version):
    from importlib import resources

    text = resources.files("scanjobs.classification").joinpath("data/cookies.json").read_text("utf-8")
    return text.replace('"version": "2026.1"', f'"version": "{version}"', 1)
