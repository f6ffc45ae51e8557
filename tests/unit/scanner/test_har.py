"""One hand-made capture for each trap that HAR files of real tools hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import ijson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.cookies import ConsentPhase, CookieKey, CookieOrigin, ObservedCookie, SameSite
from scanjobs.domain.evidence import (
    Capture,
    Evidence,
    Gap,
    GapKind,
    HostContact,
    PageLoad,
    RuleInput,
    Skipped,
)
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers import collect, har, json_stream
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.values import fingerprint

CAPTURES = Path(__file__).parents[2] / "data" / "har"
SALT = b"a salt of this test"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = "https://www.shop.example/"


def skipped(evidence: Evidence) -> dict[str, int]:
    return {one.reason: one.count for one in evidence.captures[0].skipped}


def gaps(evidence: Evidence) -> list[GapKind]:
    return [gap.kind for gap in evidence.gaps]


def test_a_plain_capture(collected):
    """Everything that a small, well-made file shows."""
    content = (CAPTURES / "plain.har").read_bytes()
    unknown = dict.fromkeys(
        ("host_only", "secure", "http_only", "same_site", "partitioned", "is_session", "raw_set_cookie")
    )
    in_all = {"phase": ConsentPhase.BEFORE, "expires_at": None, "lifetime_seconds": None, "kept_value": None}
    in_all |= {"first_url": SHOP, "scheme": "https", "observed_at": NOON, "times_seen": 1}
    from_response = {"origin": CookieOrigin.SET_COOKIE, "partitioned": False}

    assert collected("plain", phase=ConsentPhase.BEFORE, salt=SALT) == Evidence(
        captures=(
            Capture(
                file_name="plain.har",
                sha256=sha256(content).hexdigest(),
                size=len(content),
                format="har",
                phase=ConsentPhase.BEFORE,
                tool="Recorder",
                tool_version="1.0",
                captured_at=NOON,
                page_url=SHOP,
                entries=2,
                complete=True,
                inputs=frozenset(
                    {
                        RuleInput.COOKIES,
                        RuleInput.COOKIE_ATTRIBUTES,
                        RuleInput.SET_COOKIE,
                        RuleInput.REQUESTS,
                        RuleInput.PAGES,
                    }
                ),
            ),
        ),
        cookies=(
            ObservedCookie(
                key=CookieKey(name="seen", domain="shop.example", path="/"),
                host_only=False,
                secure=False,
                http_only=False,
                same_site=SameSite.UNSPECIFIED,
                is_session=False,
                value=fingerprint("1", SALT),
                raw_set_cookie="seen=<1 characters>; Max-Age=86400; Domain=shop.example",
                **(
                    in_all
                    | from_response
                    | {"expires_at": NOON + timedelta(days=1), "lifetime_seconds": 86400}
                ),
            ),
            ObservedCookie(
                key=CookieKey(name="sid", domain="www.shop.example", path="/"),
                host_only=True,
                secure=True,
                http_only=True,
                same_site=SameSite.LAX,
                is_session=True,
                value=fingerprint("a1b2c3d4e5", SALT),
                raw_set_cookie="sid=<10 characters>; Path=/; Secure; HttpOnly; SameSite=Lax",
                **(in_all | from_response),
            ),
            ObservedCookie(
                key=CookieKey(name="tid", domain="tags.tracker.example", path="/"),
                origin=CookieOrigin.REQUEST,
                value=fingerprint("42", SALT),
                **(
                    in_all
                    | unknown
                    | {
                        "first_url": "https://tags.tracker.example/t.js",
                        "observed_at": NOON + timedelta(seconds=1),
                    }
                ),
            ),
        ),
        hosts=(
            HostContact(
                host="tags.tracker.example",
                phase=ConsentPhase.BEFORE,
                requests=1,
                first_url="https://tags.tracker.example/t.js",
                first_at=NOON + timedelta(seconds=1),
            ),
            HostContact(
                host="www.shop.example", phase=ConsentPhase.BEFORE, requests=1, first_url=SHOP, first_at=NOON
            ),
        ),
        gaps=(),
        pages=(PageLoad(url=SHOP, phase=ConsentPhase.BEFORE, status=200, redirects_to=None, at=NOON),),
    )


@pytest.mark.parametrize(
    "name",
    ["no-log", "bare-entry", "list-of-entries", "byte-order-mark", "utf-16", "jsonp", "not-utf-8"],
)
def test_shapes_and_encodings(collected, keys, name):
    """However the same entry is wrapped, it gives the same cookie."""
    evidence = collected(name)

    assert keys(evidence) == ["set_cookie a www.shop.example / ×1"]
    assert evidence.captures[0].entries == 1


@pytest.mark.parametrize("name", ["plain", "sent", "missing-members", "refused", "byte-order-mark"])
def test_with_the_parser_in_pure_python(collected, monkeypatch, name):
    """Where the C library is missing the answer is the same."""
    expected = collected(name)
    backend = ijson.get_backend("python")
    monkeypatch.setattr(json_stream.ijson, "basic_parse_coro", backend.basic_parse_coro)
    monkeypatch.setattr(
        har, "read_json", lambda *arguments: json_stream.read_json(*arguments, backend=backend)
    )

    assert collected(name) == expected


def test_headers_win_over_the_list_of_cookies(collected, keys, named):
    """Tools fill `response.cookies` wrongly or not at all; what the header says is what the browser read."""
    evidence = collected("headers-win")

    assert keys(evidence) == ["set_cookie told www.shop.example / ×1"]
    assert named(evidence, "told").secure is True


def test_the_list_of_cookies_speaks_where_no_header_does(collected, keys, named):
    """What the tool left out is unknown, not false."""
    evidence = collected("cookies-only")
    full, bare = named(evidence, "full"), named(evidence, "bare")

    assert keys(evidence) == [
        "set_cookie bare www.shop.example /shop ×1",
        "set_cookie full .shop.example / ×1",
        "request sent www.shop.example / ×1",
        "set_cookie session www.shop.example / ×1",
    ]
    assert (full.secure, full.http_only, full.same_site, full.lifetime_seconds) == (
        True,
        True,
        SameSite.STRICT,
        86400,
    )
    assert (bare.secure, bare.http_only, bare.same_site, bare.is_session, bare.raw_set_cookie) == (None,) * 5
    assert named(evidence, "session").is_session is True
    assert skipped(evidence) == {"Set-Cookie for a foreign domain": 1}


def test_cookies_joined_by_newlines(collected, keys):
    """Chrome puts all cookies of a response into one header."""
    assert keys(collected("joined-by-newlines")) == [
        "set_cookie one www.shop.example / ×1",
        "set_cookie three www.shop.example / ×1",
        "set_cookie two www.shop.example / ×1",
    ]


def test_missing_and_misshapen_members(collected, keys):
    """What is there is read; what is no request is counted."""
    evidence = collected("missing-members")
    capture = evidence.captures[0]

    assert keys(evidence) == ["set_cookie a www.shop.example / ×1"]
    assert (capture.tool, capture.tool_version, capture.captured_at, capture.entries) == (None, None, None, 8)
    assert skipped(evidence) == {"entry that could not be read": 5}
    assert evidence.gaps[-1] == Gap(
        kind=GapKind.UNREADABLE_ENTRIES,
        detail="5 of 8 entries could not be read.",
        phase=ConsentPhase.UNKNOWN,
        file_name="missing-members.har",
    )


def test_case_and_pseudo_headers(collected, keys, named):
    """Headers, schemes and hosts come in any case; HTTP/2 has headers that begin with a colon."""
    evidence = collected("header-case")
    upper = named(evidence, "Upper")

    assert keys(evidence) == ["request Mine www.shop.example / ×1", "set_cookie Upper www.shop.example / ×1"]
    assert (upper.secure, upper.http_only, upper.same_site, upper.scheme) == (
        True,
        True,
        SameSite.NONE,
        "http",
    )
    assert evidence.captures[0].page_url == "http://www.shop.example/"


def test_urls_that_ask_no_host(collected, keys):
    """They are entries, and neither contacts nor unreadable."""
    evidence = collected("local-urls")

    assert keys(evidence) == ["set_cookie a www.shop.example / ×1"]
    assert [host.host for host in evidence.hosts] == ["www.shop.example"]
    assert skipped(evidence) == {"entry that asked no host (data:, blob: and the like)": 4}
    assert gaps(evidence) == [GapKind.UNKNOWN_PHASE]


def test_times_with_and_without_a_zone(collected, named):
    """Without a zone it is UTC; what is no time leaves moments and lifetimes open."""
    evidence = collected("times")
    seen = {
        name: (named(evidence, name).observed_at, named(evidence, name).lifetime_seconds)
        for name in ("c0", "c1", "c2", "c3", "c4", "c5")
    }

    assert seen == {
        "c0": (NOON + timedelta(microseconds=972417), 86399),
        "c1": (NOON, 86400),
        "c2": (None, None),
        "c3": (None, None),
        "c4": (NOON, 86400),
        "c5": (None, 60),
    }
    assert named(evidence, "c2").expires_at == NOON + timedelta(days=1)
    assert named(evidence, "c5").expires_at is None
    assert evidence.captures[0].captured_at == NOON


def test_a_cookie_lives_from_when_it_was_received(collected, named):
    """The time that the recorder waited for the answer is no part of the lifetime."""
    cookie = named(collected("waiting"), "c")

    assert (cookie.observed_at, cookie.lifetime_seconds) == (NOON + timedelta(seconds=2), 86398)


def test_unanswered_requests_and_sockets(collected, keys):
    """A request without an answer was made; a socket carries cookies as a page does."""
    evidence = collected("status-zero-and-websocket")

    assert keys(evidence) == [
        "set_cookie blocked live.shop.example / ×1",
        "request live live.shop.example / ×2",
    ]
    assert [(host.host, host.requests, host.first_url) for host in evidence.hosts] == [
        ("live.shop.example", 2, "wss://live.shop.example/feed"),
        ("www.shop.example", 1, SHOP),
    ]
    assert evidence.captures[0].page_url == SHOP


def test_cookies_that_were_only_sent(collected, keys, named):
    """A sighting belongs to the cookie that a response set, else to the one of its name on its hosts.

    `known` and `folder` were set, and count where domain and path fit. `_js` was sent to two hosts with one
    value in common, so it is one cookie of the domain they share; `only` had another value on each host.
    """
    evidence = collected("sent")

    assert keys(evidence) == [
        "request  www.bank.example / ×2",
        "request _js shop.example / ×3",
        "request _js www.bank.example / ×1",
        "request api api.shop.example / ×3",
        "request cut www.bank.example / ×1",
        "request folder www.shop.example / ×1",
        "set_cookie folder www.shop.example /shop ×2",
        "request ip 192.0.2.7 / ×1",
        "set_cookie known .shop.example / ×4",
        "request known www.bank.example / ×1",
        "request only api.shop.example / ×1",
        "request only www.shop.example / ×1",
    ]
    js = evidence.cookies[1]
    assert (js.first_url, js.observed_at, js.host_only, js.is_session) == (
        "https://www.shop.example/shop/cart",
        NOON + timedelta(seconds=1),
        None,
        None,
    )


def test_a_cookie_sent_before_it_is_set(collected, keys, named):
    """It was on the device already: the sighting in the request is its first."""
    evidence = collected("sent-before-set")

    assert keys(evidence) == [
        "set_cookie early www.shop.example / ×2",
        "request elsewhere www.shop.example / ×1",
        "set_cookie elsewhere www.shop.example /shop ×1",
    ]
    assert named(evidence, "early").first_url == "https://www.shop.example/a"


def test_two_cookies_of_one_name_in_a_request(collected, keys, named):
    """One was set by a response, the other by somebody else; the value tells which is which."""
    evidence = collected("same-name-twice", salt=SALT)

    assert keys(evidence) == ["set_cookie id .shop.example / ×3", "request id www.shop.example / ×2"]
    assert evidence.cookies[1].value == fingerprint("script", SALT)


def test_sanitized_exports_are_a_gap(collected):
    """Chrome leaves cookies out unless asked; a file with none of them proves nothing."""
    assert gaps(collected("sanitized")) == [GapKind.NO_COOKIE_HEADERS, GapKind.UNKNOWN_PHASE]
    assert gaps(collected("not-sanitized")) == [GapKind.UNKNOWN_PHASE]
    assert gaps(collected("browser")) == [GapKind.UNKNOWN_PHASE]


@pytest.mark.parametrize("phase", [ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED])
def test_a_known_phase_is_no_gap(collected, phase):
    """It stands at everything that was observed."""
    evidence = collected("plain", phase=phase)

    assert (gaps(evidence), evidence.phases) == ([], (phase,))
    assert {one.phase for one in (*evidence.cookies, *evidence.hosts)} == {phase}


@pytest.mark.parametrize("name", ["truncated", "damaged"])
def test_salvage_keeps_complete_entries(collected, keys, name):
    """The capture says that it is not whole."""
    evidence = collected(name, salvage=True)

    assert keys(evidence) == ["set_cookie a www.shop.example / ×1", "set_cookie b www.shop.example / ×1"]
    assert (evidence.captures[0].complete, evidence.captures[0].entries) == (False, 2)
    assert gaps(evidence) == [GapKind.TRUNCATED, GapKind.UNKNOWN_PHASE]
    assert evidence.captures[0].sha256 == sha256((CAPTURES / f"{name}.har").read_bytes()).hexdigest()


def test_set_on_a_redirect_and_again(collected, keys, named):
    """The attributes are those of the last, the place is that of the first."""
    evidence = collected("redirect", salt=SALT)
    lang = named(evidence, "lang")

    assert keys(evidence) == ["set_cookie lang shop.example / ×3"]
    assert (lang.secure, lang.scheme, lang.lifetime_seconds, lang.value) == (
        True,
        "https",
        60,
        fingerprint("en", SALT),
    )
    assert (lang.first_url, lang.observed_at) == ("http://shop.example/", NOON)


def test_deletions(collected, keys):
    """What was on the device stays observed; what was only taken away was never there."""
    evidence = collected("deletions")

    assert keys(evidence) == [
        "set_cookie kept www.shop.example / ×1",
        "set_cookie later www.shop.example / ×1",
        "request sent www.shop.example / ×1",
    ]
    # `never` twice and `past` once; `sent` and `later` are observed.
    assert skipped(evidence) == {"cookie deleted by the response and never seen": 3}


def test_partitioned_cookies(collected):
    """Each is kept under the site of the page with its scheme, beside the one that is not partitioned."""
    evidence = collected("partitioned")

    assert [(one.key.name, one.key.partition, one.partitioned, one.secure) for one in evidence.cookies] == [
        ("bad", "https://shop.example", True, False),
        ("chip", "", False, True),
        ("chip", "https://shop.example", True, True),
    ]


@pytest.mark.parametrize(
    ("name", "page_url"),
    [
        ("page-after-redirect", "https://shop.example/home"),
        ("page-in-frame", "https://shop.example/"),
        ("page-title", "https://www.shop.example/start"),
        ("page-first-request", "https://cdn.example/app.js"),
    ],
)
def test_the_page(collected, name, page_url):
    """The first HTML document that is no frame, else the title of the first page, else the first request."""
    assert collected(name).captures[0].page_url == page_url


def test_urls_without_what_is_private(collected):
    """User, query and fragment are not kept anywhere."""
    evidence = collected("private-urls")

    assert {cookie.first_url for cookie in evidence.cookies} == {"https://www.shop.example:8443/a%20b/é"}
    assert [(host.host, host.requests, host.first_url) for host in evidence.hosts] == [
        ("www.shop.example", 1, "https://www.shop.example:8443/a%20b/é"),
        ("xn--bcher-kva.example", 2, "https://xn--bcher-kva.example/"),
    ]


def test_refused_cookies_are_counted_by_reason(collected, keys):
    """What no browser would store for this host."""
    evidence = collected("refused")

    assert keys(evidence) == ["request fine www.shop.co.uk / ×1", "set_cookie good .shop.co.uk /a ×1"]
    assert evidence.captures[0].skipped == (
        Skipped(reason="Set-Cookie for a foreign domain", count=2),
        Skipped(reason="Set-Cookie for a public suffix", count=1),
        Skipped(reason="Set-Cookie with control characters", count=1),
        Skipped(reason="Set-Cookie with more than 4096 octets of name and value", count=1),
        Skipped(reason="Set-Cookie with neither name nor value", count=2),
        Skipped(reason="Set-Cookie without a name that imitates a prefix", count=1),
        Skipped(reason="cookie in a request with control characters", count=1),
    )


def test_what_rules_judge_is_observed(collected, keys, named):
    """Broken prefixes, missing Secure and more than 400 days reach the rules as they were asked for."""
    evidence = collected("rules-judge")

    assert keys(evidence) == [
        "set_cookie __Host-id .shop.example /a ×1",
        "set_cookie __Secure-id www.shop.example / ×1",
        "set_cookie chip www.shop.example / ×1",
        "set_cookie long www.shop.example / ×1",
        "set_cookie over www.shop.example / ×1",
        "set_cookie third www.shop.example / ×1",
        "set_cookie word www.shop.example / ×1",
    ]
    assert named(evidence, "long").lifetime_seconds == 730 * 86400
    assert (named(evidence, "third").same_site, named(evidence, "third").secure) == (SameSite.NONE, False)


def test_the_browser_stands_behind_the_version(collected):
    """Who wrote the file, and what it watched."""
    capture = collected("browser").captures[0]

    assert (capture.tool, capture.tool_version) == ("Playwright", "1.65 (chromium 156.0)")


def test_values_stay_in_this_room(collected):
    """Nothing of a value is in the evidence, nor of what may be a part of one."""
    evidence = collected("values")

    assert [cookie.value.shape for cookie in evidence.cookies] == ["uuid", "email"]
    assert evidence.cookies[0].raw_set_cookie == "id=<36 characters>; Path=/; <4 characters>; <22 characters>"
    assert "6f1ed002" not in repr(evidence)
    assert "anna" not in repr(evidence)


def test_values_are_kept_where_the_user_opted_in(collected):
    """Then the header line is whole, too."""
    set_one, sent_one = collected("values", keep_values=True).cookies

    assert (set_one.kept_value, sent_one.kept_value) == (
        "6f1ed002-ab5d-4b6e-9c4c-2c7f6d4a9a01",
        "anna%40mail.example",
    )
    assert set_one.raw_set_cookie.endswith("; mail=anna@mail.example")


def test_progress_reaches_the_end(collected):
    """The last count is the size of the file."""
    told = []

    evidence = collected("plain", on_progress=lambda *counts: told.append(counts))

    assert told[-1] == (evidence.captures[0].size,) * 2


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def or_junk(good: st.SearchStrategy) -> st.SearchStrategy:
    return good | good | good | junk


def record(**members: st.SearchStrategy) -> st.SearchStrategy:
    return or_junk(
        st.fixed_dictionaries({}, optional={name: or_junk(value) for name, value in members.items()})
    )


words = st.sampled_from(
    ["a=1", "a=2; Domain=shop.example", "b=1; Max-Age=0", "a=1; b=2", "=", "c", "a=1\nb=2; Partitioned"]
)
header = record(name=st.sampled_from(["Set-Cookie", "cookie", "Content-Type"]), value=words | st.text())
cookie = record(
    name=st.text(max_size=3),
    value=st.text(max_size=3),
    domain=st.sampled_from(["", ".shop.example", "example"]) | st.text(max_size=5),
    path=st.text(max_size=3),
    expires=st.sampled_from(["", "2026-03-03T12:00:00Z", "-1", "0001-01-01T00:00:00+14:00"]),
)
section = {"headers": st.lists(header, max_size=3), "cookies": st.lists(cookie, max_size=2)}
entry = record(
    startedDateTime=st.sampled_from(
        ["2026-03-02T12:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
    ),
    timings=record(wait=st.integers() | st.floats(allow_nan=False, allow_infinity=False), dns=st.just(-1)),
    request=record(
        url=st.sampled_from(["https://shop.example/a", "http://www.shop.example/", "https://192.0.2.7/"])
        | st.text(),
        **section,
    ),
    response=record(status=st.integers(), content=record(mimeType=st.just("text/html")), **section),
)
capture = record(
    log=record(
        entries=st.lists(entry, max_size=5),
        pages=st.lists(record(title=st.text()), max_size=2),
        creator=record(name=st.text(), version=st.text()),
    )
)


@given(capture)
def test_no_capture_raises_anything_but_a_refusal(tmp_path_factory, content):
    """Whatever a tool writes, the answer is evidence or a sentence, and at most one cookie a key."""
    path = tmp_path_factory.getbasetemp() / "any.har"
    path.write_text(json.dumps(content))
    try:
        evidence = collect(CaptureTarget(path=path, salt=SALT, salvage=True))
    except CaptureError:
        return

    cookie_keys = [cookie.key for cookie in evidence.cookies]
    assert len(set(cookie_keys)) == len(cookie_keys)
    assert all(cookie.times_seen > 0 for cookie in evidence.cookies)
    repr(evidence).encode()
