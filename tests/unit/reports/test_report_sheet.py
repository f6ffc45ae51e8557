"""Rows that are read while they are written: the same file as from a whole document, in little memory."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from scanjobs.config import Settings
from scanjobs.db import scan_rows, scans
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.purposes import Category
from scanjobs.domain.reports import ReportFormat, ReportOptions
from scanjobs.errors import NotFoundError
from scanjobs.reports.renderers.csv import CsvRenderer
from scanjobs.reports.sheet import open_sheet
from tests import factories
from tests.conftest import DATABASES
from tests.unit.reports.documents import Render, document_of


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rows(count: int) -> list[object]:
    return [
        factories.labelled(
            factories.observed(f"cookie-{number:05}", phase=ConsentPhase.ACCEPTED),
            label=factories.label(list(Category)[number % 5]),
        )
        for number in range(count)
    ]


def written(settings: Settings, scan_id: str) -> bytes:
    file = io.BytesIO()
    with open_sheet(settings, scan_id, ReportOptions()) as sheet:
        CsvRenderer().write(sheet, file, lambda percent, phase: None)
    return file.getvalue()


def test_it_is_the_file_that_a_whole_document_gives(
    settings: Settings, render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_rows, "CHUNK", 7)
    scan = factories.scan_record(*rows(50))
    scans.add_scan(settings, scan)

    assert written(settings, scan.id) == render(document_of(scan), ReportFormat.CSV)


def test_memory_does_not_grow_with_the_rows(settings: Settings) -> None:
    peaks = []
    for number, count in enumerate((2_000, 8_000)):
        scan = factories.scan_record(*rows(count), id=f"00000000-0000-4000-8000-00000000000{number}")
        scans.add_scan(settings, scan)
        scan_id = scan.id
        del scan
        tracemalloc.start()
        file = Nowhere()
        with open_sheet(settings, scan_id, ReportOptions()) as sheet:
            CsvRenderer().write(sheet, file, lambda percent, phase: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert file.size > 100 * count

    assert peaks[1] < 1.3 * peaks[0]


def test_a_scan_that_is_gone(settings: Settings) -> None:
    with pytest.raises(NotFoundError), open_sheet(settings, factories.scan_record().id, ReportOptions()):
        pass


class Nowhere(io.RawIOBase):
    """A file that keeps nothing but its size."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        length = len(data)  # type: ignore[arg-type]
        self.size += length
        return length
