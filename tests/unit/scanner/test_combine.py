"""Several captures of one scan as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanjobs.domain.cookies import ConsentPhase, CookieKey, CookieOrigin, SameSite, ValueFingerprint
from scanjobs.domain.evidence import Evidence, Gap, GapKind, HostContact, RuleInput
from scanjobs.scanner.combine import combine
from tests.factories import NOON, capture, evidence, observed, sent

BEFORE, ACCEPTED, REJECTED = ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED
LATER = NOON + timedelta(minutes=1)
OTHER_VALUE = ValueFingerprint(sha256="ef" * 32, length=3, shape="text")


def test_nothing():
    """No captures, no evidence."""
    assert combine([]) == Evidence(captures=(), cookies=(), hosts=(), gaps=())


def test_one_capture_stays_as_it_is():
    """There is nothing to join."""
    alone = evidence(observed("a"), sent("b"))

    assert combine([alone]) == alone


def test_phases_stay_apart():
    """The same cookie is observed once in each phase, in the order of the visit."""
    combined = combine(
        [
            evidence(observed(phase=phase), captures=(capture(phase),), hosts=())
            for phase in (REJECTED, BEFORE, ACCEPTED)
        ]
    )

    assert [cookie.phase for cookie in combined.cookies] == [BEFORE, ACCEPTED, REJECTED]
    assert combined.phases == (BEFORE, ACCEPTED, REJECTED)
    assert [one.phase for one in combined.captures] == [REJECTED, BEFORE, ACCEPTED]


def test_two_captures_of_one_phase():
    """The attributes are those it was set with last, the place is that of the first sighting."""
    first = observed(first_url="https://shop.example/first", times_seen=2)
    last = observed(first_url="https://shop.example/last", secure=False, observed_at=LATER, times_seen=3)

    (cookie,) = combine([evidence(last), evidence(first)]).cookies

    assert (cookie.secure, cookie.first_url, cookie.observed_at, cookie.times_seen) == (
        False,
        "https://shop.example/first",
        NOON,
        5,
    )


def test_what_was_set_knows_more_than_what_was_sent():
    """A later sighting in a request does not take the attributes away."""
    (cookie,) = combine([evidence(observed("a")), evidence(sent("a", observed_at=LATER))]).cookies

    assert (cookie.origin, cookie.secure, cookie.times_seen) == (CookieOrigin.SET_COOKIE, True, 2)


def test_a_cookie_set_before_is_recognised_after():
    """One capture saw it being set for the whole site, the other only sent to one host."""
    before = evidence(observed("_ga", host_only=False))
    after = evidence(sent("_ga", "www.shop.example", phase=REJECTED), captures=(capture(REJECTED),))

    first, second = combine([before, after]).cookies

    assert first.key == second.key
    assert (second.phase, second.origin, second.secure) == (REJECTED, CookieOrigin.REQUEST, None)


def test_a_cookie_of_another_host_or_path_is_not_recognised():
    """The request would not have carried it."""
    before = evidence(observed("a"), observed("b", "img.shop.example", host_only=False))
    after = evidence(
        sent("a", "www.shop.example", phase=REJECTED), sent("b", "www.shop.example", phase=REJECTED)
    )

    assert [cookie.key.domain for cookie in combine([before, after]).cookies] == [
        "shop.example",
        "www.shop.example",
        "img.shop.example",
        "www.shop.example",
    ]


def test_what_its_own_capture_did_not_explain_stays():
    """Two cookies of one name were sent there side by side."""
    alone = evidence(observed("id", host_only=False), sent("id", "www.shop.example"))

    assert len(combine([alone]).cookies) == 2


def test_sent_to_one_host_and_to_the_site():
    """With the same value it is the same cookie, under the domain that both captures share."""
    wide, narrow = sent("_ga"), sent("_ga", "www.shop.example", phase=ACCEPTED)
    other = sent("_ga", "www.shop.example", phase=REJECTED, value=OTHER_VALUE)

    combined = combine([evidence(narrow), evidence(wide), evidence(other)])

    assert [(cookie.key.domain, cookie.phase) for cookie in combined.cookies] == [
        ("shop.example", BEFORE),
        ("shop.example", ACCEPTED),
        ("www.shop.example", REJECTED),
    ]


def test_the_longest_path_and_no_other_partition_of_the_name():
    """Of several cookies that fit, the closest; what the request's own capture set is none of them."""
    wide = observed("a", host_only=False)
    near = observed("a", "www.shop.example", key=CookieKey(name="a", domain="www.shop.example", path="/cart"))
    after = evidence(
        sent("a", "www.shop.example", phase=REJECTED, first_url="https://www.shop.example/cart/1"),
        sent("b", "192.0.2.7", phase=REJECTED, first_url="https://192.0.2.7/"),
    )

    combined = combine([evidence(wide, near, observed("b", "2.7", host_only=False)), after])

    rejected = [cookie.key for cookie in combined.cookies if cookie.phase is REJECTED]
    assert [(key.domain, key.path) for key in rejected] == [("www.shop.example", "/cart"), ("192.0.2.7", "/")]


