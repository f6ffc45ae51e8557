"""What a report says beside its cookies: stored items, flows, what is declared, changed, to be declared."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from scanjobs.comparison import compare
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.evidence import HostContact
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelledHost
from scanjobs.domain.purposes import Category
from scanjobs.reports.document import Document, build_document
from scanjobs.reports.history import History
from scanjobs.reports.parts import Agreement, Lifespan
from tests import factories
from tests.factories import NOON, declared, labelled, labelled_item, observed, scan_record, stored_item
from tests.unit.reports.documents import document_of, rule_facts

DAY = 86_400


def test_each_cookie_stands_beside_what_is_declared_of_it() -> None:
    scan = scan_record(
        labelled(observed("as_said")),
        labelled(observed("too_long", is_session=False, lifetime_seconds=400 * DAY)),
        labelled(
            observed("tracker"),
            label=factories.label(Category.MARKETING, database_category=Category.MARKETING),
        ),
        labelled(observed("silent")),
        storage=(labelled_item(stored_item("theme")),),
        declaration=factories.declaration(
            declared("as_said"),
            declared("too_long", is_session=False, lifetime_seconds=30 * DAY, duration_words="1 month"),
            declared("tracker"),
            declared("theme", type=DeclaredType.LOCAL_STORAGE),
            declared("gone"),
        ),
    )

    part = document_of(scan).declared

    assert part is not None
    assert {row.name: row.agreement for row in part.rows} == {
        "as_said": Agreement.AGREES,
        "theme": Agreement.AGREES,
        "too_long": Agreement.DIFFERS,
        "tracker": Agreement.DIFFERS,
        "silent": Agreement.NOT_DECLARED,
        "gone": Agreement.NOT_OBSERVED,
    }
    assert part.rows[0].name == "silent"
    differences = {row.name: row.differences for row in part.rows if row.differences}
    assert differences == {
        "too_long": ("Declared to live 30 days, lives 400 days.",),
        "tracker": ("Declared as Necessary, known as Marketing.",),
    }
    assert part.sentence == (
        "Of what was observed, 2 agree with the declaration, 2 differ from it and 1 are not declared; "
        "1 of its lines speak of something that was not observed."
    )


def test_a_lifetime_that_one_line_leaves_open_is_no_difference() -> None:
    """As rule D02 has it: of several lines about a cookie, the one that does not say may mean longer."""
    scan = scan_record(
        labelled(observed("visitor", is_session=False, lifetime_seconds=400 * DAY)),
        declaration=factories.declaration(
            declared("visitor", is_session=False, lifetime_seconds=30 * DAY, duration_words="1 month"),
            declared("visitor", is_session=False, lifetime_seconds=None, duration_words="as needed"),
        ),
    )

    part = document_of(scan).declared

    assert part is not None
    assert [row.agreement for row in part.rows] == [Agreement.AGREES]


def test_without_a_declaration_nothing_is_compared() -> None:
    assert document_of(scan_record(labelled())).declared is None


def told_since(*older: str, newer: tuple[str, ...]) -> Document:
    """The document of a scan with cookies of the newer names, where an older scan had others."""
    before = scan_record(*(labelled(observed(name)) for name in older), captured_at=NOON - timedelta(days=30))
    now = scan_record(*(labelled(observed(name)) for name in newer))
    history = History(
        older=before,
        newer=now,
        comparison=compare(before, now),
        first_seen={"S03": NOON - timedelta(days=60)},
    )
    return build_document(
        dataclasses.replace(now, findings=(factories.finding(),)),
        factories.report_record(),
        tool_version="0.1.0",
        rule_book=rule_facts,
        history=history,
    )


def test_what_changed_since_the_last_scan() -> None:
    document = told_since("kept", "gone", newer=("kept", "new"))

    assert document.changes is not None
    assert [(row.kind_label, row.name) for row in document.changes.rows] == [
        ("added", "new"),
        ("removed", "gone"),
    ]
    assert document.changes.sentence == (
        "Since the scan of 31 January 2026: 1 cookie added; 1 cookie removed."
    )
    assert document.verdict.since == document.changes.sentence
    assert document.findings[0].first_seen_at == NOON - timedelta(days=60)


def test_that_nothing_changed_is_said() -> None:
    document = told_since("kept", newer=("kept",))

    assert document.verdict.since == (
        "Nothing that both scans could see has changed since the scan of 31 January 2026."
    )


def test_the_declaration_to_publish_tells_every_cookie_by_purpose() -> None:
    scan = scan_record(
        labelled(observed("session")),
        labelled(
            observed("_ga", is_session=False, lifetime_seconds=400 * DAY),
            label=factories.label(Category.ANALYTICS, vendor="Google"),
        ),
        labelled(observed("odd"), label=factories.label(Category.UNCLASSIFIED, vendor=None)),
        storage=(labelled_item(stored_item("theme")),),
        declaration=factories.declaration(declared("session", purpose="Keeps you signed in.")),
    )

    part = document_of(scan).declaration

    assert [(group.title, [row.name for row in group.rows]) for group in part.groups] == [
        ("Necessary", ["session", "theme"]),
        ("Analytics", ["_ga"]),
        ("Unclassified", ["odd"]),
    ]
    session, theme = part.groups[0].rows
    assert session.purpose == "Keeps you signed in."
    assert (theme.lifetime, theme.type) == ("until it is deleted", "Local storage, first party")
    (analytics,) = part.groups[1].rows
    assert (analytics.provider, analytics.lifetime) == ("Google (shop.example)", "400 days")
    assert any("1 cookie has no known purpose" in remark for remark in part.remarks)


def test_flows_tell_the_vendor_and_the_cookies_of_a_host() -> None:
    contact = HostContact(
        host="ads.tracker.example",
        phase=ConsentPhase.BEFORE,
        requests=3,
        first_url="https://ads.tracker.example/pixel",
        first_at=NOON,
        initiator="https://shop.example/tag.js",
    )
    scan = scan_record(
        labelled(observed("wide", "tracker.example", host_only=False), party=Party.THIRD),
        labelled(observed("narrow", "ads.tracker.example"), party=Party.THIRD),
        labelled(observed("other", "tracker.example"), party=Party.THIRD),
        hosts=(
            LabelledHost(contact=contact, party=Party.THIRD, vendor="Ads Inc", category=Category.MARKETING),
        ),
    )

    (row,) = document_of(scan).hosts

    assert (row.vendor, row.category, row.is_tracker) == ("Ads Inc", Category.MARKETING, True)
    assert (row.cookies, row.initiator) == (2, "https://shop.example/tag.js")


def test_lifetimes_fall_into_spans_and_long_ones_are_marked() -> None:
    def living(name: str, days: float) -> object:
        return labelled(observed(name, is_session=False, lifetime_seconds=int(days * DAY)))

    scan = scan_record(
        labelled(observed("session")), living("a", 1), living("b", 396), living("c", 398), living("d", 4000)
    )

    bars = {bar.key: (bar.count, bar.is_long) for bar in document_of(scan).summary.lifetimes}

    assert bars["session"] == (1, False)
    assert bars["day"] == (1, False)
    assert bars["limit"] == (1, False)
    assert bars["two_years"] == (1, True)
    assert bars["longer"] == (1, True)


def test_values_that_were_kept_are_in_no_raw_line() -> None:
    cookie = labelled(observed(raw_set_cookie="session=secret; Secure", kept_value="secret"))

    assert [line.line for line in document_of(scan_record(cookie)).raw_lines] == ["session=secret; Secure"]
    assert document_of(scan_record(cookie, values_kept=True)).raw_lines == ()


def test_a_clean_rule_has_no_first_time() -> None:
    passed = factories.finding("S01", Outcome.PASS, severity=Severity.HIGH, items=())

    assert document_of(scan_record(labelled(), findings=(passed,))).checklist[0].first_seen_at is None


def test_a_cookie_lives_as_long_as_the_longest_phase_lets_it() -> None:
    cookie = labelled(
        observed("_ga", phase=ConsentPhase.ACCEPTED, is_session=False, lifetime_seconds=730 * DAY),
        observed("_ga", phase=ConsentPhase.REJECTED),
    )

    document = document_of(scan_record(cookie))

    assert (document.cookies[0].lifetime, document.cookies[0].lifespan) == ("730 days", Lifespan.PERSISTENT)
    assert document.declaration.groups[0].rows[0].lifetime == "730 days"


def test_a_phase_without_cookies_tells_what_failed_in_it() -> None:
    grave = factories.finding("C02", Outcome.FAIL, severity=Severity.CRITICAL)
    silent = factories.finding("E02", Outcome.NOT_EVALUABLE, items=())
    scan = scan_record(storage=(labelled_item(),), findings=(grave, silent))

    verdict = document_of(dataclasses.replace(scan, cookies=())).verdict

    assert verdict.phases[0].sentence == "0 cookies, 0 by third parties; named by 1 failed rule."
