"""What changed about cookies from one scan to another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanjobs.comparison import ChangeKind, compare
from scanjobs.domain.cookies import CookieKey, CookieOrigin, Party, SameSite
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from tests import factories
from tests.factories import NOON, labelled, observed, sent
from tests.unit.comparison.scans import (
    ACCEPTED,
    BEFORE,
    REJECTED,
    cookie,
    cookies_of,
    differences,
    kinds,
    only,
    scan,
)

DAY = 86_400


def lasting(days: float, name: str = "session", **changes):
    """A cookie that asks to live so long."""
    seconds = int(days * DAY)
    values = {"is_session": False, "lifetime_seconds": seconds}
    return cookie(name, **{**values, **changes})


def test_a_scan_compared_with_itself_has_no_changes():
    whole = scan(cookie("a"), cookie("b"), findings=(factories.finding(),))

    compared = compare(whole, whole)

    assert not compared.has_changes
    assert (compared.cookies.changes, compared.cookies.unchanged) == ((), 2)
    assert (compared.findings, compared.findings_unchanged) == ((), 1)


def test_cookies_come_and_go():
    found = cookies_of(scan(cookie("stays"), cookie("goes")), scan(cookie("stays"), cookie("comes")))

    assert kinds(found) == {"comes": ChangeKind.ADDED, "goes": ChangeKind.REMOVED}


def test_a_first_cookie_and_a_last_one():
    assert kinds(cookies_of(scan(), scan(cookie("a")))) == {"a": ChangeKind.ADDED}
    assert kinds(cookies_of(scan(cookie("a")), scan())) == {"a": ChangeKind.REMOVED}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (365, 365),
        (365, 350),  # less than a twentieth
        (0.001, 0.0015),  # less than a minute
        (400, 419),
    ],
)
def test_lifetimes_within_the_tolerance_are_the_same(older, newer):
    assert cookies_of(scan(lasting(older)), scan(lasting(newer))) == ()


@pytest.mark.parametrize(("older", "newer"), [(30, 365), (365, 30), (400, 422), (1 / 48, 1 / 24)])
def test_lifetimes_beyond_it_are_not(older, newer):
    assert differences(scan(lasting(older)), scan(lasting(newer))) == {
        "lifetime": (int(older * DAY), int(newer * DAY))
    }


def test_a_session_cookie_that_stays_now():
    assert differences(scan(cookie()), scan(lasting(30))) == {"lifetime": ("session", 30 * DAY)}


def test_a_cookie_that_ends_on_a_fixed_day_lives_as_before():
    end = NOON + timedelta(days=300)
    older = scan(lasting(300, expires_at=end))
    newer = scan(lasting(270, expires_at=end + timedelta(seconds=2)))

    assert cookies_of(older, newer) == ()


@pytest.mark.parametrize(
    ("older", "newer", "differs"),
    [
        ((365, CookieOrigin.SET_COOKIE), (200, CookieOrigin.JAR), False),  # the rest may have been spent
        ((200, CookieOrigin.SET_COOKIE), (365, CookieOrigin.JAR), True),
        ((365, CookieOrigin.JAR), (200, CookieOrigin.SET_COOKIE), True),
        ((200, CookieOrigin.JAR), (365, CookieOrigin.SET_COOKIE), False),
        ((365, CookieOrigin.JAR), (200, CookieOrigin.JAR), True),
        ((365, CookieOrigin.SCRIPT), (200, CookieOrigin.SET_COOKIE), True),
    ],
)
def test_what_is_left_in_a_store_is_at_most_what_was_given(older, newer, differs):
    old, new = (scan(lasting(days, origin=origin)) for days, origin in (older, newer))

    assert bool(cookies_of(old, new)) is differs


@pytest.mark.parametrize(
    ("aspect", "older", "newer"),
    [
        ("secure", {"secure": True}, {"secure": False}),
        ("http_only", {"http_only": False}, {"http_only": True}),
        ("same_site", {"same_site": SameSite.LAX}, {"same_site": SameSite.NONE}),
        ("partitioned", {"partitioned": False}, {"partitioned": True}),
    ],
)
def test_flags_change(aspect, older, newer):
    assert differences(scan(cookie(**older)), scan(cookie(**newer))) == {
        aspect: (older[aspect], newer[aspect])
    }


def test_what_was_not_seen_is_no_change():
    """A cookie that was only sent tells nothing of its flags."""
    assert cookies_of(scan(cookie("_ga")), scan(labelled(sent("_ga")))) == ()
    assert cookies_of(scan(labelled(sent("_ga"))), scan(cookie("_ga"))) == ()


def test_flags_are_compared_in_the_same_phase():
    """After accepting it was Secure in both; that it was not before any choice is not news."""
    told = cookie("a", ACCEPTED)
    older = labelled(observed("a", secure=False), *told.observations)
    newer = labelled(sent("a"), *told.observations)
    phases = (BEFORE, ACCEPTED)

    assert cookies_of(scan(older, phases=phases), scan(newer, phases=phases)) == ()


def test_a_flag_that_changed_in_one_phase_is_told():
    told = cookie("a", ACCEPTED)
    older = labelled(observed("a", secure=True), *told.observations)
    newer = labelled(observed("a", secure=False), *told.observations)
    phases = (BEFORE, ACCEPTED)

    assert differences(scan(older, phases=phases), scan(newer, phases=phases)) == {"secure": (True, False)}


def test_a_cookie_is_set_before_any_choice_now():
    phases = (BEFORE, ACCEPTED)
    older, newer = scan(cookie("a", ACCEPTED), phases=phases), scan(cookie("a", *phases), phases=phases)

    assert differences(older, newer) == {"phases": ((ACCEPTED,), (BEFORE, ACCEPTED))}


def test_labels_change():
    older = factories.label(Category.NECESSARY, vendor="Shop", exemption=Exemption.EXEMPT)
    newer = factories.label(Category.MARKETING, vendor="Meta", exemption=Exemption.NOT_EXEMPT)

    assert differences(scan(cookie(label=older)), scan(cookie(label=newer))) == {
        "category": ("necessary", "marketing"),
        "vendor": ("Shop", "Meta"),
        "exemption": ("exempt", "not_exempt"),
    }


def test_an_exemption_that_rests_on_a_lifetime_nobody_saw_is_no_change():
    """PHPSESSID is exempt where it ends with the session, and open where it was only seen being sent."""
    ground = {"exemption_ground": ExemptionGround.USER_INPUT}
    exempt = factories.label(Category.NECESSARY, exemption=Exemption.EXEMPT, **ground)
    is_open = factories.label(Category.FUNCTIONAL, exemption=Exemption.UNDETERMINED, **ground)
    seen, unseen = scan(cookie(label=exempt)), scan(labelled(sent("session"), label=is_open))

    assert cookies_of(seen, unseen) == ()
    assert cookies_of(unseen, seen) == ()
    assert "exemption" in differences(seen, scan(cookie(label=is_open))), "but where it was seen, it is"


def test_a_cookie_that_moved_is_the_same_one():
    moved = CookieKey(name="a", domain="shop.example", path="/shop")

    assert differences(scan(cookie("a")), scan(cookie("a", key=moved))) == {"path": ("/", "/shop")}


def test_a_cookie_of_another_subdomain_is_the_same_one():
    older = scan(cookie("a", domain="www.shop.example"))
    newer = scan(cookie("a", domain="shop.example", host_only=False))

    assert differences(older, newer) == {"domain": ("www.shop.example", ".shop.example")}


def test_a_cookie_that_became_partitioned_is_the_same_one():
    older = scan(cookie("a", domain="ads.example", party=Party.THIRD))
    newer = scan(
        cookie(
            "a", domain="ads.example", partition="https://shop.example", partitioned=True, party=Party.THIRD
        )
    )

    assert differences(older, newer) == {"partitioned": (False, True)}


def test_cookies_of_two_subdomains_are_not_mixed_up():
    """Where several could be meant, nobody guesses."""
    older = scan(cookie("a", domain="one.shop.example"), cookie("a", domain="two.shop.example"))
    newer = scan(cookie("a", domain="three.shop.example"))

    changes = cookies_of(older, newer)

    assert sorted(change.kind for change in changes) == ["added", "removed", "removed"]


class TestGeneratedNames:
    def test_a_number_in_the_name(self):
        change = only(scan(cookie("_hjSession_1234567")), scan(cookie("_hjSession_7654321")))

        assert change.kind is ChangeKind.RENAMED
        assert (change.older.name, change.newer.name) == ("_hjSession_1234567", "_hjSession_7654321")
        assert not compare(scan(cookie("a_123")), scan(cookie("a_456"))).has_changes

    def test_a_renamed_cookie_can_have_changed(self):
        older, newer = scan(lasting(30, "incap_ses_12_345678")), scan(lasting(365, "incap_ses_12_876543"))

        assert only(older, newer).kind is ChangeKind.CHANGED

    def test_where_the_database_knows_the_beginning_only(self):
        known = factories.label(source=LabelSource.PREFIX)

        assert (
            only(scan(cookie("_ga_ABC", label=known)), scan(cookie("_ga_XYZ", label=known))).kind == "renamed"
        )

    def test_where_the_declaration_says_so(self):
        said = factories.declaration(factories.declared("hello*", is_pattern=True))

        change = only(scan(cookie("hello-you")), scan(cookie("hello-world"), declaration=said))

        assert change.kind is ChangeKind.RENAMED

    @pytest.mark.parametrize(
        ("older", "newer"),
        [
            ("_ga_ABC", "_ga_XYZ"),  # nobody knows that this stands for many
            ("wp-settings-1", "wp-settings-time-1"),
            ("test_1", "test_2"),
            ("PHPSESSID", "JSESSIONID"),
            ("a_123", "b_123"),
        ],
    )
    def test_other_names_are_other_cookies(self, older, newer):
        assert kinds(cookies_of(scan(cookie(older)), scan(cookie(newer)))) == {
            older: ChangeKind.REMOVED,
            newer: ChangeKind.ADDED,
        }

    def test_the_same_name_comes_first(self):
        """What kept its name is not paired with what looks like it."""
        older = scan(cookie("_gat_UA-111-1"), cookie("_gat_UA-222-1"))
        newer = scan(cookie("_gat_UA-222-1"), cookie("_gat_UA-333-1"))

        change = only(older, newer)

        assert (change.older.name, change.newer.name) == ("_gat_UA-111-1", "_gat_UA-333-1")

    def test_more_of_a_kind_than_before(self):
        older = scan(cookie("s_1111"))
        newer = scan(cookie("s_2222"), cookie("s_3333"))

        assert kinds(cookies_of(older, newer)) == {"s_2222": ChangeKind.RENAMED, "s_3333": ChangeKind.ADDED}

    def test_of_another_domain_it_is_another_cookie(self):
        older, newer = scan(cookie("s_1111")), scan(cookie("s_2222", domain="ads.example"))

        assert kinds(cookies_of(older, newer)) == {"s_1111": ChangeKind.REMOVED, "s_2222": ChangeKind.ADDED}


def test_changes_are_told_in_the_order_of_names():
    compared = cookies_of(scan(cookie("b"), cookie("d")), scan(cookie("c"), cookie("a", REJECTED)))

    assert [change.thing.name for change in compared] == ["a", "b", "c", "d"]