def test_of_equally_close_cookies_the_first_that_was_seen():
    """Whichever of their domains is the wider."""
    near, wide = observed("a", "www.shop.example"), observed("a", host_only=False)
    after = evidence(sent("a", "www.shop.example", phase=REJECTED))

    for first, second in ((near, wide), (wide, near)):
        combined = combine([evidence(first), evidence(second), after])

        assert [c.key for c in combined.cookies if c.phase is REJECTED] == [first.key]


def test_many_cookies_are_joined():
    """A capture can hold tens of thousands of cookies: each is looked up, none compared with all others."""
    captures = [
        evidence(*(make(name, f"h{number}.shop.example", phase=phase) for number in range(2000)))
        for name in ("one", "other")
        for make, phase in ((observed, BEFORE), (sent, ACCEPTED), (sent, REJECTED))
    ]

    combined = combine(captures)

    assert len(combined.cookies) == 12_000


def test_hosts_are_summed():
    """Requests of one host in one phase, from the earliest on."""
    first = HostContact(
        host="a.example", phase=BEFORE, requests=2, first_url="https://a.example/1", first_at=NOON
    )
    later = HostContact(
        host="a.example", phase=BEFORE, requests=3, first_url="https://a.example/2", first_at=LATER
    )
    unknown = HostContact(
        host="a.example", phase=BEFORE, requests=1, first_url="https://a.example/3", first_at=None
    )
    accepted = HostContact(
        host="a.example", phase=ACCEPTED, requests=4, first_url="https://a.example/4", first_at=LATER
    )

    combined = combine(
        [evidence(hosts=(unknown, accepted)), evidence(hosts=(later,)), evidence(hosts=(first,))]
    )

    assert combined.hosts == (
        HostContact(
            host="a.example", phase=BEFORE, requests=6, first_url="https://a.example/1", first_at=NOON
        ),
        accepted,
    )


def test_gaps_are_told_once():
    """The same gap of the same file is one gap."""
    gap = Gap(kind=GapKind.UNKNOWN_PHASE, detail="Nobody said.", file_name="a.har")

    assert combine([evidence(gaps=(gap,)), evidence(gaps=(gap,))]).gaps == (gap,)


def in_jar(name="a", domain="shop.example", **changes):
    """A cookie as a list shows it: no page, no moment, some attributes unknown."""
    unknown = {"first_url": "", "scheme": "", "observed_at": None, "raw_set_cookie": None}
    return observed(name, domain, **({**unknown, "origin": CookieOrigin.JAR} | changes))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_response_tells_more_than_the_store(is_first):
    """How long it was meant to live, and what was not listed; what the line leaves open the store tells."""
    line = observed("a", is_session=False, lifetime_seconds=100, same_site=SameSite.NONE, partitioned=None)
    listed = in_jar(same_site=None, partitioned=False, is_session=False, expires_at=LATER)
    both = [evidence(line), evidence(listed)]

    (cookie,) = combine(both if is_first else both[::-1]).cookies

    assert cookie == replace(line, partitioned=False, expires_at=LATER, times_seen=2)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_store_tells_more_than_a_request(is_first):
    """Attributes and path are the store's, when and where it was seen the request's."""
    key = CookieKey(name="a", domain="shop.example", path="/cart")
    listed = in_jar(key=key, host_only=False, is_session=False, expires_at=LATER)
    request = sent("a", "www.shop.example", first_url="https://www.shop.example/cart/1", times_seen=3)
    both = [evidence(listed), evidence(request)]

    (cookie,) = combine(both if is_first else both[::-1]).cookies

    assert cookie == replace(
        listed,
        first_url="https://www.shop.example/cart/1",
        scheme="https",
        observed_at=NOON,
        times_seen=4,
    )


