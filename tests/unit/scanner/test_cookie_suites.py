"""Public test suites for cookies, case by case: http-state, web-platform-tests, tough-cookie, cookie_store.

Where the answer is another than the suite's, differences.toml beside the cases says why.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from scanjobs.domain.cookies import CookieKey, CookieOrigin
from scanjobs.scanner.cookie_date import parse_cookie_date
from scanjobs.scanner.cookie_log import Sighting
from scanjobs.scanner.set_cookie import (
    Scope,
    SetCookie,
    default_path,
    domain_matches,
    parse_set_cookie,
    path_matches,
    scope_of,
    split_pair,
)
from scanjobs.scanner.urls import read_url
from tests.cookie_suites import Case, cases, differences, expected, log_of, read, received

SUITES = sorted({name.rpartition("/")[0] for name in cases()})


class Jar:
    """Keeps and sends as a browser does (sections 5.7, 5.8.3); only the order and Secure are decided here."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._kept: dict[CookieKey, tuple[SetCookie, Scope]] = {}

    def take(self, cookie: SetCookie, scope: Scope) -> None:
        key = CookieKey(name=cookie.name, domain=scope.domain, path=scope.path)
        if cookie.is_deletion(self._now):
            self._kept.pop(key, None)
        else:
            self._kept[key] = cookie, scope

    def cookie_header(self, address: str) -> str:
        url = read_url(address)
        sent = [
            (cookie, scope)
            for cookie, scope in self._kept.values()
            if scope.covers(url.host, url.path) and (url.transport == "https" or not cookie.secure)
        ]
        sent.sort(key=lambda pair: -len(pair[1].path))
        return "; ".join(f"{cookie.name}={cookie.value}".removeprefix("=") for cookie, _ in sent)


def answer(case: Case) -> str:
    jar = Jar(case.now)
    for cookie, scope, _ in received(case):
        jar.take(cookie, scope)
    return jar.cookie_header(case.sent_to)


def of_suite(suite: str) -> list[Case]:
    return [case for case in cases().values() if case.name.rpartition("/")[0] == suite]


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_set_is_sent_back_as_the_suite_says(suite):
    """Every case has the suite's answer, or the one that differences.toml explains."""
    asked = of_suite(suite)

    assert {case.name: answer(case) for case in asked} == {case.name: expected(case) for case in asked}


def test_no_case_was_lost():
    """The numbers that docs/accuracy.md quotes."""
    counted = {
        publisher: sum(name.startswith(publisher) for name in cases())
        for publisher in ("http-state", "wpt", "tough-cookie", "cookie_store")
    }

    assert counted == {"http-state": 222, "wpt": 816, "tough-cookie": 1, "cookie_store": 20}
    assert len(differences()) == 56


@pytest.mark.parametrize("name", differences())
def test_a_listed_difference_is_one(name):
    """A difference that is none any more must leave the list."""
    difference = differences()[name]

    assert answer(cases()[name]) == difference.sent != cases()[name].sent
    assert difference.reason.endswith(".")
    assert difference.paragraph.startswith("5.")


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_sent_is_explained_by_what_was_set(suite):
    """The log of a capture knows every cookie of such a request from the response before it."""
    strangers: dict[str, list[str]] = {}
    for case in of_suite(suite):
        log, url = log_of(case), read_url(case.sent_to)
        pairs = [split_pair(pair) for pair in expected(case).split(";") if pair]
        log.sent(pairs, Sighting(position=2, url=url, at=case.now))
        for cookie in log.observations(url):
            if cookie.origin is CookieOrigin.REQUEST:
                strangers.setdefault(case.name, []).append(cookie.key.name)

    assert strangers == {}


def listed_dates() -> list[str]:
    return [text for group in read("differences")["dates"] for text in group["invalid"]]


@pytest.mark.parametrize("suite", read("dates")["suites"], ids=lambda suite: suite["name"])
def test_dates(suite):
    """The moment that the suite names, or none."""
    dates = [(text, None if text in listed_dates() else moment) for text, moment in suite.get("dates", ())]

    assert [(text, parse_cookie_date(text)) for text, _ in dates] == dates
    assert [text for text in suite.get("valid", ()) if parse_cookie_date(text) is None] == []
    assert [text for text in suite.get("invalid", ()) if parse_cookie_date(text) is not None] == []


def test_no_date_was_lost():
    """The numbers that docs/accuracy.md quotes; a listed difference is a date of a suite."""
    suites = read("dates")["suites"]
    dates = [text for suite in suites for text, _ in suite.get("dates", ())]
    others = [text for suite in suites for kind in ("valid", "invalid") for text in suite.get(kind, ())]

    assert (len(dates), len(others)) == (62, 26)
    assert len(listed_dates()) == len(set(listed_dates()) & set(dates)) == 1


def test_domains_match():
    """As a cookie with that Domain would be sent."""
    table = read("others")["matching"]["domains"]

    def domain_of(text: str) -> str:
        return parse_set_cookie(f"a=b; Domain={text}").domain

    assert [[host, domain, domain_matches(host, domain_of(domain))] for host, domain, _ in table] == table


def test_paths_match():
    """As a cookie with that Path would be sent."""
    table = read("others")["matching"]["paths"]

    assert [[asked, path, path_matches(asked, path)] for asked, path, _ in table] == table


def test_default_paths():
    """Of requests, and in the place of a Path that names none."""
    matching = read("others")["matching"]
    folders, named_paths = matching["folders"], matching["named_paths"]

    def path_of(text: str, asked: str) -> str:
        return scope_of(parse_set_cookie(f"a=b; Path={text}"), "example.com", asked).path

    assert [[asked, default_path(asked)] for asked, _ in folders] == folders
    assert [[text, asked, path_of(text, asked)] for text, asked, _ in named_paths] == named_paths
