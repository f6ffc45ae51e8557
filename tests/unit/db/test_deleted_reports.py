"""Reports that go while others come: a file and its record never part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import deleted_reports, reports, scans, session
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportRecord, ReportVersions
from scanjobs.files import write_atomically
from scanjobs.maintenance import reports as life
from tests import factories

VERSIONS = ReportVersions(tool="1", rules="1", data="1")


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Path:
    """Where the reports of one scan go, each over the last."""
    scans.add_scan(settings, factories.scan_record())
    return tmp_path / "report.csv"


def accept(settings: Settings, place: Path) -> ReportRecord:
    record = replace(factories.report_record(path=str(place)), id=new_id(), job_id=new_id(), written_at=None)
    reports.add_report(settings, record)
    return record


def write(settings: Settings, record: ReportRecord, content: bytes) -> bool:
    size, sha256 = write_atomically(Path(record.path), lambda file: file.write(content))
    return complete(settings, record, size, sha256)


def complete(settings: Settings, record: ReportRecord, size: int, sha256: str) -> bool:
    return reports.complete_report(
        settings, record.id, written_at=factories.NOON, size=size, sha256=sha256, versions=VERSIONS
    )


def beside(work: Callable[[], Any]) -> threading.Thread:
    """Let somebody else begin this, and get as far as they come within a second."""

    def run() -> None:
        try:
            work()
        finally:
            session.driver.dispose()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(1)
    return thread


def test_a_new_report_in_the_place_of_one_that_goes_keeps_its_file(settings: Settings, place: Path) -> None:
    """It is asked for and written just when the old file is taken away."""
    old, threads = accept(settings, place), []
    write(settings, old, b"old")
    deleted_reports.mark_deleted(settings, [old.id], factories.NOON)

    def remove() -> None:
        threads.append(beside(lambda: write(settings, accept(settings, place), b"new")))
        place.unlink()

    deleted_reports.forget_report(settings, old.id, remove)
    threads[0].join()

    (report,) = reports.list_reports(settings)
    assert place.read_bytes() == b"new"
    assert life.verify(report).state is life.FileState.INTACT


def test_a_report_that_is_deleted_while_it_is_recorded_leaves_no_file(
    settings: Settings, place: Path
) -> None:
    """Its job was given up for ended, so it may be deleted, and yet it comes to its end."""
    record, threads = accept(settings, place), []
    size, sha256 = write_atomically(place, lambda file: file.write(b"late"))

    def between(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT reports.path") and not threads:
            threads.append(threading.current_thread())
            threads.append(beside(lambda: life.delete(settings, [record])))

    engine = session.engine_for(settings)
    sa.event.listen(engine, "after_cursor_execute", between)
    try:
        is_wanted = complete(settings, record, size, sha256)
    finally:
        sa.event.remove(engine, "after_cursor_execute", between)
    threads[-1].join()

    assert len(threads) == 2
    assert reports.list_reports(settings) == []
    assert place.exists() is not is_wanted
