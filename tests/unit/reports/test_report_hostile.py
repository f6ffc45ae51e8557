"""What sites, captures and declarations send stays text in every format, whatever it is."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from scanjobs.comparison import compare
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Gap, GapKind, HostContact, RuleInput
from scanjobs.domain.findings import FindingItem
from scanjobs.domain.reports import ReportFormat, ReportOptions
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports import wording
from scanjobs.reports.declaration_text import declaration_html, declaration_markdown
from scanjobs.reports.document import Document, build_document
from scanjobs.reports.history import History
from scanjobs.reports.languages import words_in
from scanjobs.reports.parts import Branding
from scanjobs.reports.renderers.csv import COLUMNS, TRIGGERS
from tests import factories, validators
from tests.unit.reports.documents import Render, rule_facts
from tests.unit.reports.html_pages import Page, values

HOSTILE = {
    "script": "<script>hacked=1</script>",
    "end-of-script": "</script><script>hacked=1</script>",
    "image": "<img src=x onerror=hacked=1>",
    "attribute": "\"' onmouseover='hacked=1' autofocus onfocus=hacked=1 x=\"",
    "comment": "--><!--<svg onload=hacked=1>",
    "formula": "=cmd()|' /C calc'!A0",
    "marks": "z" + "\u0301" * 5_000,
    "long": "a" * 10_000,
    "controls": "\x01\x07\x08\x1b[31m\x7f\x85",
    "nul": "nul\0byte",
    "lines": "one\r\ntwo\n\n# three\n| four |",
    "bidi": "evil\u202ename\u2066\u200f",
    "surrogates": "\ud800lone\udfff",
    "jinja": "{{ 7*7 }}{% raw %}{# x",
    "percent": "%s%n%(x)d%",
    "braces": "{number}{0}{site.__class__}{",
    "markdown": "[x](https://evil.example) ![y](javascript:hacked=1) <https://evil.example> `a` *b* ~~c~~",
    "mention": "@everyone #1 www.evil.example https://evil.example",
    "javascript": "javascript:hacked=1",
    "data": "data:text/html,<script>hacked=1</script>",
    "pdf": "(a\\b)) Tj ET endstream endobj",
}
"""What somebody who wants to harm the reader of a report may call a cookie, or anything else."""

ALL = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
LAW = "https://law.example/"
"""The only address that a report of these tests leads to."""


def scan(*texts: str) -> ScanRecord:
    """A scan in which every text that comes from outside is one of these."""
    first = texts[0]
    item = FindingItem(subject=first, detail=first, phase=ConsentPhase.BEFORE, url=first, observed_at=None)
    contact = HostContact(
        host=first, phase=ConsentPhase.BEFORE, requests=1, first_url=first, first_at=factories.NOON
    )
    capture = factories.capture(file_name=first, tool=first, tool_version=first, page_url=first)
    return factories.scan_record(
        *(
            factories.labelled(
                factories.observed(text, domain=text, first_url=text, raw_set_cookie=text),
                label=factories.label(vendor=text, privacy_url=text, exemption_reason=text),
            )
            for text in texts
        ),
        site=first,
        page_url=first,
        captures=(replace(capture, inputs=capture.inputs | {RuleInput.LOCAL_STORAGE}),),
        hosts=tuple(replace(host, vendor=first) for host in factories.labelled_hosts(contact)),
        storage=(factories.labelled_item(factories.stored_item(first, origin=first, first_url=first)),),
        declaration=factories.declaration(
            factories.declared(first, provider=first, purpose=first, duration_words=first),
            factories.declared(f"{first} gone"),
            file_name=first,
        ),
        findings=(factories.finding(summary=first, items=(item,)),),
        gaps=(Gap(kind=GapKind.TRUNCATED, detail=first, file_name=first),),
    )


def document(*texts: str) -> Document:
    """A report that has every part, all of them about such texts."""
    newer = scan(*texts)
    older = replace(newer, id="0" * 36, cookies=(), hosts=())
    return build_document(
        newer,
        factories.report_record(),
        tool_version="0.1.0",
        rule_book=rule_facts,
        history=History(first_seen={}, older=older, newer=newer, comparison=compare(older, newer)),
        branding=Branding(organisation=texts[0], controller=texts[0], contact=texts[0], footer=texts[0]),
    )


@ALL
def test_html_has_no_element_of_theirs(render: Render, text: str) -> None:
    """Nor an attribute, nor a link: the page is built as with a harmless name."""

    def skeleton(name: str) -> list[tuple[str, list[str]]]:
        elements = Page(render(document(name), ReportFormat.HTML).decode()).elements
        assert {link for _, given in elements if is_elsewhere(link := given.get("href"))} == {LAW}
        return [(tag, sorted(given)) for tag, given in elements]

    assert skeleton(text) == skeleton("harmless")


@pytest.mark.chromium
@pytest.mark.xdist_group("chromium")
def test_nothing_of_it_runs_in_a_browser(opened: Callable[..., Any]) -> None:
    """Also where everything is unfolded, and every row is drawn by the script of the page."""
    page = opened(document(*HOSTILE.values()))

    for table in ("matrix", "inventory"):
        page.locator(f"#{table} .size").select_option("0")
    for button in page.locator("#inventory .open").all():
        button.click()
    page.locator("#inventory .search").fill("evil")

    assert page.evaluate("typeof hacked") == "undefined"
    assert page.evaluate("[...document.querySelectorAll('a[href^=java], a[href^=data]')].length") == 0


@ALL
def test_the_rows_of_html_say_it(render: Render, text: str) -> None:
    page = Page(render(document(text), ReportFormat.HTML).decode())

    assert values(page.rows("cookies")["fields"]["name"]) == [wording.visible(text)]


@ALL
def test_json_holds_it_as_it_was(render: Render, text: str) -> None:
    """But for halves of characters, which JSON in UTF-8 cannot hold."""
    report = json.loads(render(document(text), ReportFormat.JSON))

    assert report["cookies"][0]["name"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@ALL
def test_csv_has_one_row_and_no_formula(render: Render, text: str) -> None:
    written = render(document(text), ReportFormat.CSV).decode("utf-8-sig")

    header, row = csv.reader(io.StringIO(written, newline=""))

    assert (header, len(row)) == (list(COLUMNS), len(COLUMNS))
    assert [cell for cell in row if cell.lstrip(" ").startswith(TRIGGERS)] == []


@ALL
def test_markdown_is_built_as_with_a_harmless_name(render: Render, text: str) -> None:
    """No heading, cell, link, picture or element of theirs."""
    assert markdown(render(document(text), ReportFormat.MARKDOWN)) == markdown(
        render(document("harmless"), ReportFormat.MARKDOWN)
    )


@ALL
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_declaration_is_built_as_with_a_harmless_name(text: str, language: str) -> None:
    """It is pasted into a page that may allow scripts."""
    hostile, harmless = (in_language(name, language).declaration for name in (text, "harmless"))

    assert Tags(declaration_html(hostile, language)).names == Tags(declaration_html(harmless, language)).names
    assert markdown(declaration_markdown(hostile).encode()) == markdown(
        declaration_markdown(harmless).encode()
    )


@ALL
def test_pdf_opens_without_a_warning_and_leads_nowhere(
    render: Render, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "pypdf"):
        warnings.simplefilter("error")
        reader = PdfReader(io.BytesIO(render(document(text), ReportFormat.PDF)), strict=True)
        pages = [page.extract_text() for page in reader.pages]
        actions = [
            annotation.get_object().get("/A", {})
            for page in reader.pages
            for annotation in page.get("/Annots", ())
        ]

    assert caplog.records == []
    assert len(pages) < 120
    assert {str(action["/URI"]) for action in actions if "/URI" in action} == {LAW}
    assert {str(action["/S"]) for action in actions if action} <= {"/URI", "/GoTo"}
    assert "/JavaScript" not in reader.root_object.get("/Names", {})


def test_pdf_shows_what_hides(render: Render, tmp_path: Path) -> None:
    """By its code point, as whoever copies the text finds it."""
    names = [HOSTILE[key] for key in ("bidi", "nul", "surrogates", "controls")]
    path = tmp_path / "report.pdf"
    path.write_bytes(render(document(*names), ReportFormat.PDF))

    text = re.sub("[ \n\f]", "", validators.run("pdftotext", "-raw", path, "-"))

    for shown in ("evil[U+202E]name", "nul[U+0000]byte", "[U+D800]lone", "U+001B]"):
        assert shown in text
    assert not [character for character in text if unicodedata.category(character) in ("Cc", "Cs")]


def test_words_of_a_report_never_fill_in_twice() -> None:
    """A name in braces stands in the sentence as it is."""
    for language in ("en", "de", "fr"):
        words = words_in(language)

        assert "{number}{site}" in words("Cookies on {site}", site="{number}{site}")
        assert "{other}" in words.plural(2, "{number} of {what}", "{number} of {what}", what="{other}")


def in_language(name: str, language: str) -> Document:
    """The document of such a name in a language."""
    record = factories.report_record(options=ReportOptions(language=language))
    return build_document(scan(name), record, tool_version="0.1.0", rule_book=rule_facts)


def is_elsewhere(link: str | None) -> bool:
    return link is not None and not link.startswith("#")


def markdown(written: bytes) -> list[str]:
    """What a reader of Markdown builds: blocks, and of what is inside them all that is not plain text."""
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(written.decode("utf-8", "strict"))
    built = []
    for token in tokens:
        built.append(token.type)
        for child in token.children or ():
            if child.type == "html_inline":
                assert child.content == "<!-- -->"
            elif child.type not in ("text", "text_special", "code_inline", "softbreak"):
                built.append(f"{child.type} {child.attrs}")
    return built


class Tags(HTMLParser):
    """The elements of a text and the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[tuple[str, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append((tag, [name for name, _ in attrs]))
