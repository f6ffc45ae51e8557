"""Cookies as browser extensions export them."""

from __future__ import annotations

from scanjobs.domain.evidence import GapKind, RuleInput, Skipped


def test_cookie_editor(listed, rows):
    """It writes `null` where the cookie had no SameSite."""
    assert rows(listed("cookie-editor.json")) == [
        "_ga .shop.example /: Secure unspecified 2028-01-01",
        "cross www.shop.example /: Secure none session",
        "lax www.shop.example /: Secure lax session",
        "session www.shop.example /: Secure HttpOnly strict session",
    ]


def test_edit_this_cookie(listed, rows):
    """Words of `chrome.cookies`, and a partition."""
    assert rows(listed("edit-this-cookie.json")) == [
        "chip chat.example / https://shop.example: Secure Partitioned none session",
        "session www.shop.example /: Secure unspecified session",
        "uid .ads.example /: Secure none 2027-03-03",
    ]


def test_firefox(listed, rows):
    """It says `no_restriction` for both, and a cookie may lie in several containers."""
    evidence = listed("firefox-extension.json")

    assert rows(evidence) == [
        "lax www.shop.example /: Secure lax session",
        "session www.shop.example /: Secure SameSite? session",
    ]
    assert evidence.captures[0].skipped == (
        Skipped(reason="cookie listed again under the same name, domain and path", count=1),
    )


def test_the_address_of_the_open_page(listed):
    """Some write it beside the cookies; the query is left out."""
    assert listed("with-page.json").captures[0].page_url == "https://www.shop.example/start"
    assert listed("cookie-editor.json").captures[0].page_url is None


def test_what_such_a_list_cannot_show(listed):
    """An extension exports the open tab; where several sites are listed, it was not only that."""
    assert [gap.kind for gap in listed("cookie-editor.json").gaps] == [
        GapKind.STORE_ONLY,
        GapKind.SINGLE_HOST,
        GapKind.UNKNOWN_PHASE,
    ]
    assert [gap.kind for gap in listed("edit-this-cookie.json").gaps] == [
        GapKind.STORE_ONLY,
        GapKind.UNKNOWN_PHASE,
    ]
    assert listed("cookie-editor.json").captures[0].inputs == {RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES}
