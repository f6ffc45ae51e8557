"""Several captures of one scan as one."""

from __future__ import annotations

from datetime import timedelta

from scanjobs.domain.cookies import ConsentPhase, CookieKey, CookieOrigin, ValueFingerprint
from scanjobs.domain.evidence import Evidence, Gap, GapKind, HostContact
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


def test_captures_of_one_visit(collected):
    """The road that a scan of three files goes."""
    combined = combine([collected("plain", phase=phase) for phase in (BEFORE, ACCEPTED, REJECTED)])

    assert len(combined.captures) == 3
    assert [(cookie.key.name, cookie.phase) for cookie in combined.cookies] == [
        (name, phase) for name in ("seen", "sid", "tid") for phase in (BEFORE, ACCEPTED, REJECTED)
    ]
