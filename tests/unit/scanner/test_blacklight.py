"""What blacklight-collector writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from scanjobs.domain.evidence import GapKind, RuleInput, Skipped
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget


def test_cookies_of_an_inspection(inspected, rows, named):
    """Those of the store with what was left of their life; one that was only seen being set."""
    evidence = inspected("blacklight.json")

    assert rows(evidence) == [
        "_fbp shop.example /: Secure? Partitioned? SameSite? ?",
        "session www.shop.example /: unspecified session",
        "uid ads.example /: Secure HttpOnly none 2026-03-31",
    ]
    assert named(evidence, "uid").lifetime_seconds == 30 * 86_400
    assert named(evidence, "_fbp").initiator == "https://connect.example/f.js"
    assert named(evidence, "_fbp").origin == "script"


def test_trackers(inspected):
    """Counted by host; `data` is what old versions made of data: addresses."""
    evidence = inspected("blacklight.json")

    assert [(h.host, h.requests, h.called_tracking, h.initiator) for h in evidence.hosts] == [
        ("ads.example", 2, 2, "https://www.shop.example/"),
        ("chat.example", 1, 0, None),
        ("www.shop.example", 1, 0, None),
    ]
    assert evidence.captures[0].skipped == (
        Skipped(reason="host of a data: address, which asks nobody", count=1),
        Skipped(reason="request on a list that is not about tracking", count=1),
    )


def test_what_an_inspection_tells_of_itself(inspected):
    """Between pages the tool empties the browser, and it looks at no storage."""
    evidence = inspected("blacklight.json")
    capture = evidence.captures[0]

    assert (capture.tool, capture.tool_version) == ("blacklight-collector", "3.4.1 (Chromium Chrome/124.0)")
    assert capture.captured_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert capture.page_url == "https://www.shop.example/"
    assert [gap.kind for gap in evidence.gaps] == [GapKind.SINGLE_HOST, GapKind.UNKNOWN_PHASE]
    assert [page.url for page in evidence.pages] == [
        "https://shop.example/",
        "https://www.shop.example/",
        "https://www.shop.example/cart",
    ]


def test_browser_cookies(inspected, rows):
    """The list of the store alone names no page and no moment."""
    evidence = inspected("browser-cookies.json")
    capture = evidence.captures[0]

    assert rows(evidence) == [
        "session www.shop.example /: unspecified session",
        "uid ads.example /: Secure HttpOnly none 2026-03-31",
    ]
    assert (capture.format, capture.page_url, capture.captured_at) == ("blacklight", None, None)
    assert capture.inputs == {RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES}


def test_an_inspection_without_a_report_on_cookies(tmp_path):
    """Old versions had none: that is not the same as no cookies."""
    path = tmp_path / "inspection.json"
    path.write_text(
        json.dumps(
            {
                "title": "Mine",
                "uri_ins": "https://shop.example/",
                "config": {},
                "hosts": {"requests": {"first_party": ["shop.example"]}},
                "reports": {"web_beacons": [{"url": "https://ads.example/a", "data": {}}]},
            }
        )
    )

    evidence = collect(CaptureTarget(path=path, salt=b""))

    assert evidence.captures[0].inputs == {RuleInput.REQUESTS, RuleInput.INITIATORS}
    assert "has no report on cookies" in evidence.gaps[0].detail
    assert [(h.host, h.called_tracking) for h in evidence.hosts] == [("ads.example", 1), ("shop.example", 0)]
