"""The way from a recording to a report on a PostgreSQL server, and what is said where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import DEMO
from tests.acceptance.test_errors import refused


@pytest.fixture
def database():
    return "postgresql"


pytestmark = pytest.mark.postgres


def on(url):
    return {**os.environ, "SCANJOBS_DATABASE_URL": url}


def test_a_recording_becomes_reports(scanjobs, shop, worker, settings):
    worker()

    done = scanjobs("report", shop, "--format", "json", "--format", "csv", "--wait")
    again = scanjobs("import", DEMO / "manifest.toml", "--json")

    assert done.returncode == 0, done.stderr
    report, table = done.stdout.split()
    assert json.loads(Path(report).read_text())["scan"]["id"] == shop
    assert Path(table).read_text().count("\n") > 10
    assert [scan["id"] for scan in json.loads(again.stdout)] == [shop]
    listed = json.loads(scanjobs("jobs", "list", "--json").stdout)
    assert [job["state"] for job in listed] == ["succeeded", "succeeded"]
    assert scanjobs("status").returncode == 0
    assert scanjobs("show", shop[:4]).returncode == 0
    assert list(settings.home.glob("*.db")) == []


def test_reports_need_no_worker_there_either(scanjobs, shop):
    done = scanjobs("report", shop, "--format", "csv", "--wait")

    assert done.returncode == 0, done.stderr


def test_an_installation_moves_to_a_server(scanjobs, shop, settings, tmp_path):
    copy = f"sqlite:///{tmp_path}/moved.db"

    done = scanjobs("db", "copy", "--to", copy, "--json")

    assert done.returncode == 0, done.stderr
    assert {"table": "scans", "rows": 1} in json.loads(done.stdout)
    assert shop in scanjobs("scans", "--json", env=on(copy)).stdout
    refused(scanjobs("db", "copy", "--to", settings.database_url, env=on(copy)), 3, "is not empty")


def test_a_database_with_a_worker_is_not_copied(scanjobs, worker, tmp_path):
    process = worker()

    refused(scanjobs("db", "copy", "--to", f"sqlite:///{tmp_path}/x.db"), 3, f"process {process.pid}")


def test_an_upgrade_says_what_the_database_is(scanjobs, settings):
    done = scanjobs("db", "upgrade")

    assert done.returncode == 0
    assert "has version" in done.stdout
    assert settings.database_url not in done.stdout


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace(":5432/", ":1/"), "cannot be reached: connection refused"),
        (lambda url: url.replace("127.0.0.1", "nowhere.invalid"), "its name is not known"),
        (lambda url: url.replace("postgres:s3cret@", "nobody:s3cret@"), "does not let us in"),
        (lambda url: url.replace("/scanjobs_tests", "/no_such"), "There is no database no_such on 127.0.0.1"),
        (lambda url: url.replace("postgresql+psycopg", "mysql"), "begins with 'mysql:' cannot be used"),
        (lambda url: f"{url}&nonsense=1", "cannot be read"),
    ],
)
@pytest.mark.parametrize("words", [["import", DEMO / "before.har"], ["worker"]])
def test_a_server_that_refuses_is_told_without_the_password(scanjobs, settings, change, told, words):
    url = change(settings.database_url.replace("postgres@", "postgres:s3cret@"))
    if url == settings.database_url:
        pytest.skip("the server of these tests is elsewhere")

    done = scanjobs("--log-level", "debug", *words, env=on(url))

    refused(done, 2 if "cannot be read" in told or "cannot be used" in told else 3, told)
    assert "s3cret" not in done.stdout + done.stderr


def test_a_server_that_takes_no_writes_is_told(scanjobs, settings):
    url = f"{settings.database_url}%20-cdefault_transaction_read_only%3Don"

    refused(scanjobs("worker", "--drain", env=on(url)), 3, "takes no writes")


def test_a_full_server_is_told(scanjobs, settings):
    import psycopg

    from tests.postgres import _plain

    with psycopg.connect(_plain(settings.database_url), autocommit=True) as server:
        name = f"few_{os.getpid()}"
        server.execute(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 0")
        try:
            url = settings.database_url.replace("postgres@", f"{name}:s3cret@")
            done = scanjobs("scans", env=on(url))
        finally:
            server.execute(f"DROP ROLE {name}")

    refused(done, 3, "takes no more connections")


def test_a_missing_driver_is_told_with_what_to_install(settings):
    program = (
        "import sys; sys.modules['psycopg'] = None; sys.argv = ['scanjobs', 'scans']; "
        "from scanjobs.cli import main; main()"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    refused(done, 2, "pip install 'scanjobs[postgres]'")


def test_a_file_needs_no_driver(scanjobs, settings, tmp_path):
    program = (
        "import sys; from scanjobs.cli import main\ntry: main()\nfinally: print('psycopg' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "scans"],
        env=on(f"sqlite:///{tmp_path}/x.db"),
        capture_output=True,
        text=True,
    )

    assert done.stdout.endswith("False\n")
