"""The report as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.purposes import Exemption
from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.renderers.html import COLOURS, ITEMS_SHOWN
from scanjobs.reports.renderers.html_table import ROWS_WITHOUT_SCRIPT
from scanjobs.reports.renderers.palette import lighter
from tests.factories import finding, label, labelled, observed, scan_record
from tests.unit.reports.documents import Render, document_of, scan_with
from tests.unit.reports.html_pages import Page, values


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


@pytest.fixture
def drawn(render: Render) -> Any:
    """Draw a scan and take the page apart."""
    return lambda scan: Page(render(document_of(scan), ReportFormat.HTML).decode())


def test_the_parts_come_in_order(busy_scan: ScanRecord, drawn: Any) -> None:
    """The verdict first; every link of the navigation leads somewhere."""
    page = drawn(busy_scan)
    links = [a["href"] for tag, a in page.elements if tag == "a" and (a["href"] or "").startswith("#")]

    assert page.ids("section") == [
        "verdict",
        "scope",
        "summary",
        "findings",
        "matrix",
        "inventory",
        "storage",
        "hosts",
        "declared",
        "changes",
        "declaration",
        "checklist",
        "annex",
    ]
    assert {link[1:] for link in links if link} <= {a.get("id") for _, a in page.elements}


def test_headings_form_an_outline(busy_scan: ScanRecord, drawn: Any) -> None:
    """One h1, and no level is skipped."""
    levels = [int(tag[1]) for tag, _ in drawn(busy_scan).elements if re.fullmatch(r"h\d", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_nothing_is_loaded_from_anywhere(busy_scan: ScanRecord, drawn: Any) -> None:
    """No element of the page has an address but the links a reader follows."""
    page = drawn(busy_scan)

    assert not [tag for tag, _ in page.elements if tag in ("link", "img", "iframe", "object", "embed")]
    assert not [a for tag, a in page.elements if tag == "script" and "src" in a]
    assert not [a for _, a in page.elements if "style" in a or any(name.startswith("on") for name in a)]
    assert not [load for load in ("url(", "@import") if load in page.code("style")]


def test_the_policy_allows_this_style_and_this_script_only(busy_scan: ScanRecord, drawn: Any) -> None:
    """By their hashes; nothing unsafe, nothing from elsewhere."""
    page = drawn(busy_scan)
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv"))
    hashes = {
        tag: "'sha256-" + base64.b64encode(hashlib.sha256(page.code(tag).encode()).digest()).decode() + "'"
        for tag in ("style", "script")
    }

    assert policy == (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_every_cookie_is_in_the_data_once(busy_scan: ScanRecord, drawn: Any) -> None:
    """Field by field, repeated texts once, for the matrix and the inventory together."""
    page = drawn(busy_scan)
    rows = page.rows("cookies")

    assert rows["count"] == 120
    assert rows["fields"]["name"] == [f"cookie-{number:03}" for number in range(120)]
    assert rows["fields"]["party"] == {"values": ["First party", "Third party"], "rows": [0, 1, 1] * 40}
    assert rows["fields"]["first_url"]["values"] == [
        "https://shop.example/",
        "https://ads.tracker.example/",
        "https://cdn.example/",
    ]
    assert page.ids("script") == ["rows-cookies", "rows-hosts", None]


def test_a_row_knows_its_details(drawn: Any) -> None:
    """Who says what a cookie is for, why it is or is not exempt, and every observation."""
    cookie = labelled(
        observed("_ga", initiator="https://shop.example/tag.js:7"),
        observed("_ga", phase=ConsentPhase.REJECTED),
        label=label(exemption_reason="It measures."),
    )
    rows = drawn(scan_record(cookie)).rows("cookies")
    told = {
        detail["title"]: [values(rows["fields"][key])[0] for key in detail["keys"]]
        for detail in rows["details"]
    }

    assert told["Exempt"] == ["undetermined", "It measures."]
    assert told["Purpose from"] == ["name, 90 %"]
    assert told["Before any choice"] == [
        "set by a response",
        "2026-03-02 12:00:00 UTC",
        "https://shop.example/",
        "by https://shop.example/tag.js:7",
        "_ga=<32 characters>; Path=/; Secure; HttpOnly; SameSite=Lax",
    ]


def test_kept_values_stay_in_the_database(drawn: Any) -> None:
    """The raw line holds them, so it is left out."""
    cookie = labelled(observed("sid", raw_set_cookie="sid=s3cret; Path=/", kept_value="s3cret"))

    assert "s3cret" not in str(drawn(scan_record(cookie, values_kept=True)).raw)


def test_cells_of_the_matrix_tell_what_needs_consent(drawn: Any) -> None:
    """Coloured by exemption where nobody had agreed, and never by colour alone."""
    phases = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED)
    cookies = [
        labelled(
            *(observed(name, phase=phase) for phase in phases if phase in seen),
            label=label(exemption=exemption),
        )
        for name, exemption, seen in (
            ("a", Exemption.EXEMPT, phases),
            ("b", Exemption.NOT_EXEMPT, phases[:1]),
            ("c", Exemption.UNDETERMINED, phases[1:]),
        )
    ]
    page = drawn(scan_record(*cookies))
    rows = page.rows("cookies")

    assert values(rows["codes"]["tone-before"]) == ["exempt", "not_exempt", "absent"]
    assert values(rows["codes"]["tone-accepted"]) == ["agreed", "absent", "agreed"]
    assert values(rows["fields"]["exempt"]) == ["yes", "no", "undetermined"]
    assert "Before any choice: 2 cookies by exemption: Exempt from consent 1, Needs consent 1" in {
        attributes.get("aria-label") for tag, attributes in page.elements if tag == "svg"
    }


@pytest.mark.parametrize("colours", [COLOURS, {name: lighter(colour) for name, colour in COLOURS.items()}])
def test_colours_are_seen_on_their_ground(colours: Mapping[str, str]) -> None:
    """Each can carry small text in the colour of its scheme, and be told from the page (WCAG 2.2 AA)."""
    is_light = colours is COLOURS
    ground, on = ("#f4f6f9", "#ffffff") if is_light else ("#1a232c", "#0d141b")

    assert {name for name, colour in colours.items() if contrast(colour, on) < 4.5} == set()
    assert {name for name, colour in colours.items() if contrast(colour, ground) < 3} == set()


def test_the_first_rows_are_there_without_a_script(busy_scan: ScanRecord, render: Render) -> None:
    """Whoever blocks scripts sees cookies, and is told how many are missing."""
    page = render(document_of(busy_scan), ReportFormat.HTML).decode()

    assert page.count('<th scope="row" dir="auto">cookie-') == 2 * ROWS_WITHOUT_SCRIPT + 30
    assert "the first 100 of 120 are shown" in page


def test_links_of_rules_are_web_addresses(render: Render) -> None:
    """Anything else is shown as text."""
    from scanjobs.reports.checks import RuleFacts
    from scanjobs.reports.document import build_document
    from tests.factories import report_record

    document = build_document(
        scan_record(),
        report_record(),
        tool_version="1",
        rule_book=lambda rule_id: RuleFacts(
            title=rule_id, checks="", basis="basis", url="javascript:alert(1)", valid_from=None, how_to_fix=""
        ),
    )

    assert b"javascript:alert" not in render(document, ReportFormat.HTML)


def test_the_checklist_says_what_each_rule_looks_at(drawn: Any) -> None:
    """A title alone does not tell how a rule answers."""
    assert "What S03 looks at." in drawn(scan_record()).text


def test_hidden_characters_are_shown(drawn: Any) -> None:
    """A name cannot turn the line it stands in."""
    page = drawn(scan_with("evil\u202ename", "lone\ud800"))

    assert "evil[U+202E]name" in page.text
    assert "lone[U+D800]" in page.text


def test_long_evidence_says_where_the_rest_is(drawn: Any) -> None:
    """A finding with thousands of items stays readable."""
    items = finding().items * (ITEMS_SHOWN + 50)
    page = drawn(scan_record(findings=(finding(items=items),)))

    assert "the first 200 of 250" in page.text


def test_equal_documents_give_equal_bytes(busy_scan: ScanRecord, render: Render) -> None:
    """A job that runs again writes the same file."""
    document = document_of(busy_scan)

    assert render(document, ReportFormat.HTML) == render(document, ReportFormat.HTML)
