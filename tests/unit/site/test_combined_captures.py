"""A real visit, recorded and listed in several ways: whichever are imported together, they agree."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.evidence import Evidence
from scanjobs.domain.storage import StorageKind
from scanjobs.scanner.combine import combine
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget
from tests import site
from tests.site import visits

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


@pytest.fixture(scope="module")
def captures(
    shop: site.Shop, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Evidence]:
    """One visit as HAR, storage state, answer of the DevTools protocol and list of Playwright."""
    folder = tmp_path_factory.mktemp("visit")
    with visits.browser(playwright, shop) as context:
        page = context.pages[0]
        context.tracing.start_har(folder / "har", content="omit")
        page.goto(shop.url, wait_until="networkidle")
        with page.expect_navigation(wait_until="networkidle"):
            page.click("#accept")
        page.evaluate("localStorage.setItem('theme', 'dark'); sessionStorage.setItem('tab', '1')")
        page.evaluate(
            """() => new Promise(done => {
                const asked = indexedDB.open("cart", 1);
                asked.onupgradeneeded = () => asked.result.createObjectStore("items");
                asked.onsuccess = done;
            })"""
        )
        context.tracing.stop_har()
        context.storage_state(path=folder / "state", indexed_db=True)
        answer = context.new_cdp_session(page).send("Storage.getCookies")
        (folder / "cdp").write_text(json.dumps(answer), encoding="utf-8")
        (folder / "list").write_text(json.dumps(context.cookies()), encoding="utf-8")
    return {name: _taken_in(folder / name) for name in ("har", "state", "cdp", "list")}


def _taken_in(path: Path) -> Evidence:
    return collect(CaptureTarget(path=path, salt=b"of the test"))


def test_each_is_known_by_its_content(captures):
    formats = {name: one.captures[0].format for name, one in captures.items()}

    assert formats == {"har": "har", "state": "storage-state", "cdp": "cdp", "list": "cdp"}


def test_lists_of_one_store_agree(captures):
    """What one of them does not tell the other may; what both tell is the same."""
    fields = (
        "host_only",
        "secure",
        "http_only",
        "same_site",
        "partitioned",
        "is_session",
        "expires_at",
        "value",
    )
    protocol = {cookie.key: cookie for cookie in captures["cdp"].cookies}

    assert len(protocol) > 8
    for name in ("state", "list"):
        assert {cookie.key for cookie in captures[name].cookies} == set(protocol)
        for cookie in captures[name].cookies:
            told = {field: getattr(cookie, field) for field in fields if getattr(cookie, field) is not None}
            assert told == {field: getattr(protocol[cookie.key], field) for field in told}


def test_what_the_store_holds_is_what_responses_set(captures):
    """Each cookie is one, as the response asked for it, in whatever order the files are given."""
    alone = {cookie.key for cookie in captures["har"].cookies}

    for names in permutations(captures):
        combined = combine([captures[name] for name in names])

        assert [cookie.key for cookie in combined.cookies] == sorted(alone)
        assert {cookie.origin for cookie in combined.cookies} == {CookieOrigin.SET_COOKIE}
        assert all(cookie.scheme == "https" and cookie.observed_at for cookie in combined.cookies)


def test_what_is_stored_beside_cookies(captures):
    items = {(item.key.kind, item.key.name) for item in captures["state"].storage}

    assert {(StorageKind.LOCAL, "theme"), (StorageKind.INDEXED_DB, "cart/items")} <= items
    assert not any(kind is StorageKind.SESSION for kind, _ in items)
