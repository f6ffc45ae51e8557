"""What a scan gives to tell stands in the transaction that shows it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanjobs import pipeline
from scanjobs.classification.statements import statement
from scanjobs.config import Settings
from scanjobs.db import events, overrides, scans, site_scans
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.events import EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.ids import new_id
from scanjobs.errors import CaptureError, StorageError, UsageError
from tests.factories import NOON, capture, labelled, labelled_hosts, observed, scan_record
from tests.happened import happened, recorded_visit

Visit = Callable[..., pipeline.Imported]


@pytest.fixture
def visit(settings: Settings, tmp_path: Path) -> Visit:
    """Take in a visit of shop.example so many days after the first one."""

    def taken_in(*cookies: str, day: int = 0, **options: Any) -> pipeline.Imported:
        at = NOON + timedelta(days=day)
        path = recorded_visit(tmp_path / f"{day}.har", cookies, at)
        file = pipeline.CaptureFile(path=path, phase=ConsentPhase.BEFORE)
        return pipeline.import_scan(settings, [file], **options)

    return taken_in


def types(settings: Settings) -> list[EventType]:
    return [event.type for event in happened(settings)]


def test_the_first_scan_of_a_site_is_told(settings: Settings, visit: Visit) -> None:
    scan = visit("shop_x").scan

    (event,) = happened(settings)

    assert (event.type, event.site, event.scan_id) == (EventType.SCAN_IMPORTED, "shop.example", scan.id)
    assert (event.facts["cookies"], event.facts["phases"]) == (1, ["before"])


def test_what_is_known_already_is_not_told_again(settings: Settings, visit: Visit) -> None:
    visit("shop_x")

    assert not visit("shop_x").is_new
    assert len(happened(settings)) == 1


def test_a_violation_and_a_change_come_with_the_scan_that_shows_them(
    settings: Settings, visit: Visit
) -> None:
    first = visit("shop_x").scan
    second = visit("shop_x", "_gid", day=1).scan

    imported, violation, change = happened(settings)[1:]

    assert {event.scan_id for event in (imported, violation, change)} == {second.id}
    assert (violation.type, violation.severity) == (EventType.COMPLIANCE_VIOLATION, Severity.CRITICAL)
    assert "C01" in [finding["rule_id"] for finding in violation.facts["findings"]]
    assert (change.type, change.facts["older_scan_id"]) == (EventType.CHANGE_DETECTED, first.id)
    assert change.facts["added_names"] == ["_gid", "Google Analytics"]
    assert change.facts["findings"][0]["rule_id"] == "C01"


def test_the_scan_before_is_that_of_the_visit_before(settings: Settings, visit: Visit) -> None:
    """Captures may be taken in in any order: an old one is compared with what was older still."""
    visit("shop_x", "shop_new", day=9)
    visit("shop_x", day=1)
    visit("shop_x", "shop_mine", day=5)

    (change,) = happened(settings, EventType.CHANGE_DETECTED)

    assert change.facts["added_names"] == ["shop_mine"]


def test_what_users_say_is_no_change_of_the_site(settings: Settings, visit: Visit) -> None:
    visit("shop_x")
    said = statement(name="shop_x", created_at=NOON, category="marketing", site="shop.example")
    overrides.put_overrides(settings, [said])

    visit("shop_x", day=1)

    assert EventType.CHANGE_DETECTED not in types(settings)
    assert EventType.COMPLIANCE_VIOLATION in types(settings)


def test_what_users_said_and_took_back_is_no_change_either(settings: Settings, visit: Visit) -> None:
    said = statement(name="shop_x", created_at=NOON, category="marketing", site="shop.example")
    overrides.put_overrides(settings, [said])
    visit("shop_x")
    assert overrides.remove_override(settings, "shop_x", None, "shop.example")

    visit("shop_x", day=1)

    assert EventType.CHANGE_DETECTED not in types(settings)


def test_an_anomaly_is_told_beside_what_is_usual(settings: Settings, visit: Visit) -> None:
    for day in range(4):
        visit("shop_x", day=day)
    visit(*(f"shop_{number}" for number in range(9)), day=5)

    (event,) = happened(settings, EventType.ANOMALY_DETECTED)

    assert event.facts == {
        "scans": 4,
        "measures": [{"name": "cookies", "value": 9, "usual": 1, "low": 0, "high": 4}],
    }


def test_earlier_scans_count_where_they_saw_as_much(settings: Settings) -> None:
    """Not those of other phases or formats, nor incomplete ones, nor of later visits; the last come first."""
    scan = scan_record(id=new_id(), captured_at=NOON)
    hosts = [
        replace(host, party="third", vendor=vendor)
        for host, vendor in zip(
            labelled_hosts(*(replace(scan.hosts[0].contact, host=f"cdn{n}.example") for n in range(3))),
            ("One", "One", None),
            strict=True,
        )
    ]
    tracker = labelled(observed("_x", "tracker.example"), party="third")
    for days, changes in (
        (-3, {}),
        (-2, {"hosts": tuple(hosts)}),
        (-1, {"cookies": (labelled(), tracker)}),
        (-1, {"captures": (capture(ConsentPhase.ACCEPTED),)}),
        (-1, {"captures": (capture(format="cookies.txt"),)}),
        (-1, {"complete": False}),
        (-1, {"site": "other.example"}),
        (1, {}),
    ):
        visited = replace(scan, id=new_id(), captured_at=NOON + timedelta(days=days), hosts=())
        scans.add_scan(settings, replace(visited, **changes))  # type: ignore[arg-type]

    found = site_scans.counts_before(settings, scan, most=10)

    assert [(one.cookies, one.third_party_cookies, one.third_parties) for one in found] == [
        (2, 1, 0),
        (1, 0, 2),
        (1, 0, 0),
    ]
    assert site_scans.counts_before(settings, scan, most=2) == found[:2]


def test_what_cannot_be_shown_is_not_told(
    settings: Settings, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of an import fails after its events were written down: neither stays."""

    def break_off(settings: Settings, event: object) -> None:
        append(settings, event)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    append = events.append
    with monkeypatch.context() as patch:
        patch.setattr(scans, "append", break_off)
        with pytest.raises(KeyboardInterrupt):
            visit("shop_x")
    assert (scans.list_scans(settings), happened(settings)) == ([], [])

    visit("shop_x")
    assert types(settings) == [EventType.SCAN_IMPORTED]


