"""The schema: migrations say what the models say, once, under a lock, and a newer one is refused."""

from __future__ import annotations

import fcntl
import multiprocessing
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from scanjobs.classification import label_of
from scanjobs.config import Settings
from scanjobs.db import models, reports, schema, session
from scanjobs.db.connection import connect
from scanjobs.domain.cookies import Party
from scanjobs.domain.purposes import ExemptionGround
from scanjobs.domain.reports import ReportKind, ReportOptions
from scanjobs.errors import DatabaseTooNewError, StorageError, WorkersTooOldError
from scanjobs.jobs import monitor
from tests.conftest import on_postgres_only, on_sqlite_only
from tests.postgres import fresh_schema


@pytest.fixture
def database_url(database: str) -> Iterator[str | None]:
    """A place where no table has been made yet."""
    if database == "sqlite":
        yield None
    else:
        with fresh_schema(is_empty=True) as url:
            yield url


def declared_in_file(path: Path) -> set[tuple[str, ...]]:
    """Every statement that made this schema, without white space and the order of its parts."""
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"
        )
        return {tuple(sorted(re.split(r"[,()]", "".join(sql.split()).replace('"', "")))) for (sql,) in rows}


@on_sqlite_only
def test_migrations_make_what_the_models_say(settings: Settings, tmp_path: Path):
    session.engine_for(settings)
    by_models = tmp_path / "models.db"
    engine = sa.create_engine(f"sqlite:///{by_models}")
    models.Base.metadata.create_all(engine)
    engine.dispose()

    assert declared_in_file(settings.database_path) == declared_in_file(by_models)


def declared_on_server(settings: Settings) -> set[tuple[str, ...]]:
    """Every column, index and constraint of this schema, without its name."""
    columns = """
        SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
          FROM information_schema.columns WHERE table_schema = current_schema()
    """
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    constraints = """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    """
    with closing(connect(settings)) as database:
        (schema_name,) = database.execute("SELECT current_schema()").fetchone()
        found = [row for sql in (columns, indexes, constraints) for row in database.execute(sql).fetchall()]
    return {
        tuple(str(word).replace(f"{schema_name}.", "") for word in row)
        for row in found
        if not row[0].endswith("alembic_version")
    }


@on_postgres_only
def test_migrations_make_what_the_models_say_on_a_server(settings: Settings):
    session.engine_for(settings)

    with fresh_schema() as by_models:
        made = declared_on_server(replace(settings, database_url=by_models))

    assert declared_on_server(settings) == made
    assert len(made) > 200


def test_the_known_revisions_are_those_of_the_folder():
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    folder = ScriptDirectory.from_config(config)

    assert tuple(reversed([one.revision for one in folder.walk_revisions()])) == schema.REVISIONS
    assert folder.get_current_head() == schema.HEAD


def test_a_newer_database_is_refused_and_left_as_it_is(settings: Settings):
    schema.ensure(settings)
    schema._checked.clear()
    with closing(connect(settings)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseTooNewError, match="version 9999"):
        schema.ensure(settings)

    assert schema.revision(settings) == "9999"


def old_database(settings: Settings) -> None:
    """The first version of the tables, with a job that waits and a worker that has left."""
    settings.home.mkdir()
    schema._upgrade(settings, "0001")
    with closing(connect(settings)) as database:
        database.execute(
            "INSERT INTO jobs (id, task, queue, state, priority, payload, created_at, run_at)"
            " VALUES ('beef', 't', 'default', 'queued', 0, '{}', 1, 1)"
        )
        database.execute(
            "INSERT INTO workers (id, host, boot_id, pid, lock_path, queues, is_private, concurrency,"
            " started_at, seen_at) VALUES ('w', 'h', 'b', 4711, ?, 'default', ?, 1, 1, 1)",
            (str(settings.home / "w.lock"), False),
        )


def test_an_older_database_is_upgraded_with_what_waits_in_it(settings: Settings):
    old_database(settings)

    assert [queue.queued for queue in monitor.queues(settings)] == [1, 0, 0]
    assert schema.revision(settings) == schema.HEAD


