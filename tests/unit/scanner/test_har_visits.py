"""What a HAR file tells of the visit around the cookies: pages, initiators, renewals, third-party cookies."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from scanjobs.domain.evidence import RuleInput
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = "https://www.shop.example/"
ADS = "https://ads.example/pixel"
NAVIGATION = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
IMAGE = {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}


def entry(url, *, at=0, status=200, asks=None, cookie="", answers=None, sets=(), **members):
    """One exchange, so many seconds after noon."""
    asked = [*(asks or {}).items(), *([("Cookie", cookie)] if cookie else [])]
    answered = [*(answers or {}).items(), *(("Set-Cookie", line) for line in sets)]
    return {
        "startedDateTime": (NOON + timedelta(seconds=at)).isoformat(),
        "request": {"url": url, "headers": [{"name": n, "value": v} for n, v in asked]},
        "response": {"status": status, "headers": [{"name": n, "value": v} for n, v in answered]},
        **members,
    }


def page(url=SHOP, **changes):
    """A visitor's step, as a browser of today sends it."""
    return entry(url, **({"asks": NAVIGATION, "answers": {"Content-Type": "text/html"}} | changes))


@pytest.fixture
def taken(tmp_path):
    """The evidence of a file with these entries."""

    def take(*entries):
        path = tmp_path / "visit.har"
        path.write_text(json.dumps({"log": {"creator": {"name": "Recorder"}, "entries": entries}}))
        return collect(CaptureTarget(path=path, salt=b"salt"))

    return take


def loads(evidence):
    return [(load.status, load.url, load.redirects_to) for load in evidence.pages]


def test_pages_are_told_from_what_is_on_them(taken):
    evidence = taken(
        page("http://shop.example/?id=1", status=301, answers={"Location": f"{SHOP}start?id=1"}),
        page(f"{SHOP}start?id=1"),
        entry(f"{SHOP}frame", asks={"Sec-Fetch-Dest": "iframe"}, answers={"Content-Type": "text/html"}),
        entry(ADS, asks=IMAGE),
        page(f"{SHOP}cart", status=404, at=9),
    )

    assert loads(evidence) == [
        (301, "http://shop.example/", f"{SHOP}start"),
        (200, f"{SHOP}start", None),
        (404, f"{SHOP}cart", None),
    ]
    assert evidence.pages[-1].at == NOON + timedelta(seconds=9)
    assert RuleInput.PAGES in evidence.captures[0].inputs


@pytest.mark.parametrize(
    "says_so",
    [
        {"asks": {"Accept": "text/html,*/*"}},
        {"asks": {"Accept": "*/*"}, "_resourceType": "document"},
        {"asks": {}, "answers": {"Content-Type": "text/html; charset=utf-8"}},
    ],
    ids=["accept", "resource type", "content type"],
)
def test_files_without_fetch_metadata_tell_pages_too(taken, says_so):
    """Older browsers, and all of them without encryption, do not say what a request is for."""
    asked_by_page = says_so | {"_initiator": {"type": "parser", "url": "http://shop.example/"}}

    evidence = taken(
        entry("http://shop.example/", **says_so),
        entry("http://shop.example/frame", **asked_by_page),
        entry("http://ads.example/frame", **says_so),
        entry("http://shop.example/next", **says_so),
    )

    assert [load.url for load in evidence.pages] == ["http://shop.example/", "http://shop.example/next"]


def test_a_file_without_pages_does_not_claim_to_show_any(taken):
    evidence = taken(entry(ADS, asks=IMAGE))

    assert evidence.pages == ()
    assert RuleInput.PAGES not in evidence.captures[0].inputs


@pytest.mark.parametrize(
    ("written", "status"), [(0, 0), (-1, 0), (None, None), ("?", None), (99, None), (1e300, None)]
)
def test_no_answer_is_told_from_nobody_knows(taken, written, status):
    """Browsers write 0 or -1 where a request was blocked, cancelled or timed out."""
    assert loads(taken(page(status=written))) == [(status, SHOP, None)]


@pytest.mark.parametrize(
    ("headers", "is_challenge"),
    [
        ({"cf-mitigated": "challenge"}, True),
        ({"X-Amzn-Waf-Action": "captcha"}, True),
        ({"X-Amzn-Waf-Action": "count"}, False),
        ({}, False),
    ],
)
def test_tests_for_robots_are_no_pages_of_the_site(taken, headers, is_challenge):
    (load,) = taken(page(answers={"Content-Type": "text/html", **headers})).pages

    assert load.is_challenge is is_challenge


