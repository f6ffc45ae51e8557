"""Registrable domains: from the bundled list, for every kind of host."""

from __future__ import annotations

import socket

import pytest

from scanjobs import sites
from scanjobs.domain.cookies import Party


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.shop.example", "shop.example"),
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("SHOP.Example.", "shop.example"),
        ("user.github.io", "user.github.io"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7.", "192.0.2.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("shop.xn--fiqs8s", "shop.xn--fiqs8s"),
    ],
)
def test_registrable_domain(host: str, site: str):
    assert sites.registrable_domain(host) == site


def test_a_party_is_decided_by_registrable_domain_not_by_suffix():
    assert sites.party_of("cdn.shop.co.uk", "shop.co.uk") is Party.FIRST
    assert sites.party_of("other.co.uk", "shop.co.uk") is Party.THIRD
    assert sites.party_of("eshop.co.uk", "shop.co.uk") is Party.THIRD


def test_public_suffixes():
    assert sites.is_public_suffix("co.uk")
    assert sites.is_public_suffix("github.io")
    assert not sites.is_public_suffix("shop.co.uk")
    assert not sites.is_public_suffix("192.0.2.7")


@pytest.mark.parametrize("url", ["", "not a url", "https://", "http://[broken", "data:text/plain,x"])
def test_a_url_without_a_host_has_none(url: str):
    assert sites.host_of(url) is None


def test_the_network_is_never_asked(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sites._suffixes.cache_clear()
    sites.registrable_domain.cache_clear()

    assert sites.registrable_domain("fresh.shop.example") == "shop.example"


@pytest.mark.parametrize(
    ("words", "host"),
    [
        ("shop.example", "shop.example"),
        (" .WWW.Shop.example", "www.shop.example"),
        ("https://user@www.shop.example:8443/cart?x", "www.shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("", None),
        ("a b", None),
        ("https://", None),
        ("https://[1", None),
        ("shop.example;rm", None),
    ],
)
def test_people_name_hosts_by_domain_or_address(words, host):
    assert sites.host_named(words) == host
