"""The cookies for a spreadsheet: RFC 4180, one row a cookie, with a BOM and disarmed formulas by default."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import BinaryIO

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.reports.document import Document
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import Presence
from scanjobs.reports.renderers import Progress
from scanjobs.reports.sheet import Sheet

COLUMNS = (
    "name",
    "domain",
    "path",
    "partition",
    "party",
    "category",
    "category_source",
    "confidence",
    "vendor",
    "exempt",
    "exemption_reason",
    "type",
    "lifetime_seconds",
    "lifetime",
    "expires_at",
    "secure",
    "http_only",
    "same_site",
    "partitioned",
    "host_only",
    "before",
    "accepted",
    "rejected",
    "unknown_phase",
    "times_seen",
    "value_length",
    "value_shape",
    "first_url",
    "first_seen_at",
    "privacy_url",
    "declared_retention",
)
CHUNK = 1000
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""
# Where the comma is the decimal point, spreadsheets split at semicolons; quotes then keep no line together.
_INNER_START = re.compile(r'(?<=[;\r\n])(?=[ "]*[=+\-@\t\0＝＋－＠])')


class CsvRenderer:
    """Writes the inventory of a document as CSV."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Write the cookies of a document."""
        sheet = Sheet(
            options=document.options,
            phases=document.scope.phases,
            rules_version=document.identification.rules_version,
            data_version=document.identification.data_version,
            total=len(document.cookies),
            rows=document.cookies,
        )
        self.write(sheet, file, on_progress)

    def write(self, sheet: Sheet, file: BinaryIO, on_progress: Progress) -> None:
        """Write the header, then the rows in chunks."""
        options = sheet.options
        encoding = "utf-8-sig" if options.csv_bom else "utf-8"
        cell_of = str if options.csv_raw else guarded
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        rows, done = iter(sheet.rows), 0
        while chunk := list(islice(rows, CHUNK)):
            on_progress(100 * done / max(sheet.total, 1), "cookies")
            writer.writerows([cell_of(cell) for cell in _cells(row, sheet.phases)] for row in chunk)
            done += len(chunk)
        # The caller owns the file: without this the wrapper would close it when it goes.
        text.detach()
        on_progress(100, "done")


@lru_cache(maxsize=2048)  # most cells of a sheet repeat themselves
def guarded(cell: str) -> str:
    """The cell with an apostrophe before anything a spreadsheet might run as a formula."""
    cell = _INNER_START.sub("'", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(TRIGGERS) else cell


def _cells(row: InventoryRow, phases: Sequence[ConsentPhase]) -> Iterator[str]:
    """One text for each of COLUMNS; empty where a fact is not known."""
    presence = dict(zip(phases, row.presence, strict=True))
    yield row.name
    yield row.domain
    yield row.path
    yield row.partition
    yield row.party
    yield row.category
    yield row.source
    yield f"{row.confidence:.2f}"
    yield row.vendor or ""
    yield row.exemption
    yield row.exemption_reason
    yield row.lifespan
    yield "" if row.lifetime_seconds is None else str(row.lifetime_seconds)
    yield row.lifetime
    yield _moment(row.expires_at)
    yield _yes_no(row.secure)
    yield _yes_no(row.http_only)
    yield row.same_site or ""
    yield _yes_no(row.partitioned)
    yield _yes_no(row.host_only)
    for phase in ConsentPhase:
        yield _seen(presence.get(phase))
    yield str(sum(observation.times_seen for observation in row.observations))
    yield str(row.value.length)
    yield row.value.shape
    yield row.first_url.replace(";", "%3B")  # the same address, without what some spreadsheets split at
    yield _moment(row.first_seen_at)
    yield row.privacy_url or ""
    yield row.declared_retention or ""


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _seen(presence: Presence | None) -> str:
    """`set` or `sent`, `no` where the phase shows no such cookie, empty where it was not captured."""
    if presence is None:
        return ""
    return "no" if presence is Presence.ABSENT else presence


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if value else ""
