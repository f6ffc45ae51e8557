"""Inspections of the Website Evidence Collector."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.evidence import GapKind, RuleInput, Skipped
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget


def moment(second: float) -> datetime:
    return datetime(2026, 3, 1, 10, 0, int(second), int(second % 1 * 1_000_000), tzinfo=UTC)


@pytest.fixture
def taken_in(tmp_path):
    """Take in an inspection of this content."""

    def take_in(content, **changes):
        path = tmp_path / "inspection.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return collect(CaptureTarget(path=path, salt=b"", **changes))

    return take_in


def test_cookies(inspected, rows):
    """As the protocol gave them; the tool takes off the dot, so which hosts get them is unknown."""
    evidence = inspected("wec.json")

    assert rows(evidence) == [
        "_ga shop.example /: unspecified 2027-04-05",
        "kept www.shop.example /: Secure unspecified 2026-03-02",
        "probe www.shop.example /: Secure? Partitioned? SameSite? ?",
        "session www.shop.example /: Secure HttpOnly lax session",
        "uid ads.example /: Secure HttpOnly none 2027-03-01",
    ]
    assert {cookie.host_only for cookie in evidence.cookies} == {None}


def test_who_set_a_cookie(inspected, named):
    """The innermost script with its line, or the response; the address is that of response or page."""
    evidence = inspected("wec.json")

    told = {
        name: (one.origin, one.initiator, one.first_url, one.observed_at)
        for name in ("_ga", "uid", "probe")
        for one in [named(evidence, name)]
    }
    assert told == {
        "_ga": (
            CookieOrigin.JAR,
            "https://tags.example/ga.js:7",
            "https://www.shop.example/start",
            moment(6),
        ),
        "uid": (
            CookieOrigin.SET_COOKIE,
            "https://ads.example/pixel",
            "https://ads.example/pixel",
            moment(4.5),
        ),
        "probe": (
            CookieOrigin.SCRIPT,
            "https://www.shop.example/app.js:9",
            "https://www.shop.example/start",
            moment(1),
        ),
    }


def test_lifetimes(inspected, named):
    """From when it was set, or what was left when the store was read; 400 days may be the browser's limit."""
    evidence = inspected("wec.json")

    assert named(evidence, "uid").lifetime_seconds == 365 * 86_400
    assert (named(evidence, "kept").origin, named(evidence, "kept").lifetime_seconds) == ("jar", 86_400)
    assert (named(evidence, "_ga").origin, named(evidence, "_ga").lifetime_seconds) == ("jar", 34_559_996)


def test_a_cookie_that_was_set_and_not_kept(inspected, named):
    """It is told with what the log has: no value, no attributes."""
    probe = named(inspected("wec.json"), "probe")

    assert (probe.value.shape, probe.http_only, probe.secure, probe.is_session) == (
        "unknown",
        False,
        None,
        None,
    )


def test_a_cookie_whose_setting_is_told_once_more(inspected, named):
    """The tool matches log and store by the domain, which a script need not name: the initiator is its."""
    session = named(inspected("wec.json"), "session")

    assert (session.initiator, session.first_url) == (
        "https://www.shop.example/app.js:3",
        "https://www.shop.example/start",
    )
    assert (session.origin, session.http_only) == (CookieOrigin.JAR, True)


def test_storage(inspected):
    """Values that the tool read as JSON are text again; what belongs to no website is left out."""
    evidence = inspected("wec.json", keep_values=True)

    assert [(i.key.kind, i.key.origin, i.key.name, i.kept_value) for i in evidence.storage] == [
        ("local_storage", "https://www.shop.example", "_cs_seen", '{"pages":[1,2.5],"at":null}'),
        ("local_storage", "https://frame.example:8443", "seen", "true"),
        ("session_storage", "https://www.shop.example", "tab", "7"),
        ("local_storage", "https://www.shop.example", "theme", "dark"),
    ]
    (seen, *_) = evidence.storage
    assert (seen.initiator, seen.first_url, seen.observed_at) == (
        "https://tags.example/t.js:12",
        "https://www.shop.example/start",
        moment(3),
    )


def test_hosts(inspected):
    """Each was asked once at least; trackers are those of EasyPrivacy, not of lists of annoyances."""
    hosts = inspected("wec.json").hosts

    assert [(h.host, h.requests, h.called_tracking, h.first_url) for h in hosts] == [
        ("chat.example", 1, 0, ""),
        ("px.ads.example", 4, 4, "https://px.ads.example/p.gif"),
        ("tags.example", 1, 0, ""),
        ("www.shop.example", 1, 0, ""),
    ]
    assert (hosts[1].first_at, hosts[1].initiator) == (moment(3.5), "https://www.shop.example/start")