def test_the_grounds_of_stored_exemptions_are_told_from_their_reasons(settings: Settings):
    names = [
        "OptanonConsent",
        "PHPSESSID",
        "cart",
        ".ASPXAUTH",
        "csrftoken",
        "__cf_bm",
        "AWSALB",
        "_GRECAPTCHA",
    ]
    labels = {name: label_of(name, "shop.example", Party.FIRST, lifetime_seconds=0) for name in names}
    settings.home.mkdir()
    schema._upgrade(settings, "0004")
    with closing(connect(settings)) as database:
        database.execute(
            "INSERT INTO scans (seq, id, state, site, source, profile, created_at, tool_version,"
            " data_version, complete, values_kept, cookie_count, phases)"
            " VALUES (1, 's', 'imported', 'shop.example', 'har', 'eu', 1, '0.1', '1', ?, ?, 1, '[]')",
            (True, False),
        )
        for name, label in labels.items():
            database.execute(
                "INSERT INTO cookies (scan_seq, name, domain, path, partition, party, category, label_source,"
                " confidence, exemption, exemption_reason)"
                " VALUES (1, ?, 'shop.example', '/', '', 'first', 'necessary', 'curated', 0.9, ?, ?)",
                (name, label.exemption.value, label.exemption_reason),
            )

    schema.ensure(settings)

    with closing(connect(settings)) as database:
        found = dict(database.execute("SELECT name, exemption_ground FROM cookies").fetchall())
    assert found == {name: label.exemption_ground for name, label in labels.items()}
    assert set(found.values()) == {*ExemptionGround, None}


def test_reports_of_before_stay_what_they_were(settings: Settings):
    settings.home.mkdir()
    schema._upgrade(settings, "0005")
    with closing(connect(settings)) as database:
        database.execute(
            "INSERT INTO scans (seq, id, state, site, source, profile, created_at, tool_version,"
            " data_version, complete, values_kept, cookie_count, phases)"
            " VALUES (1, 's', 'imported', 'shop.example', 'har', 'eu', 1, '0.1', '1', ?, ?, 1, '[]')",
            (True, False),
        )
        database.execute(
            "INSERT INTO reports (id, scan_id, job_id, format, path, created_at, written_at, size, sha256)"
            " VALUES ('r', 's', 'j', 'pdf', '/r.pdf', 1, 2, 3, 'abc')"
        )

    (report,) = reports.list_reports(settings)

    assert (report.kind, report.scan_id, report.size, report.sha256) == (ReportKind.SCAN, "s", 3, "abc")
    assert (report.options, report.versions, report.expires_at) == (ReportOptions(), None, None)


def test_an_upgrade_waits_for_older_workers(settings: Settings):
    old_database(settings)
    with (settings.home / "w.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(WorkersTooOldError, match="process 4711"):
            schema.ensure(settings)

        assert schema.revision(settings) == "0001"


@on_postgres_only
def test_an_upgrade_waits_for_older_workers_elsewhere(settings: Settings):
    """Their locks cannot be seen, so their leases decide."""
    old_database(settings)
    with closing(connect(settings)) as database:
        database.execute("UPDATE workers SET host = 'far', seen_at = ?", (settings.clock.timestamp(),))

    with pytest.raises(WorkersTooOldError, match="process 4711 on far"):
        schema.ensure(settings)


def _open(settings: Settings) -> str | None:
    session.engine_for(settings)
    return schema.revision(settings)


def test_many_processes_may_be_first(settings: Settings):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(_open, [settings] * 8) == [schema.HEAD] * 8


def test_a_database_of_this_version_needs_no_alembic(settings: Settings):
    session.engine_for(settings)
    session.dispose()
    program = (
        "import sys; from scanjobs import config; from scanjobs.db import scans; "
        "scans.list_scans(config.current()); print('alembic' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"


@on_sqlite_only
def test_a_file_that_is_no_database_says_so(settings: Settings):
    settings.home.mkdir()
    settings.database_path.write_text("This is a shopping list, and quite a long one at that.\n" * 40)

    with pytest.raises(StorageError, match="not a scanjobs database"):
        session.engine_for(settings)


@on_sqlite_only
def test_deleting_a_scan_takes_all_that_is_its_own(settings: Settings):
    """Foreign keys are on in every connection."""
    with session.reading(settings) as reader:
        assert reader.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
