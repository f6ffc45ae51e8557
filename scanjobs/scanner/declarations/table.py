"""Reads a declaration from a table (CSV) with a heading, in any order, with any delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, NamedTuple

from scanjobs.domain.declared import DeclaredType
from scanjobs.errors import CaptureError
from scanjobs.scanner.declarations.contract import DeclarationSource, Declared
from scanjobs.scanner.declarations.durations import UNKNOWN, read_duration, unit_in
from scanjobs.scanner.declarations.lines import Lines, host_in
from scanjobs.scanner.declarations.words import plain_words, type_of
from scanjobs.scanner.importers.json_stream import encoding_of
from scanjobs.scanner.shown import printable

_DELIMITERS = (",", ";", "\t", "|")
_FIRST_ROWS = 15
"""A title or an empty line may stand above the heading."""
_LONGEST_CELL = 1_000_000
_EXCEL = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)
_HEADINGS: Mapping[str, frozenset[str]] = {
    column: frozenset(words.split())
    for column, words in {
        "name": "name cookie cookies cookiename nameofcookie nameofthecookie cookieid cookiekey key "
        "identifier bezeichnung cookiebezeichnung nom nomducookie nombre nombredelacookie nome "
        "nomedelcookie naam cookienaam",
        "provider": "provider vendor company platform service owner setby controller datacontroller "
        "thirdparty "
        "anbieter dienst dienstleister herausgeber verantwortlicher fournisseur editeur emetteur societe "
        "proveedor empresa titular fornitore gestore aanbieder leverancier source",
        "category": "category cookiecategory group cookiegroup class classification purposecategory "
        "kategorie cookiekategorie gruppe einstufung categorie categoria categoriadecookie groupe grupo "
        "gruppo",
        "purpose": "purpose description purposes function details explanation zweck beschreibung "
        "verwendungszweck zweckbeschreibung finalite finalites descriptif objectif finalidad descripcion "
        "proposito scopo finalita descrizione doel omschrijving beschrijving",
        "duration": "duration expiry expires expiration expirationdate expirytime expiresin retention "
        "retentionperiod lifetime lifespan maxage storageperiod storageduration validity period ttl laufzeit "
        "speicherdauer ablauf gultigkeit gultigkeitsdauer lebensdauer ablaufzeit haltbarkeit duree "
        "dureedeconservation dureedevie validite duracion caducidad plazo vencimiento durata scadenza "
        "conservazione bewaartermijn vervaldatum looptijd geldigheidsduur",
        "type": "type typ tipo cookietype storagetype kind art technology technologie technik",
        "domain": "domain host hostname cookiedomain domane domaene domaine dominio domein site",
    }.items()
}
_OBSERVED = frozenset(("value", "wert", "httponly", "samesite", "hostonly", "valuesha", "lastaccessed"))
_UNIT = re.compile(r"\([^()]*\)|\b(?:in|en)\s+\w+|_[a-z]+\Z")


class _Heading(NamedTuple):
    row: int
    columns: dict[str, int]
    unit_seconds: int | None
    delimiter: str
    observed: str | None
    """The heading of a column that only cookies have which somebody has seen."""


class TableSource(DeclarationSource):
    """A CSV file with a heading: `name, provider, category, purpose, duration, type, domain`."""

    format: ClassVar[str] = "csv"

    def matches(self, head: bytes) -> bool:
        """True for rows beneath a heading that names cookies and at least one thing about them."""
        text = _text(head)
        return text.lstrip()[:1] not in ("{", "[", "<") and _heading_of(text) is not None

    def read(self, content: bytes, name: str) -> Declared:
        """The lines of the table; CaptureError where it has no heading that can be read."""
        text = _text(content)
        heading = _heading_of(text)
        if heading is None:
            raise CaptureError(
                f"{printable(name)} has no heading that names cookies and something about them.",
                hint="Begin it with a row such as: name,provider,category,purpose,duration,type,domain",
            )
        if heading.observed:
            raise CaptureError(
                f"{printable(name)} lists cookies that were observed, not declared: it has a column "
                f"{printable(heading.observed)}.",
                hint="A declaration says for each name what it is for and how long it lives.",
            )
        lines, is_damaged = Lines(), False
        for number, row in enumerate(_rows(text, heading.delimiter)):
            if row is None:
                is_damaged = True
            elif number > heading.row and any(cell.strip() for cell in row):
                _add(lines, heading, row)
        return Declared(lines=lines, is_damaged=is_damaged)


def _add(lines: Lines, heading: _Heading, row: list[str]) -> None:
    def cell(column: str) -> str:
        place = heading.columns.get(column)
        return row[place] if place is not None and place < len(row) else ""

    type = type_of(cell("type"))
    lived = read_duration(cell("duration"), heading.unit_seconds)
    if lived == UNKNOWN and type is DeclaredType.COOKIE:
        lived = read_duration(cell("type"))  # a session cookie, a persistent one
    lines.add(
        name=cell("name"),
        provider=cell("provider"),
        domain=cell("domain") if host_in(cell("domain")) else "",
        category_words=cell("category"),
        purpose=cell("purpose"),
        duration_words=cell("duration"),
        duration=lived,
        type=type,
    )


def _text(content: bytes) -> str:
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        # A head may end within a character; what spreadsheets on Windows write is no UTF-8 at all.
        is_cut = error.end >= len(content) and error.start > len(content) - 4
        text = content.decode(encoding, "ignore") if is_cut else content.decode("cp1252", "replace")
    return _EXCEL.sub("", text.lstrip("\ufeff")).replace("\0", "\ufffd")


def _heading_of(text: str) -> _Heading | None:
    """The heading among the first rows, by the delimiter that makes most of it."""
    found = [
        heading
        for delimiter in _DELIMITERS
        for number, row in zip(range(_FIRST_ROWS), _rows(text, delimiter), strict=False)
        if row is not None and (heading := _as_heading(number, row, delimiter)) is not None
    ]
    return max(found, key=lambda heading: (len(heading.columns), -heading.row), default=None)


def _as_heading(number: int, row: list[str], delimiter: str) -> _Heading | None:
    columns: dict[str, int] = {}
    unit, observed = None, None
    for place, cell in enumerate(row[:100]):
        words = plain_words(cell[:200])
        column = _column_of(words)
        if re.sub(r"[^a-z]", "", words) in _OBSERVED:
            observed = cell[:40]
        if column is not None and column not in columns:
            columns[column] = place
            if column == "duration":
                unit = unit_in(words)
    if "name" not in columns or len(columns) < 2:
        return None
    return _Heading(number, columns, unit, delimiter, observed)


def _column_of(words: str) -> str | None:
    """The column that a heading names; that of the lifetime may name a unit as well."""
    whole, without_unit = (re.sub(r"[^a-z]", "", one) for one in (words, _UNIT.sub("", words)))
    named = next((column for column, known in _HEADINGS.items() if whole in known), None)
    return "duration" if named is None and without_unit in _HEADINGS["duration"] else named


def _rows(text: str, delimiter: str) -> Iterator[list[str] | None]:
    """The rows; None in the place of one that cannot be read, which is the last."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        yield None
