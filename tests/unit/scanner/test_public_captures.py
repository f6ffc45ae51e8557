"""Captures that real tools wrote, beside the project: nothing surprising comes out of any of them.

The counts were made by a script that shares no line with the scanner. Cookies that were set: `json.load`,
every Set-Cookie header split at newlines, name before the first equals sign, `email.utils` for Expires,
distinct triples of name, Domain or host, Path or folder, without deletions. Cookies that were only sent:
distinct pairs of name and registrable domain over all Cookie headers that none of those triples covers.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.evidence import GapKind, RuleInput
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget

FOLDER = Path(os.environ.get("SCANJOBS_SAMPLES") or "no-samples")

pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="SCANJOBS_SAMPLES names no folder of public captures"),
]


def take_in(name: str, **changes):
    return collect(CaptureTarget(path=FOLDER / name, salt=b"public", **changes))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*")), ids=lambda path: path.name)
def test_every_capture_gives_evidence_or_a_sentence(path):
    """Only a CaptureError with a hint may come out, and no key twice."""
    try:
        evidence = take_in(path.name)
    except CaptureError as error:
        assert error.message.endswith(".")
        assert error.hint
        return

    keys = [cookie.key for cookie in evidence.cookies]
    assert len(set(keys)) == len(keys)
    assert evidence.captures[0].page_url or RuleInput.REQUESTS not in evidence.captures[0].inputs
    assert not any(cookie.kept_value for cookie in evidence.cookies)


@pytest.mark.parametrize(
    ("name", "set_by_responses", "only_sent"),
    [
        ("haralyzer__cnn-chrome.har", 70, 9),
        ("harviewer__noPages.har", 6, 7),
        ("mitmproxy__chrome.har", 0, 21),
        ("own__playwright-1.65-optIn.har", 4, 0),
        ("pagexray__304.har", 21, 11),
        ("pagexray__arcelormittal.com.har", 12, 0),
        ("pagexray__case-sensitive-protocol.har", 33, 25),
        ("pagexray__mousel.lu.har", 3, 5),
        ("pagexray__mytoys.de.har", 32, 4),
        ("perfcascade__chrome_enorm-magazin.de.har", 2, 5),
    ],
)
def test_cookies_as_counted_by_hand(name, set_by_responses, only_sent):
    """The same numbers by another road."""
    counts = Counter(cookie.origin for cookie in take_in(name).cookies)

    assert (counts[CookieOrigin.SET_COOKIE], counts[CookieOrigin.REQUEST]) == (set_by_responses, only_sent)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("harviewer__not-json.har", "is not valid JSON"),
        ("harviewer__not-valid.har", "without entries"),
        ("mitmproxy__brokenfile.har", "is not valid JSON"),
        ("wec-2.1.2__eventdata.json", "log of the Website Evidence Collector"),
    ],
)
def test_what_is_no_capture_is_named(name, words):
    """The refusal says what it is."""
    with pytest.raises(CaptureError, match=words):
        take_in(name)


def test_chrome_without_cookies_is_a_gap():
    """An export without one cookie header may have been sanitized."""
    assert [gap.kind for gap in take_in("mitmproxy__with-bom.har").gaps] == [
        GapKind.NO_COOKIE_HEADERS,
        GapKind.UNKNOWN_PHASE,
    ]


def test_cookies_txt():
    """Two marked and unmarked cookies, two of the session by an empty end and by zero."""
    marked = take_in("ytdlp__httponly_cookies.txt").cookies
    session = take_in("ytdlp__session_cookies.txt").cookies

    assert [(one.key.name, one.http_only, one.is_session) for one in (*marked, *session)] == [
        ("HTTPONLY_COOKIE", True, False),
        ("JS_ACCESSIBLE_COOKIE", False, False),
        ("YoutubeDLExpires0", None, True),
        ("YoutubeDLExpiresEmpty", None, True),
    ]


def test_an_inspection_of_the_website_evidence_collector():
    """Six cookies, sixteen hosts; eight requests in four beacons, as `json.load` finds them."""
    evidence = take_in("wec-2.1.2__inspection.json")

    assert len(evidence.cookies) == 6
    assert all(cookie.initiator and cookie.observed_at for cookie in evidence.cookies)
    assert (len(evidence.hosts), sum(host.called_tracking for host in evidence.hosts)) == (16, 8)


def test_files_of_blacklight():
    """Twenty hosts but one `data`, 41 beacons; 22 cookies beside them."""
    inspection = take_in("blacklight__propublica.org.inspection.json")

    assert (len(inspection.hosts), sum(host.called_tracking for host in inspection.hosts)) == (19, 41)
    assert RuleInput.COOKIES not in inspection.captures[0].inputs
    assert len(take_in("blacklight__propublica.browser-cookies.json").cookies) == 22


def test_salvaged_half(tmp_path):
    """Half a real capture gives a part of its cookies, and says so."""
    content = (FOLDER / "pagexray__mytoys.de.har").read_bytes()
    half = tmp_path / "half.har"
    half.write_bytes(content[: len(content) // 2])

    evidence = collect(CaptureTarget(path=half, salt=b"public", salvage=True))

    assert not evidence.captures[0].complete
    assert 0 < evidence.captures[0].entries < 50
