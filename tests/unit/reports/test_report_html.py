"""The report as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.renderers.html import ITEMS_SHOWN, ROWS_WITHOUT_SCRIPT
from tests.factories import capture, finding, labelled, observed, scan_record
from tests.unit.reports.documents import Render, document_of, scan_with

HOSTILE = "</script><script>hacked=1</script><img src=x onerror=hacked=1>&\"'\u2028"


class Page(HTMLParser):
    """The elements of a page and the texts of its style and script elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.raw.append((self._inside, data))
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@pytest.fixture
def drawn(render: Render) -> Any:
    """Draw a scan and take the page apart."""
    return lambda scan: Page(render(document_of(scan), ReportFormat.HTML).decode())


def data_of(page: Page) -> dict[str, Any]:
    """What the script of the page is given."""
    loaded: dict[str, Any] = json.loads(
        next(text for tag, text in page.raw if tag == "script" and text.startswith("{"))
    )
    return loaded


def test_the_parts_come_in_order(busy_scan: ScanRecord, drawn: Any) -> None:
    """The verdict first; every link of the navigation leads somewhere."""
    page = drawn(busy_scan)
    sections = [attributes["id"] for tag, attributes in page.elements if tag == "section"]
    links = [a["href"] for tag, a in page.elements if tag == "a" and (a["href"] or "").startswith("#")]

    assert sections == [
        "verdict",
        "scope",
        "summary",
        "findings",
        "cookies",
        "hosts",
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
    assert not [text for tag, text in page.raw if tag == "style" and ("url(" in text or "@import" in text)]


def test_the_policy_allows_this_style_and_this_script_only(busy_scan: ScanRecord, drawn: Any) -> None:
    """By their hashes; nothing unsafe, nothing from elsewhere."""
    page = drawn(busy_scan)
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv"))
    hashes = {
        tag: "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for tag, text in page.raw
    }

    assert policy == (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_every_cookie_is_in_the_data(busy_scan: ScanRecord, drawn: Any) -> None:
    """Column by column, repeated texts once."""
    data = data_of(drawn(busy_scan))

    assert data["count"] == 120
    assert data["columns"]["name"] == [f"cookie-{number:03}" for number in range(120)]
    assert data["columns"]["party"] == {"texts": ["First", "Third"], "rows": [0, 1, 1] * 40}


def test_the_first_rows_are_there_without_a_script(busy_scan: ScanRecord, render: Render) -> None:
    """Whoever blocks scripts sees cookies, and is told how many are missing."""
    page = render(document_of(busy_scan), ReportFormat.HTML).decode()

    assert page.count('<th scope="row" dir="auto">cookie-') == ROWS_WITHOUT_SCRIPT + 30
    assert "the first 100 of 120 cookies are shown" in page


def test_hostile_texts_stay_texts(drawn: Any) -> None:
    """A cookie, a site, a file cannot bring elements of their own."""

    def scan(text: str) -> ScanRecord:
        return scan_record(
            labelled(observed(text, domain=text, first_url=text)),
            site=text,
            page_url=text,
            profile=text,
            captures=(capture(file_name=text, tool=text, page_url=text),),
            findings=(finding(summary=text),),
        )

    page = drawn(scan(HOSTILE))

    assert [tag for tag, _ in page.elements] == [tag for tag, _ in drawn(scan("harmless")).elements]
    assert data_of(page)["columns"]["name"] == [HOSTILE.replace("\u2028", "[U+2028]")]


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
