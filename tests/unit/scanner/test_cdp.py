"""Cookies of programs that steer a browser: DevTools protocol, Puppeteer, Selenium."""

from __future__ import annotations

import json

import pytest

from scanjobs.domain.evidence import GapKind, RuleInput
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget


def test_an_answer_of_the_protocol(listed, rows):
    """It leaves SameSite out where there was none, and names the partition by an object."""
    assert rows(listed("cdp.json")) == [
        "_ga .shop.example /: Secure lax 2028-01-01",
        "basket www.shop.example /: unspecified session",
        "chip chat.example /: Secure none session",
        "chip chat.example / https://shop.example: Secure Partitioned none session",
        "opaque chat.example /: Secure Partitioned none session",
        "session www.shop.example /: Secure HttpOnly strict session",
        "uid .ads.example /: Secure none 2027-03-03",
    ]


def test_how_a_cookie_was_set(listed, named):
    """The protocol tells whether that was over an encrypted connection."""
    evidence = listed("cdp.json")

    assert [named(evidence, name).scheme for name in ("session", "basket")] == ["https", "http"]


def test_the_message_around_an_answer(listed, rows):
    """As it travels over the socket."""
    assert rows(listed("cdp-message.json")) == ["session www.shop.example /: Secure HttpOnly strict session"]


def test_puppeteer(listed, rows):
    """A partition may be a text, or an object with another member; an old end is in milliseconds."""
    assert rows(listed("puppeteer.json")) == [
        "chip chat.example / https://shop.example: Secure Partitioned none session",
        "late chat.example / https://shop.example: Secure Partitioned none session",
        "old .shop.example /: Secure unspecified 2028-01-01",
        "session www.shop.example /: Secure unspecified session",
    ]


def test_selenium(listed, rows):
    """`Lax` is written where there was no SameSite, no `expiry` for the session, and no partition."""
    assert rows(listed("selenium.json")) == [
        "_ga .shop.example /: Secure Partitioned? SameSite? 2028-01-01",
        "plain www.shop.example /: Partitioned? SameSite? session",
        "session www.shop.example /: Secure HttpOnly Partitioned? strict session",
    ]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cdp.json", [GapKind.STORE_ONLY, GapKind.UNKNOWN_PHASE]),
        ("cdp-message.json", [GapKind.STORE_ONLY, GapKind.SINGLE_HOST, GapKind.UNKNOWN_PHASE]),
        ("puppeteer.json", [GapKind.STORE_ONLY, GapKind.UNKNOWN_PHASE]),
        ("selenium.json", [GapKind.STORE_ONLY, GapKind.SINGLE_HOST, GapKind.UNKNOWN_PHASE]),
    ],
)
def test_what_such_a_list_cannot_show(listed, name, kinds):
    """WebDriver answers for the open page; where all is of one site, nobody knows what was asked for."""
    evidence = listed(name)

    assert [gap.kind for gap in evidence.gaps] == kinds
    assert evidence.captures[0].inputs == {RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES}
    assert evidence.captures[0].tool is None


@pytest.mark.parametrize(
    ("members", "row"),
    [
        ({}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? session"),
        ({"expires": 0}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? session"),
        ({"expires": None}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? ?"),
        ({"expires": True}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? ?"),
        ({"expires": 1e300}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? 9999-12-31"),
        ({"expires": "1830297600"}, "a b.example /: Secure? HttpOnly? Partitioned? SameSite? 2028-01-01"),
        (
            {"expires": "2028-01-01T00:00:00Z", "sameSite": "Lax"},
            "a b.example /: Secure? HttpOnly? Partitioned? SameSite? 2028-01-01",
        ),
        (
            {"expires": "Sat, 01 Jan 2028 00:00:00 GMT", "secure": True, "sameSite": "None"},
            "a b.example /: Secure HttpOnly? Partitioned? none 2028-01-01",
        ),
        (
            {"session": True, "expires": 1830297600, "secure": "yes", "partitionKey": 7},
            "a b.example /: Secure? HttpOnly? Partitioned unspecified session",
        ),
    ],
)
def test_members_of_any_kind(tmp_path, rows, members, row):
    """What does not fit says nothing."""
    path = tmp_path / "cookies.json"
    path.write_text(json.dumps([{"name": "a", "value": 1, "domain": "b.example", **members}]))

    assert rows(collect(CaptureTarget(path=path, salt=b""))) == [row]


def test_a_number_beyond_all_numbers(tmp_path, rows):
    """A cookie that never ends has an end that nobody can write down."""
    path = tmp_path / "cookies.json"
    path.write_text('[{"name": "a", "value": "", "domain": "b.example", "expires": 1' + "0" * 5000 + "}]")

    (cookie,) = collect(CaptureTarget(path=path, salt=b"")).cookies

    assert (cookie.is_session, cookie.expires_at) == (False, None)


def test_an_object_around_something_else(tmp_path):
    """Cookies beside other members are another tool's."""
    path = tmp_path / "other.json"
    path.write_text('{"cookies": [{"name": "a", "value": "", "domain": "b.example"}], "hosts": []}')

    with pytest.raises(CaptureError, match="no capture that is known"):
        collect(CaptureTarget(path=path, salt=b""))
