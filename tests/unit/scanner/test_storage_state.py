"""Storage states of Playwright: what they tell, what they leave open."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.evidence import GapKind, RuleInput, Skipped
from scanjobs.domain.storage import StorageKind
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget


def items(evidence):
    return [(one.key.kind, one.key.origin, one.key.name) for one in evidence.storage]


def test_cookies_and_what_playwright_does_not_tell_of_them(listed, rows):
    """`Lax` is written where there was no SameSite, `None` without Secure by browsers that cannot tell."""
    assert rows(listed("state.json")) == [
        "_ga .shop.example /: Partitioned? SameSite? 2028-01-01",
        "basket www.shop.example /cart: Secure Partitioned? SameSite? session",
        "chip chat.example / https://shop.example: Secure Partitioned none session",
        "plain www.shop.example /: Partitioned? SameSite? session",
        "session www.shop.example /: Secure HttpOnly Partitioned? strict session",
        "uid .ads.example /: Secure Partitioned? none 2027-03-03",
    ]


def test_how_they_were_seen(listed, named):
    """They lay in a store; no page showed them, and no file tells when."""
    cookie = named(listed("state.json", phase=ConsentPhase.REJECTED), "_ga")

    assert (cookie.origin, cookie.phase, cookie.first_url, cookie.scheme, cookie.observed_at) == (
        CookieOrigin.JAR,
        ConsentPhase.REJECTED,
        "",
        "",
        None,
    )
    assert cookie.expires_at == datetime(2028, 1, 1, 0, 0, 0, 500_000, UTC)
    assert cookie.lifetime_seconds is None


def test_storage(listed):
    """Keys of localStorage and object stores by their origin; a database without stores by its name."""
    shop, ads = "https://www.shop.example", "https://ads.example:8443"

    assert items(listed("state.json")) == [
        (StorageKind.INDEXED_DB, shop, "cart/items"),
        (StorageKind.INDEXED_DB, shop, "cart/seen"),
        (StorageKind.INDEXED_DB, shop, "empty"),
        (StorageKind.LOCAL, shop, "theme"),
        (StorageKind.LOCAL, ads, "uid"),
        (StorageKind.LOCAL, shop, "visitor"),
    ]


def test_values_of_storage(listed):
    """Their shape is kept, themselves only where the user opted in; of databases it is not told."""
    kept = {one.key.name: one for one in listed("state.json", keep_values=True).storage}
    redacted = listed("state.json")

    assert (kept["visitor"].value.shape, kept["visitor"].kept_value[:8]) == ("uuid", "6f1ed002")
    assert (kept["cart/items"].value, kept["cart/items"].kept_value) == (None, None)
    assert "6f1ed002" not in repr(redacted)
    assert "quay" not in repr(redacted)


def test_the_capture(listed):
    """Who wrote it, what it could show, what was left out."""
    capture = listed("state.json").captures[0]

    assert (capture.format, capture.tool, capture.captured_at, capture.page_url) == (
        "storage-state",
        "Playwright",
        None,
        None,
    )
    assert capture.entries == 14
    assert capture.inputs == {
        RuleInput.COOKIES,
        RuleInput.COOKIE_ATTRIBUTES,
        RuleInput.LOCAL_STORAGE,
        RuleInput.INDEXED_DB,
    }
    assert capture.skipped == (
        Skipped(reason="file in the origin private file system", count=1),
        Skipped(reason="storage of an origin that is no website", count=1),
    )


def test_databases_that_nobody_asked_for(listed):
    """Playwright writes them only when told to: then none is not the same as nothing there."""
    evidence = listed("state-without-databases.json", phase=ConsentPhase.BEFORE)

    assert RuleInput.INDEXED_DB not in evidence.captures[0].inputs
    assert [(gap.kind, gap.detail) for gap in evidence.gaps] == [
        (
            GapKind.STORE_ONLY,
            "The state shows what lay in the browser's store, not how it came there: no request, no answer, "
            "no sessionStorage and no IndexedDB.",
        )
    ]


def test_a_browser_that_stored_nothing(listed):
    """That is the best a site can show before a choice, and it is evidence."""
    evidence = listed("state-of-nothing.json")

    assert (evidence.cookies, evidence.storage) == ((), ())
    assert evidence.shows(RuleInput.COOKIES)


def test_origins_far_behind_the_first_cookies(tmp_path):
    """What kind of file it is shows in its first cookie where its second member is far away."""
    cookies = [
        {
            "name": f"c{number}",
            "value": "",
            "domain": "a.example",
            "path": "/",
            "expires": -1,
            "sameSite": "Lax",
        }
        for number in range(2000)
    ]
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"cookies": cookies, "origins": []}))

    evidence = collect(CaptureTarget(path=path, salt=b""))

    assert (evidence.captures[0].format, len(evidence.cookies)) == ("storage-state", 2000)


def test_a_state_that_ends_before_its_origins(tmp_path):
    """Nobody can say then what was stored beside cookies."""
    path = tmp_path / "state.json"
    path.write_text('{"cookies": [{"name": "a", "value": "1", "domain": "a.example", "path": "/"}], "orig')

    (capture,) = collect(CaptureTarget(path=path, salt=b"", salvage=True), "storage-state").captures

    assert (capture.complete, capture.entries) == (False, 1)
    assert capture.inputs == {RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES}


def test_names_that_databases_and_terminals_cannot_take(tmp_path):
    """Any text can be a key of localStorage, as long as you like."""
    names = ["a\0b", "\x1b[31m", "x" * 5000]
    path = tmp_path / "state.json"
    origin = {
        "origin": "http://localhost:3000",
        "localStorage": [{"name": name, "value": "v\0w"} for name in names] + ["no item"],
    }
    path.write_text(json.dumps({"cookies": [], "origins": [origin], "credentials": [{"id": "p"}]}))

    evidence = collect(CaptureTarget(path=path, salt=b"", keep_values=True))

    assert [one.key.name for one in evidence.storage] == ["a\ufffdb", "x" * 1000 + "…", "\ufffd[31m"]
    assert {(one.key.origin, one.kept_value) for one in evidence.storage} == {
        ("http://localhost:3000", "v\ufffdw")
    }
    assert {one.reason: one.count for one in evidence.captures[0].skipped} == {
        "entry that could not be read": 1,
        "passkey of the browser's own authenticator": 1,
    }


def test_records_of_databases_are_not_held(tmp_path):
    """They can be as large as one likes; the file is read a chunk at a time."""
    store = {"name": "s", "records": [{"key": number, "value": "x" * 100_000} for number in range(200)]}
    origin = {"origin": "https://a.example", "indexedDB": [{"name": "d", "stores": [store]}]}
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"cookies": [], "origins": [origin]}))

    tracemalloc.start()
    evidence = collect(CaptureTarget(path=path, salt=b"", keep_values=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert items(evidence) == [(StorageKind.INDEXED_DB, "https://a.example", "d/s")]
    assert peak < path.stat().st_size / 4
