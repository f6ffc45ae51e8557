"""The shop and its third parties answer over HTTPS, each with its own cookies."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest

from tests import site
from tests.site import cookies


class Asking:
    """A client that says which host it means."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(
        self, host: str, path: str, cookie: str = "", method: str = "GET"
    ) -> tuple[int, str, list[str], str]:
        trusting = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=trusting, timeout=10)
        try:
            connection.request(method, path, headers={"Host": host, "Cookie": cookie})
            response = connection.getresponse()
            body = response.read().decode("utf-8", "replace")
            sent = response.headers.get_all("Set-Cookie") or []
            return response.status, response.headers["Content-Type"], sent, body
        finally:
            connection.close()


@pytest.fixture
def ask(shop: site.Shop) -> Asking:
    return Asking(shop.port)


@pytest.mark.parametrize(
    ("host", "path", "kind"),
    [
        (cookies.SHOP, "/", "text/html"),
        (cookies.SHOP, "/lamps/buoy", "text/html"),
        (cookies.SHOP, "/cookies", "text/html"),
        (cookies.SHOP, "/shop.css", "text/css"),
        (cookies.TAGS, "/consent.js", "text/javascript"),
        (cookies.TAGS, "/tags.js", "text/javascript"),
        (cookies.ADS, "/pixel.gif?choice=none", "image/gif"),
        (cookies.STATS, "/hit.gif", "image/gif"),
        (cookies.FONTS, "/fonts.css", "text/css"),
    ],
)
def test_every_host_answers(ask, host, path, kind):
    status, content_type, _, _ = ask(host, path)

    assert (status, content_type.partition(";")[0]) == (200, kind)


def test_unknown_host_is_refused(ask):
    assert ask("www.elsewhere.example", "/")[0] == 421


def test_unknown_lamp_is_not_found(ask):
    assert ask(cookies.SHOP, "/lamps/anchor")[0] == 404


def test_session_is_set_once(ask):
    """A visitor who has a session keeps it; the load balancer renews its cookie each time."""
    _, _, first, _ = ask(cookies.SHOP, "/")
    _, _, second, _ = ask(cookies.SHOP, "/", cookie="PHPSESSID=4f1c0a9be27d53886f1d")

    assert names(first) == ["AWSALB", "PHPSESSID"]
    assert names(second) == ["AWSALB"]


def test_shop_waits_for_the_choice(ask):
    """What needs consent is set after a yes only."""
    _, _, yes, _ = ask(cookies.SHOP, "/lamps/quay", cookie="CookieConsent=accepted; PHPSESSID=x")
    _, _, no, _ = ask(cookies.SHOP, "/lamps/quay", cookie="CookieConsent=rejected; PHPSESSID=x")

    assert names(yes) == ["AWSALB", "pll_language", "hl_pref_x", "__Host-viewed"]
    assert names(no) == ["AWSALB"]


@pytest.mark.parametrize("choice", ["accepted", "rejected"])
def test_tag_host_remembers_the_choice(ask, choice):
    status, _, sent, _ = ask(cookies.TAGS, f"/choice?is={choice}", method="POST")

    assert status == 204
    assert sent == [
        f"CookieConsent={choice}; Domain=harbour-lamps.example; Path=/; Max-Age=31536000; "
        "Secure; SameSite=Lax"
    ]


@pytest.mark.parametrize(("choice", "name"), [("none", "uuid2"), ("accepted", "IDE"), ("rejected", "IDE")])
def test_advertisement_ignores_a_no(ask, choice, name):
    _, _, sent, _ = ask(cookies.ADS, f"/pixel.gif?choice={choice}")

    assert names(sent) == [name]


def test_silent_client_stops_nobody(ask, shop):
    """Somebody who connects and never speaks TLS does not keep the next visitor waiting."""
    with socket.create_connection(("127.0.0.1", shop.port)):
        assert ask(cookies.SHOP, "/")[0] == 200


def names(lines: list[str]) -> list[str]:
    return [line.partition("=")[0] for line in lines]