def test_a_lifetime_that_was_left_is_not_one_that_was_asked_for():
    """Only two lists may complete each other's."""
    line = observed("a", is_session=None)
    listed = in_jar(is_session=False, expires_at=LATER, lifetime_seconds=60)

    (with_line,) = combine([evidence(line), evidence(listed)]).cookies
    (with_list,) = combine([evidence(listed), evidence(in_jar(is_session=False))]).cookies

    assert (with_line.is_session, with_line.expires_at, with_line.lifetime_seconds) == (False, LATER, None)
    assert (with_list.expires_at, with_list.lifetime_seconds) == (LATER, 60)


def test_what_is_gone_with_the_session_has_no_end():
    """Whatever another list says."""
    (cookie,) = combine(
        [evidence(observed("a")), evidence(in_jar(is_session=False, expires_at=LATER, lifetime_seconds=1))]
    ).cookies

    assert (cookie.is_session, cookie.expires_at, cookie.lifetime_seconds) == (True, None, None)


def test_a_partition_that_one_capture_leaves_out():
    """The only one that another knows, in whichever phase; not where it lists several, or is sure of none."""
    site = "https://shop.example"
    chip = observed("chip", partition=site, partitioned=True)
    silent = in_jar("chip", partitioned=None)

    (cookie,) = combine([evidence(silent), evidence(chip)]).cookies
    first, second = combine([evidence(chip), evidence(replace(silent, phase=ACCEPTED))]).cookies
    sure = combine([evidence(in_jar("chip", partitioned=False)), evidence(chip)]).cookies
    several = combine(
        [evidence(in_jar("chip", partition=site, partitioned=True), silent), evidence(chip)]
    ).cookies

    assert (cookie.key.partition, cookie.partitioned, cookie.origin) == (site, True, CookieOrigin.SET_COOKIE)
    assert (first.key, first.partitioned, second.partitioned) == (second.key, True, True)
    assert [one.key.partition for one in sure] == ["", site]
    assert [one.key.partition for one in several] == ["", site]


def test_gaps_that_another_capture_fills():
    """A list shows no requests; a recording of the same phase does."""
    gap = Gap(kind=GapKind.STORE_ONLY, detail="No request.", phase=BEFORE, file_name="state.json")
    listed = evidence(captures=(capture(BEFORE, inputs=frozenset()),), gaps=(gap,))
    recording = evidence(captures=(capture(BEFORE, inputs=frozenset({RuleInput.REQUESTS})),))
    later = evidence(captures=(capture(ACCEPTED, inputs=frozenset({RuleInput.REQUESTS})),))

    assert combine([listed, recording]).gaps == ()
    assert combine([listed, later]).gaps == (gap,)


def test_a_recording_and_a_list_of_one_visit(collected, listed):
    """The road that an import of both goes."""
    combined = combine(
        [collected("partitioned", phase=BEFORE), listed("state-without-databases.json", phase=BEFORE)]
    )

    assert [(one.key.name, one.origin) for one in combined.cookies] == [
        ("bad", CookieOrigin.SET_COOKIE),
        ("chip", CookieOrigin.SET_COOKIE),
        ("chip", CookieOrigin.SET_COOKIE),
        ("session", CookieOrigin.JAR),
    ]
    assert [item.key.name for item in combined.storage] == ["theme"]
    assert combined.gaps == ()


def test_captures_of_one_visit(collected):
    """The road that a scan of three files goes."""
    combined = combine([collected("plain", phase=phase) for phase in (BEFORE, ACCEPTED, REJECTED)])

    assert len(combined.captures) == 3
    assert [(cookie.key.name, cookie.phase) for cookie in combined.cookies] == [
        (name, phase) for name in ("seen", "sid", "tid") for phase in (BEFORE, ACCEPTED, REJECTED)
    ]