def test_an_import_that_cannot_be_taken_in_is_told(settings: Settings, tmp_path: Path) -> None:
    files = [tmp_path / "broken.har", tmp_path / "gone.har"]
    files[0].write_text('{"log": {"entries": [')

    with pytest.raises(CaptureError) as refused:
        pipeline.import_scan(
            settings, [pipeline.CaptureFile(path=file) for file in files], site="www.shop.example"
        )

    (event,) = happened(settings)
    assert (event.type, event.subject, event.site) == (EventType.SCAN_FAILED, "broken.har", "shop.example")
    assert event.facts == {
        "files": ["broken.har", "gone.har"],
        "error": refused.value.message,
        "hint": refused.value.hint,
    }


def test_a_wrong_option_is_no_failed_import(settings: Settings, tmp_path: Path) -> None:
    file = pipeline.CaptureFile(path=recorded_visit(tmp_path / "visit.har", ["shop_x"]))

    with pytest.raises(UsageError):
        pipeline.import_scan(settings, [file], site="?")

    assert happened(settings) == []


def test_what_is_wrong_with_a_file_is_said_though_nobody_can_be_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(events, "append", refuse)
    with pytest.raises(CaptureError, match=r"gone\.har"):
        pipeline.import_scan(settings, [pipeline.CaptureFile(path=tmp_path / "gone.har")])

    assert "The disk is full." in caplog.text


def test_a_rule_that_fails_since_users_said_more_is_told_once(settings: Settings, visit: Visit) -> None:
    scan = visit("shop_x").scan
    said = statement(name="shop_x", created_at=NOON, category="marketing", site="shop.example")
    overrides.put_overrides(settings, [said])

    for _ in range(2):
        pipeline.reclassify_scan(settings, scan.id, job_id="a job")

    (event,) = happened(settings, EventType.COMPLIANCE_VIOLATION)
    assert (event.scan_id, event.job_id, event.severity) == (scan.id, "a job", Severity.CRITICAL)
    assert [finding["rule_id"] for finding in event.facts["findings"]] == ["C01"]
