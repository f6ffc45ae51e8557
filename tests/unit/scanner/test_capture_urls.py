"""What is read of the URL of a request, and what of it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.scanner.urls import is_local, read_url


@pytest.mark.parametrize(
    ("url", "host", "path", "shown"),
    [
        ("HTTP://WWW.Shop.Example", "www.shop.example", "/", "http://www.shop.example/"),
        ("https://shop.example:443/a?b=c#d", "shop.example", "/a", "https://shop.example/a"),
        ("https://shop.example:8443/", "shop.example", "/", "https://shop.example:8443/"),
        ("https://anna:secret@shop.example/", "shop.example", "/", "https://shop.example/"),
        ("wss://live.shop.example/feed?t=1", "live.shop.example", "/feed", "wss://live.shop.example/feed"),
        ("http://[2001:DB8::1]:8080/x", "2001:db8::1", "/x", "http://[2001:db8::1]:8080/x"),
        (
            "https://bücher.example/é é",
            "xn--bcher-kva.example",
            "/é é",
            "https://xn--bcher-kva.example/é%20é",
        ),
    ],
)
def test_web_urls(url, host, path, shown):
    """User, query and fragment are left out, the scheme and the host are in lower case."""
    seen = read_url(url)

    assert (seen.host, seen.path, seen.shown) == (host, path, shown)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "/relative",
        "https://",
        "https:///path",
        "https://a b/",
        "https://a:port/",
        "http://[::1/",
    ],
)
def test_what_is_no_web_url(url):
    """It cannot be read, and it does not claim to be local."""
    assert read_url(url) is None
    assert not is_local(url)


@pytest.mark.parametrize(
    "url",
    ["data:,x", "blob:https://shop.example/1", "about:blank", "chrome-extension://abc/x.js", "file:///x"],
)
def test_local_urls(url):
    """They never went over the network."""
    assert is_local(url)


def test_transport():
    """A secure socket travels as https does."""
    assert [read_url(f"{scheme}://a.example").transport for scheme in ("http", "ws", "https", "wss")] == [
        "http",
        "http",
        "https",
        "https",
    ]


@given(st.one_of(st.text(), st.text().map("https://".__add__), st.text().map("http://a.example/".__add__)))
def test_no_url_raises(url):
    """Any text is a web URL that can be printed, or none."""
    is_local(url)
    seen = read_url(url)

    assert seen is None or (seen.host and seen.path and seen.shown.encode())
