"""Reports in German and French: nothing is left untranslated, and numbers and dates are written as there."""

from __future__ import annotations

import importlib.util
import re
import string
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanjobs.domain.cookies import Party
from scanjobs.domain.purposes import Category
from scanjobs.domain.reports import ReportFormat, ReportOptions
from scanjobs.domain.scans import ScanRecord
from scanjobs.errors import UsageError
from scanjobs.reports import wording
from scanjobs.reports.declaration_text import declaration_html
from scanjobs.reports.document import Document
from scanjobs.reports.languages import words_in
from scanjobs.reports.languages.translated import TranslatedWords
from tests import factories
from tests.unit.reports.documents import Render, document_of, scan_with

SCRIPT = Path(__file__).parents[3] / "scripts" / "write_catalogues.py"
TRANSLATED = ("de", "fr")
NARROW = "\u202f"
"""The space before a colon and between thousands in French."""


@pytest.fixture(scope="module")
def catalogues() -> Any:
    """The script that brings the catalogues up to date."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report_in(language: str, scan: ScanRecord) -> Document:
    return document_of(scan, options=ReportOptions(language=language))


def text_of(id_or_string: str | tuple[str, ...]) -> Iterator[str]:
    yield from (id_or_string,) if isinstance(id_or_string, str) else id_or_string


class Complete(TranslatedWords):
    """A language that notes what it was asked for and does not know."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.unknown: set[str] = set()

    def _translated(self, text: str) -> str:
        if self._catalogue._catalog.get(text) is None and self._catalogue._catalog.get((text, 0)) is None:  # type: ignore[attr-defined]
            self.unknown.add(text)
        return super()._translated(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_obsolete(catalogues: Any, language: str) -> None:
    """Who adds a text runs the script and translates it; who takes one away runs the script."""
    catalogue = catalogues.catalogue(language)
    said = {one if isinstance(one, str) else one[0] for one in catalogues.messages()}
    known = {one.id if isinstance(one.id, str) else one.id[0]: one.string for one in catalogue if one.id}

    assert set(known) == said
    assert [id for id, translated in known.items() if not all(text_of(translated))] == []
    assert all(translated for translated in known.values())


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_same_places_for_values(catalogues: Any, language: str) -> None:
    """A value that a translation forgets is lost, and one it invents is an error."""

    def places(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    for message in catalogues.catalogue(language):
        wanted = places("".join(text_of(message.id))) if message.id else set()
        for translated in text_of(message.string) if message.id else ():
            assert places(translated) == wanted, message.id


def test_french_spaces_hold_lines_together(catalogues: Any) -> None:
    """Before a colon, a semicolon, inside quotes: a narrow space at which no line is broken."""
    for message in catalogues.catalogue("fr"):
        for translated in text_of(message.string) if message.id else ():
            assert not re.search(r" [:;!?»]|« |'", translated), translated


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize(
    "format", [ReportFormat.HTML, ReportFormat.PDF, ReportFormat.MARKDOWN, ReportFormat.XLSX]
)
def test_renderers_say_nothing_that_has_no_translation(
    render: Render, busy_scan: ScanRecord, language: str, format: ReportFormat
) -> None:
    """Also what is put together while a report is drawn is in the catalogue."""
    words = Complete(language)

    render(replace(report_in(language, busy_scan), words=words), format)

    assert words.unknown == set()


def test_a_german_report_is_german(render: Render, busy_scan: ScanRecord) -> None:
    """Headings, purposes, the verdict, dates and shares."""
    report = render(report_in("de", busy_scan), ReportFormat.MARKDOWN).decode()

    for said in (
        "# Cookie-Bericht für shop.example",
        "## Gesamtergebnis",
        "**Nicht erfüllt: 2 Regeln nicht erfüllt, 1 davon kritisch**",
        "2. März 2026, 12:00 UTC",
        "| Erforderlich | Erstanbieter |",
        "67\u00a0%",
        "## Einwilligungsmatrix",
    ):
        assert said in report


def test_a_french_report_is_french(render: Render, busy_scan: ScanRecord) -> None:
    """Headings, purposes, the verdict, dates and shares, with the spaces of French."""
    report = render(report_in("fr", busy_scan), ReportFormat.MARKDOWN).decode()

    for said in (
        "# Rapport sur les cookies de shop.example",
        "## Bilan",
        f"**Non satisfait{NARROW}: 2 règles non satisfaites, dont 1 critique**",
        f"**Rapport établi{NARROW}:** 2 mars 2026, 12:00 UTC",
        "| Nécessaire | Interne |",
        "67\u00a0%",
        "## Matrice du consentement",
    ):
        assert said in report


@pytest.mark.parametrize(
    ("language", "number", "share", "date", "duration", "size"),
    [
        ("de", "1.204", "45\u00a0%", "2. März 2026", "13 Tage", "1,5 kB"),
        ("fr", f"1{NARROW}204", "45\u00a0%", "2 mars 2026", "13\u00a0jours", f"1,5{NARROW}ko"),
    ],
)
def test_numbers_and_dates_are_written_as_in_the_language(
    language: str, number: str, share: str, date: str, duration: str, size: str
) -> None:
    """By the data of the Unicode consortium."""
    words = words_in(language)

    assert words.number(1204) == number
    assert words.percent(0.45) == share
    assert words.date(factories.NOON) == date
    assert words.duration(13 * 86_400) == duration
    assert words.size(1_500) == size


def test_nouns_stay_capital_within_german_sentences() -> None:
    """`drittanbieter` would be a mistake."""
    assert words_in("de").within(Party.THIRD) == "Drittanbieter"
    assert words_in("fr").within(Party.THIRD) == "tiers"
    assert words_in("en").within(Party.THIRD) == "third party"


def test_the_page_tells_its_language_and_where_it_is_english(render: Render, busy_scan: ScanRecord) -> None:
    """Screen readers pronounce what rules say as English, and all else as German."""
    page = render(report_in("de", busy_scan), ReportFormat.HTML).decode()

    assert '<html lang="de">' in page
    assert '<small lang="en">What C01 looks at.</small>' in page
    assert 'lang="en"' not in render(report_in("en", busy_scan), ReportFormat.HTML).decode().split(">", 2)[2]


def test_no_space_of_french_is_taken_for_something_hidden(render: Render, busy_scan: ScanRecord) -> None:
    """Pages show code points for what a site hides, not for the typography of the report."""
    for format in (ReportFormat.HTML, ReportFormat.MARKDOWN):
        assert "[U+202F]" not in render(report_in("fr", busy_scan), format).decode()
    assert wording.visible("a\u202fb") == "a[U+202F]b"


def test_words_are_not_cut_in_the_pdf(render: Render, busy_scan: ScanRecord, tmp_path: Path) -> None:
    """German words are long; headings and names of values find room for them."""
    path = tmp_path / "report.pdf"
    path.write_bytes(render(report_in("de", busy_scan), ReportFormat.PDF))
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout

    for word in ("Speicherdauer", "Drittanbieter", "Einwilligung", "Entscheidung", "Schweregrad"):
        assert word in text
        assert not re.search(rf"\b{word[:-2]}\n|\b{word[:-1]}\n", text)


def test_a_declaration_reads_in_its_language() -> None:
    """Ready to paste into a German page: what is said about each group, lifetimes, parties."""
    document = report_in("de", scan_with("_ga"))
    html = declaration_html(document.declaration, document.language)

    assert html.startswith('<section class="cookie-declaration" lang="de">')
    assert f"<h3>{words_in('de').name(Category.NECESSARY)}</h3>" in html or "<h3>Analyse</h3>" in html
    assert "mit Ihrer Einwilligung" in html
    assert "Cookie, Erstanbieter" in html
    assert "Zuletzt aktualisiert am 2. März 2026." in html


def test_an_unknown_language_is_refused() -> None:
    """With the languages there are."""
    with pytest.raises(UsageError, match="'xx'") as refused:
        words_in("xx")

    assert "de (Deutsch)" in (refused.value.hint or "")
