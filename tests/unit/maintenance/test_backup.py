"""Backups: taken while others write, restored whole or not at all."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from scanjobs.config import Settings
from scanjobs.db import events, held_scans, scans, session
from scanjobs.domain.branding import BrandingSettings
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.ids import new_id
from scanjobs.errors import ConfigurationError, DatabaseTooNewError, StorageError
from scanjobs.jobs import monitor
from scanjobs.jobs.queue import JobQueue
from scanjobs.maintenance import backup
from tests import factories
from tests.conftest import on_sqlite_only

pytestmark = on_sqlite_only


@pytest.fixture
def elsewhere(settings, tmp_path) -> Settings:
    """Another data folder, with nothing in it."""
    home = tmp_path / "elsewhere"
    yield replace(settings, home=home, database_url=f"sqlite:///{home / 'scanjobs.db'}")
    session.dispose()


@pytest.fixture
def filled(settings) -> Settings:
    """An installation with a scan, a report, a configuration and a waiting job."""
    scans.add_scan(settings, factories.scan_record())
    (settings.reports_folder / "2026").mkdir(parents=True)
    (settings.reports_folder / "2026" / "shop.pdf").write_bytes(b"%PDF-1.7 a report")
    (settings.reports_folder / ".shop.1234.part").write_bytes(b"unfinished")
    (settings.home / "config.toml").write_text('profile = "eu"\n')
    (settings.home / "cookies.json").write_bytes(b"newer data")
    return settings


def queued(settings):
    queue = JobQueue("test", settings=lambda: settings)

    @queue.task()
    def work(number: int) -> int:
        return number

    return work(7)


def test_everything_comes_back_and_jobs_go_on_waiting(filled, elsewhere, tmp_path):
    job = queued(filled)

    made = backup.back_up(filled, tmp_path / "all.tar")
    held = backup.restore(elsewhere, tmp_path / "all.tar")

    assert held == made
    assert set(held.files) == {"scanjobs.db", "config.toml", "cookies.json", "reports/2026/shop.pdf"}
    assert scans.load_scan(elsewhere, "latest") == scans.load_scan(filled, "latest")
    assert monitor.job(elsewhere, job.id).state == "queued"
    assert (elsewhere.reports_folder / "2026" / "shop.pdf").read_bytes() == b"%PDF-1.7 a report"
    assert (elsewhere.home / "cookies.json").read_bytes() == b"newer data"
    assert not list(filled.home.glob(".backup-*")) + list(elsewhere.home.glob(".backup-*"))


def test_holds_and_events_come_back(filled, elsewhere, tmp_path):
    (scan,) = scans.list_scans(filled)
    held = held_scans.hold(filled, scan.id, "Complaint 4711", filled.clock.now())
    happened = Event(id=new_id(), type=EventType.SCAN_IMPORTED, happened_at=factories.NOON, scan_id=scan.id)
    events.append(filled, replace(happened, job_id="a job"))

    backup.back_up(filled, tmp_path / "backup.tar")
    backup.restore(elsewhere, tmp_path / "backup.tar")

    assert scans.list_scans(elsewhere) == [held]
    assert [event.id for event in events.of_job(elsewhere, "a job")] == [happened.id]


def test_what_reports_are_drawn_with_comes_along(filled, elsewhere, tmp_path):
    """The logo and the templates of the data folder, and nothing from elsewhere."""
    (filled.home / "templates" / "sections").mkdir(parents=True)
    (filled.home / "templates" / "sections" / "scope.html.j2").write_text("mine")
    (filled.home / "templates" / "notifications" / "email").mkdir(parents=True)
    (filled.home / "templates" / "notifications" / "email" / "digest.txt.j2").write_text("my digest")
    (filled.home / "logo.svg").write_text("<svg/>")
    (tmp_path / "logo.svg").write_text("<svg/>")
    ours = replace(filled, branding=BrandingSettings(logo="logo.svg", templates="templates"))
    theirs = replace(filled, branding=BrandingSettings(logo=str(tmp_path / "logo.svg"), templates="gone"))

    backup.back_up(ours, tmp_path / "all.tar")
    held = backup.restore(elsewhere, tmp_path / "all.tar")

    assert (elsewhere.home / "templates" / "sections" / "scope.html.j2").read_text() == "mine"
    assert (elsewhere.home / "logo.svg").read_text() == "<svg/>"
    messages = elsewhere.home / "templates" / "notifications"
    assert (messages / "email" / "digest.txt.j2").read_text() == "my digest"
    left = backup.back_up(theirs, tmp_path / "less.tar").files
    assert set(held.files) - set(left) == {"templates/sections/scope.html.j2", "logo.svg"}


def test_it_is_of_one_moment_although_others_write(filled, elsewhere, tmp_path):
    """Each writer adds two rows in one transaction; a backup never holds one of them without the other."""
    done = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(filled.database_path, timeout=10, isolation_level=None)) as database:
            number = 0
            while not done.is_set():
                number += 1
                database.execute("BEGIN IMMEDIATE")
                for side in "ab":
                    row = (f"{side}{number}", b"x" * 5000)
                    database.execute("INSERT INTO key_values VALUES (?, ?)", row)
                database.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup.back_up(filled, tmp_path / f"{number}.tar")
    finally:
        done.set()
        writer.join()

    for number in range(5):
        backup.restore(elsewhere, tmp_path / f"{number}.tar", replace=number > 0)
        with closing(sqlite3.connect(elsewhere.database_path)) as database:
            counts = [
                database.execute("SELECT count(*) FROM key_values WHERE key LIKE ?", (f"{side}%",)).fetchone()
                for side in "ab"
            ]
        assert counts[0] == counts[1]


def test_a_database_that_is_there_is_not_touched_unasked(filled, elsewhere, tmp_path):
    backup.back_up(filled, tmp_path / "all.tar")
    scans.add_scan(elsewhere, factories.scan_record(id="6f3a9c1e-0000-4000-8000-000000000001"))
    session.dispose()

    with pytest.raises(StorageError, match="There is a database") as caught:
        backup.restore(elsewhere, tmp_path / "all.tar")
    assert "--replace" in caught.value.hint
    backup.restore(elsewhere, tmp_path / "all.tar", replace=True)

    assert scans.load_scan(elsewhere, "latest").id.startswith("5f3a9c1e")
    (kept,) = elsewhere.home.glob("scanjobs.db.replaced-*")
    old = replace(elsewhere, database_url=f"sqlite:///{kept}")
    assert scans.load_scan(old, "latest").id.startswith("6f3a9c1e")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_half_a_backup_changes_nothing(filled, elsewhere, tmp_path, share):
    backup.back_up(filled, whole := tmp_path / "all.tar")
    content = whole.read_bytes()
    (half := tmp_path / "half.tar").write_bytes(content[: int(len(content.rstrip(b"\0")) * share)])

    with pytest.raises(StorageError, match="not a whole backup"):
        backup.restore(elsewhere, half)

    assert not elsewhere.database_path.exists()
    assert not elsewhere.reports_folder.exists()


def test_a_changed_byte_is_found(filled, elsewhere, tmp_path):
    backup.back_up(filled, whole := tmp_path / "all.tar")
    content = whole.read_bytes()
    whole.write_bytes(content.replace(b"a report", b"A report"))

    with pytest.raises(StorageError, match="not a whole backup"):
        backup.restore(elsewhere, whole)


def test_names_that_lead_out_of_the_folder_are_refused(elsewhere, tmp_path):
    with tarfile.open(evil := tmp_path / "evil.tar", "w") as tar:
        entry = tarfile.TarInfo("../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))

    with pytest.raises(StorageError, match="not a whole backup"):
        backup.restore(elsewhere, evil)

    assert not list(tmp_path.rglob("escaped"))


def test_a_backup_of_a_newer_program_is_refused(filled, elsewhere, tmp_path):
    backup.back_up(filled, old := tmp_path / "all.tar")
    newer = tmp_path / "newer.tar"
    with tarfile.open(old) as source, tarfile.open(newer, "w") as target:
        for member in source:
            content = source.extractfile(member).read()
            if member.name == backup.CONTENTS:
                content = json.dumps(json.loads(content) | {"revision": "9999"}).encode()
                member.size = len(content)
            target.addfile(member, io.BytesIO(content))

    with pytest.raises(DatabaseTooNewError, match="version 9999"):
        backup.restore(elsewhere, newer)


def test_a_server_has_tools_of_its_own(settings, tmp_path):
    on_server = replace(settings, database_url="postgresql+psycopg://db.example/scanjobs")

    with pytest.raises(ConfigurationError) as caught:
        backup.back_up(on_server, tmp_path / "all.tar")

    assert "pg_dump" in caught.value.hint


@pytest.mark.parametrize("target", ["folder", "/dev/null", "/proc/backup.tar"])
def test_where_nothing_can_be_written_the_error_says_so(filled, tmp_path, target):
    (tmp_path / "folder").mkdir()

    with pytest.raises(StorageError, match=f"The backup could not be written to .*{target}: "):
        backup.back_up(filled, tmp_path / target)

    assert not list(filled.home.glob(".backup-*"))


def test_without_a_database_there_is_nothing_to_back_up(settings, tmp_path):
    with pytest.raises(StorageError, match="no database"):
        backup.back_up(settings, tmp_path / "all.tar")
    with pytest.raises(StorageError, match="There is no file"):
        backup.restore(settings, tmp_path / "missing.tar")