@pytest.mark.parametrize(
    ("members", "initiator"),
    [
        ({"_initiator": {"type": "parser", "url": f"{SHOP}?q=1", "lineNumber": 41}}, f"{SHOP}:42"),
        (
            {
                "_initiator": {
                    "type": "script",
                    "stack": {
                        "callFrames": [
                            {"url": "", "lineNumber": 3},
                            {"url": "https://tags.example/t.js?id=7", "lineNumber": 0},
                        ]
                    },
                }
            },
            "https://tags.example/t.js:1",
        ),
        (
            {
                "_initiator": {
                    "type": "script",
                    "stack": {"callFrames": [], "parent": {"callFrames": [{"url": f"{SHOP}a.js"}]}},
                }
            },
            f"{SHOP}a.js",
        ),
        ({"_initiator": f"{SHOP}?q=1", "_initiator_line": "12"}, f"{SHOP}:12"),
        ({"_initiator": {"type": "other"}}, None),
        ({"_initiator": 7, "_initiator_line": []}, None),
        ({"_initiator": {"url": f"{SHOP}a.js", "lineNumber": "x" * 9000}}, f"{SHOP}a.js:1"),
        ({"_initiator": {"url": f"{SHOP}a.js", "lineNumber": -5}}, f"{SHOP}a.js"),
        ({"_initiator": {"url": f"{SHOP}a.js", "lineNumber": -1e300}}, f"{SHOP}a.js"),
        ({}, None),
    ],
    ids=[
        "parser",
        "script",
        "parent",
        "chrome-har",
        "other",
        "misshapen",
        "no line",
        "negative",
        "abyss",
        "silent",
    ],
)
def test_what_had_a_request_sent(taken, members, initiator):
    """Lines count from one; the query, which may be private, is left out."""
    evidence = taken(page(), entry(ADS, asks=IMAGE, sets=["id=1; Max-Age=9"], **members))

    assert [host.initiator for host in evidence.hosts] == [initiator, None]
    assert [cookie.initiator for cookie in evidence.cookies] == [initiator]
    assert (RuleInput.INITIATORS in evidence.captures[0].inputs) is (initiator is not None)


def test_a_cookie_names_what_had_it_set_not_what_had_it_sent(taken):
    by = [{"_initiator": {"url": f"{SHOP}{name}.js", "lineNumber": 0}} for name in "ab"]

    (cookie,) = taken(
        entry(ADS, cookie="id=1", **by[0]),
        entry(ADS, at=1, cookie="id=1", sets=["id=1; Max-Age=9"], **by[1]),
    ).cookies

    assert cookie.initiator == f"{SHOP}b.js:1"


@pytest.mark.parametrize(
    ("lines", "renewals"),
    [
        (["a=1; Max-Age=9000", "a=1; Max-Age=9000", "a=2; Max-Age=9000"], 2),
        (["a=1; Max-Age=9000", None, "a=1; Max-Age=9000"], 1),
        (["a=1; Max-Age=9000", None, None], 0),
        (["a=1", "a=1", "a=1"], 0),
        (["a=1; Expires=Fri, 01 Jan 2027 00:00:00 GMT"] * 3, 0),
        (["a=1; Max-Age=9000", "a=1; Max-Age=60", None], 0),
    ],
    ids=["on every visit", "now and then", "never", "session", "the same date", "shortened"],
)
def test_how_often_a_response_moved_the_end(taken, lines, renewals):
    """Only answers to requests that carried the cookie count: the others could not know of it."""
    (cookie,) = taken(
        *(
            page(at=60 * n, cookie="a=1" if n else "", sets=[line] if line else [])
            for n, line in enumerate(lines)
        )
    ).cookies

    assert cookie.renewals == renewals


def test_renewals_are_unknown_where_no_later_request_was_seen(taken):
    parallel = [page(at=n, sets=["a=1; Max-Age=9000"]) for n in range(3)]

    assert [cookie.renewals for cookie in taken(*parallel).cookies] == [None]
    assert [cookie.renewals for cookie in taken(page(cookie="b=1")).cookies] == [None]


def test_a_cookie_that_was_there_before_the_recording_and_is_set_again_was_renewed(taken):
    (cookie,) = taken(page(cookie="a=1", sets=["a=1; Max-Age=9000"])).cookies

    assert cookie.renewals == 1


LENT = ["one=1; SameSite=None; Secure", "two=2; SameSite=None; Secure"]


@pytest.mark.parametrize(
    ("first", "second", "worked"),
    [
        ({"sets": LENT}, {"cookie": "two=2"}, True),
        ({"sets": LENT}, {}, False),
        ({"sets": LENT[:1]}, {}, None),
        ({"sets": [f"{line}; Partitioned" for line in LENT]}, {}, None),
        ({"sets": [line.replace("None", "Lax") for line in LENT]}, {}, None),
        ({"sets": [f"{line}; Max-Age=1" for line in LENT]}, {}, None),
        ({"sets": LENT}, {"asks": {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}}, None),
    ],
    ids=["came back", "stayed away", "one only", "partitioned", "lax", "ended", "without credentials"],
)
def test_whether_third_parties_got_their_cookies_back(taken, first, second, worked):
    """A browser that refuses third-party cookies makes every site look better than it is."""
    evidence = taken(
        page(sets=["mine=1"]),
        entry(ADS, at=1, asks=IMAGE, **first),
        page(at=2, cookie="mine=1"),
        entry(ADS, at=5, **({"asks": IMAGE} | second)),
    )

    assert evidence.captures[0].third_party_cookies_work is worked


def test_a_recorder_that_leaves_out_what_requests_carry_says_nothing_about_the_browser(taken):
    evidence = taken(page(), entry(ADS, at=1, asks=IMAGE, sets=LENT), entry(ADS, at=5, asks=IMAGE))

    assert evidence.captures[0].third_party_cookies_work is None


def test_cookies_of_the_site_itself_say_nothing_about_third_parties(taken):
    evidence = taken(page(sets=LENT), page(at=5, cookie="one=1; two=2"))

    assert evidence.captures[0].third_party_cookies_work is None