def test_pages(inspected):
    """The way to the first page, and the one after it."""
    assert [(p.url, p.redirects_to) for p in inspected("wec.json").pages] == [
        ("http://shop.example/", "https://shop.example/"),
        ("https://shop.example/", "https://www.shop.example/start"),
        ("https://www.shop.example/start", None),
        ("https://www.shop.example/cart", None),
    ]


def test_what_the_file_tells_of_itself(inspected):
    capture = inspected("wec.json").captures[0]

    assert (capture.format, capture.tool, capture.tool_version) == (
        "wec",
        "Website Evidence Collector",
        "3.1.0 (Chromium HeadlessChrome/130.0)",
    )
    assert (capture.captured_at, capture.page_url) == (moment(0), "https://www.shop.example/start")
    assert capture.inputs == {
        RuleInput.COOKIES,
        RuleInput.COOKIE_ATTRIBUTES,
        RuleInput.LOCAL_STORAGE,
        RuleInput.SESSION_STORAGE,
        RuleInput.REQUESTS,
        RuleInput.INITIATORS,
    }
    assert capture.skipped == (
        Skipped(reason="cookie whose setting is told once more", count=1),
        Skipped(reason="host that could not be read", count=2),
        Skipped(reason="request on a list that is not about tracking", count=1),
        Skipped(reason="request whose address could not be read", count=1),
        Skipped(reason="storage of an origin that is no website", count=2),
    )


def test_what_is_not_there_was_not_looked_at(taken_in):
    """Missing members are not empty ones."""
    evidence = taken_in({"uri_ins": "https://shop.example/", "localStorage": {}})

    assert evidence.captures[0].inputs == {RuleInput.LOCAL_STORAGE, RuleInput.INITIATORS}
    assert [gap.kind for gap in evidence.gaps] == [GapKind.NOT_RECORDED, GapKind.UNKNOWN_PHASE]


def test_cookies_that_were_set_beforehand(taken_in):
    """Such a visit is not one of somebody who has chosen nothing."""
    evidence = taken_in(
        {"uri_ins": "https://shop.example/", "cookies": [], "browser": {"preset_cookies": {"a": 1, "b": 2}}}
    )

    assert "cookies that were set beforehand (2)" in evidence.gaps[0].detail


@pytest.mark.parametrize("wrong", [None, 7, "x", [], {}, [[]], [{}], {"a": {"b": []}}, 1e400, -1, True])
@pytest.mark.parametrize(
    "member",
    [
        *("uri_dest", "uri_redirects", "browsing_history", "hosts", "browser", "script", "start_time"),
        *("end_time", "localStorage", "sessionStorage", "beacons"),
    ],
)
def test_members_of_any_type(taken_in, member, wrong):
    """A member of another type is as if it were not there; the cookies stay."""
    cookie = {"name": "a", "value": "1", "domain": "shop.example", "path": "/", "size": 2, "httpOnly": False}
    content = {"uri_ins": "https://shop.example/", "cookies": [cookie], member: wrong}

    evidence = taken_in(json.dumps(content).replace("Infinity", "1e999999"))

    assert [cookie.key.name for cookie in evidence.cookies] == ["a"]


def test_a_value_that_is_nested_without_end(taken_in):
    """It is known that it is there."""
    deep = "[" * 50_000 + "]" * 50_000
    evidence = taken_in(
        '{"uri_ins": "https://shop.example/", "localStorage": {"https://shop.example": {"a": {"value": '
        + deep
        + "}}}}"
    )

    assert [(item.key.name, item.value) for item in evidence.storage] == [("a", None)]


def test_no_inspection(taken_in):
    with pytest.raises(CaptureError, match="is no inspection of the Website Evidence Collector"):
        taken_in({"title": "Website Evidence Collection", "uri_ins": "", "uri_dest": ""})


def test_a_cut_inspection(taken_in, inspections):
    """Refused, and salvaged where asked for."""
    cut = (inspections / "wec.json").read_text()
    cut = cut[: cut.index('"name": "kept"')]

    with pytest.raises(TruncatedCaptureError, match=r"ends early: 3 entries are complete"):
        taken_in(cut)
    evidence = taken_in(cut, salvage=True)

    assert len(evidence.cookies) == 3
    assert not evidence.captures[0].complete
    assert evidence.captures[0].page_url == "https://www.shop.example/start"
