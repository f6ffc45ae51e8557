"""What one scan could not see is neither added nor removed."""

from __future__ import annotations

import pytest

from scanjobs.comparison import ChangeKind, compare
from scanjobs.domain.cookies import Party
from scanjobs.domain.evidence import Gap, GapKind, RuleInput
from scanjobs.domain.storage import StorageKind
from tests import factories
from tests.unit.comparison.scans import (
    ACCEPTED,
    ALL_INPUTS,
    BEFORE,
    REJECTED,
    UNKNOWN,
    capture,
    captures,
    cookie,
    cookies_of,
    host,
    kinds,
    only,
    scan,
)

THREE = (BEFORE, ACCEPTED, REJECTED)


def test_a_phase_that_was_not_captured():
    older, newer = scan(cookie("a", REJECTED), phases=THREE), scan(phases=(BEFORE, ACCEPTED))

    change = only(older, newer)

    assert change.kind is ChangeKind.NOT_COMPARABLE
    assert change.unseen == ("the newer scan has no capture after rejecting",)
    assert not compare(older, newer).has_changes


def test_the_same_the_other_way_round():
    change = only(scan(phases=(BEFORE,)), scan(cookie("a", ACCEPTED, REJECTED), phases=THREE))

    assert change.kind is ChangeKind.NOT_COMPARABLE
    assert change.unseen == ("the older scan has no capture after accepting and after rejecting",)


def test_what_is_known_of_one_phase_is_told_and_the_rest_left_open():
    """It is not there before any choice any more; whether it is set after accepting nobody looked."""
    change = only(scan(cookie("a", BEFORE, ACCEPTED), phases=THREE), scan(phases=(BEFORE,)))

    assert change.kind is ChangeKind.CHANGED
    assert [(one.aspect, one.older, one.newer) for one in change.differences] == [("phases", (BEFORE,), ())]
    assert change.unseen == ("the newer scan has no capture after accepting",)


def test_phases_that_only_one_scan_has_are_no_change_of_a_cookie_in_both():
    older, newer = scan(cookie("a", *THREE), phases=THREE), scan(cookie("a", BEFORE), phases=(BEFORE,))

    compared = compare(older, newer)

    assert compared.cookies.changes == ()
    assert compared.notes == (
        "Only the older scan has a capture after accepting.",
        "Only the older scan has a capture after rejecting.",
    )


@pytest.mark.parametrize("kind", [GapKind.TRUNCATED, GapKind.UNREADABLE_ENTRIES, GapKind.NO_COOKIE_HEADERS])
def test_a_capture_with_a_hole(kind):
    gap = Gap(kind=kind, detail="…", phase=BEFORE, file_name="before.har")

    assert only(scan(cookie("a")), scan(gaps=(gap,))).kind is ChangeKind.NOT_COMPARABLE
    assert only(scan(gaps=(gap,)), scan(cookie("a"))).kind is ChangeKind.NOT_COMPARABLE


def test_a_hole_in_another_capture_hides_nothing_here():
    gap = Gap(kind=GapKind.TRUNCATED, detail="…", phase=ACCEPTED, file_name="accepted.har")
    newer = scan(phases=(BEFORE, ACCEPTED), gaps=(gap,))

    assert only(scan(cookie("a"), phases=(BEFORE, ACCEPTED)), newer).kind is ChangeKind.REMOVED


def test_an_incomplete_capture():
    newer = scan(captures=captures(BEFORE, complete=False))

    assert only(scan(cookie("a")), newer).unseen == ("before.har of the newer scan is incomplete",)


def test_a_second_capture_of_the_phase_that_is_whole_is_enough():
    newer = scan(captures=(capture(complete=False), capture(file_name="again.har")))

    assert only(scan(cookie("a")), newer).kind is ChangeKind.REMOVED


def test_a_kind_of_evidence_that_the_capture_does_not_hold():
    newer = scan(captures=captures(BEFORE, inputs=ALL_INPUTS - {RuleInput.COOKIES}))

    assert only(scan(cookie("a")), newer).unseen == (
        "the newer scan does not show cookies before any choice",
    )


def test_a_browser_that_refused_third_party_cookies():
    newer = scan(captures=captures(BEFORE, third_party_cookies_work=False))
    older = scan(cookie("own"), cookie("theirs", domain="ads.example", party=Party.THIRD))

    assert kinds(cookies_of(older, newer)) == {
        "own": ChangeKind.REMOVED,
        "theirs": ChangeKind.NOT_COMPARABLE,
    }


@pytest.mark.parametrize("kind", [GapKind.NO_SCRIPTS, GapKind.SINGLE_HOST])
def test_a_tool_that_hides_some_things(kind):
    """A tool that hides the same in both scans hides nothing that it showed before."""
    gap = Gap(kind=kind, detail="…", phase=BEFORE)

    assert only(scan(cookie("a")), scan(gaps=(gap,))).kind is ChangeKind.NOT_COMPARABLE
    assert only(scan(cookie("a"), gaps=(gap,)), scan(gaps=(gap,))).kind is ChangeKind.REMOVED


class TestUnknownPhases:
    def test_two_scans_without_a_known_choice_are_compared(self):
        older, newer = scan(cookie("a", UNKNOWN), phases=(UNKNOWN,)), scan(phases=(UNKNOWN,))

        assert only(older, newer).kind is ChangeKind.REMOVED
        assert "nobody said" in compare(older, newer).notes[0]

    def test_one_of_all_three_phases_shows_what_is_gone(self):
        assert only(scan(cookie("a", UNKNOWN), phases=(UNKNOWN,)), scan(phases=THREE)).kind == "removed"

    def test_one_of_two_phases_does_not(self):
        newer = scan(phases=(BEFORE, ACCEPTED))

        change = only(scan(cookie("a", UNKNOWN), phases=(UNKNOWN,)), newer)

        assert change.kind is ChangeKind.NOT_COMPARABLE

    def test_a_scan_without_a_known_choice_does_not_show_that_something_is_gone(self):
        assert only(scan(cookie("a", BEFORE)), scan(phases=(UNKNOWN,))).kind == "not_comparable"

    def test_what_both_have_is_compared_but_for_its_phases(self):
        older, newer = scan(cookie("a", UNKNOWN), phases=(UNKNOWN,)), scan(cookie("a", *THREE), phases=THREE)

        assert cookies_of(older, newer) == ()


class TestStorage:
    def item(self, name="theme", **changes):
        return factories.labelled_item(factories.stored_item(name, **changes))

    def test_items_come_go_and_are_renamed(self):
        older = scan(storage=(self.item("a"), self.item("cart-11111"), self.item("b")))
        newer = scan(storage=(self.item("a"), self.item("cart-22222"), self.item("c")))

        found = compare(older, newer).storage

        assert kinds(found.changes) == {"b": "removed", "c": "added", "cart-22222": "renamed"}
        assert found.unchanged == 1

    def test_a_recording_of_requests_does_not_show_storage(self):
        newer = scan(captures=captures(BEFORE, inputs={RuleInput.COOKIES, RuleInput.REQUESTS}))

        (change,) = compare(scan(storage=(self.item(),)), newer).storage.changes

        assert change.kind is ChangeKind.NOT_COMPARABLE
        assert change.unseen == ("the newer scan does not show localStorage before any choice",)

    def test_kinds_of_storage_are_looked_at_one_by_one(self):
        newer = scan(captures=captures(BEFORE, inputs={RuleInput.LOCAL_STORAGE}))
        older = scan(storage=(self.item("a"), self.item("b", kind=StorageKind.SESSION)))

        assert kinds(compare(older, newer).storage.changes) == {"a": "removed", "b": "not_comparable"}


class TestHostsAndVendors:
    def test_hosts_come_and_go_and_their_numbers_do_not_matter(self):
        older = scan(hosts=(*host("a.example"), *host("b.example")))
        newer = scan(hosts=(*host("a.example"), *host("c.example")))

        assert kinds(compare(older, newer).hosts.changes) == {"b.example": "removed", "c.example": "added"}

    def test_a_host_is_asked_before_any_choice_now(self):
        phases = (BEFORE, ACCEPTED)
        older = scan(phases=phases, hosts=host("t.example", ACCEPTED))
        newer = scan(phases=phases, hosts=host("t.example", *phases))

        (change,) = compare(older, newer).hosts.changes

        assert [(one.aspect, one.older, one.newer) for one in change.differences] == [
            ("phases", (ACCEPTED,), (BEFORE, ACCEPTED))
        ]

    def test_a_list_of_cookies_shows_no_hosts(self):
        newer = scan(captures=captures(BEFORE, format="cdp", inputs={RuleInput.COOKIES}))

        compared = compare(scan(hosts=host("a.example")), newer)

        assert kinds(compared.hosts.changes) == {"a.example": "not_comparable"}
        assert "different kinds (har and cdp)" in compared.notes[0]

    def test_a_vendor_is_known_by_all_that_is_theirs(self):
        """Their cookie went, their host is still asked: the vendor is as before."""
        meta = factories.label(vendor="Meta")
        older = scan(cookie("_fbp", label=meta), hosts=host("facebook.example", vendor="Meta"))
        newer = scan(hosts=host("facebook.example", vendor="Meta"))

        assert compare(older, newer).vendors.changes == ()
        assert kinds(compare(older, scan()).vendors.changes) == {"Meta": "removed"}

    def test_a_vendor_whose_traces_could_not_be_seen_is_not_gone(self):
        newer = scan(captures=captures(BEFORE, inputs={RuleInput.COOKIES}))

        compared = compare(scan(hosts=host("facebook.example", vendor="Meta")), newer)

        assert kinds(compared.vendors.changes) == {"Meta": "not_comparable"}


def test_what_has_to_be_known_is_noted():
    older = scan(data_version="2026.1")
    newer = scan(
        site="other.example",
        data_version="2026.2",
        complete=False,
        declaration=factories.declaration(),
        captured_at=None,
    )

    assert compare(older, newer).notes == (
        "These are different sites: shop.example and other.example.",
        "The newer scan is incomplete.",
        "Categories and vendors come from different data (2026.1 and 2026.2): they may have changed there "
        "and not on the site.",
        "They were compared with different declarations of the site.",
    )
