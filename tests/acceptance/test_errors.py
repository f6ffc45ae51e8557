"""Bad input and bad places: a sentence, a hint, a named exit code, never a traceback."""

from __future__ import annotations

import os
import sqlite3
import subprocess

import pytest

from tests.acceptance.conftest import DEMO
from tests.conftest import SCANJOBS


def refused(done, code, told):
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("error: "), done.stderr
    assert "\nhint: " in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_newer_database_is_refused(scanjobs, shop, settings):
    with sqlite3.connect(settings.database_path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    for words in (["scans"], ["status"], ["report", shop], ["worker", "--drain"]):
        refused(scanjobs(*words), 3, "version 9999")


def test_a_read_only_data_folder_is_told(scanjobs, mounted, settings):
    settings.home.mkdir()
    read_only = f"mount --bind {settings.home} {settings.home}; mount -o remount,ro,bind {settings.home}"

    for words in (["scans"], ["import", DEMO / "before.har"], ["worker"]):
        refused(mounted(read_only, *words), 3, str(settings.home))


def test_a_read_only_data_folder_with_a_database_is_told(scanjobs, shop, mounted, settings):
    read_only = f"mount --bind {settings.home} {settings.home}; mount -o remount,ro,bind {settings.home}"

    for words in (["report", shop], ["import", DEMO / "before.har"], ["worker"]):
        refused(mounted(read_only, *words), 3, "read-only")


@pytest.mark.parametrize("size", ["40k", "120k", "200k"])
def test_a_full_disk_is_told(scanjobs, mounted, settings, size):
    settings.home.mkdir()

    done = mounted(f"mount -t tmpfs -o size={size} tmpfs {settings.home}", "import", DEMO / "before.har")

    refused(done, 3, "full")


def test_a_data_folder_that_is_a_file_is_told(scanjobs, tmp_path):
    (tmp_path / "file").write_text("")

    refused(scanjobs("--home", tmp_path / "file", "scans"), 3, "file cannot be written")


def test_a_damaged_database_is_told(scanjobs, settings):
    settings.home.mkdir()
    settings.database_path.write_bytes(b"no database at all " * 400)

    refused(scanjobs("scans"), 3, "not a scanjobs database")


def test_a_bad_setting_is_told(scanjobs, settings):
    settings.home.mkdir()
    (settings.home / "config.toml").write_text("colour = 'red'")

    refused(scanjobs("scans"), 2, "unknown setting 'colour'")


@pytest.mark.parametrize(
    "words", [["reprot"], ["report"], ["import"], ["report", "x", "--nope"], ["worker", "-c", "0"]]
)
def test_wrong_usage_exits_with_two(scanjobs, words):
    done = scanjobs(*words)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", ["raise SystemExit(0)", "1 / 0", "def"])
def test_a_module_of_tasks_that_breaks_is_told(scanjobs, settings, words):
    settings.home.mkdir()
    (settings.home / "broken.py").write_text(words)

    refused(scanjobs("worker", "--drain", env={**os.environ, "SCANJOBS_TASKS": "broken"}), 2, "broken")


def test_a_terminal_that_knows_few_characters_gets_what_it_can(scanjobs, shop):
    done = scanjobs("status", env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert done.returncode == 0
    assert "reports" in done.stdout


def test_an_unknown_queue_is_refused(scanjobs):
    done = scanjobs("worker", "-q", "reprots")

    assert done.returncode == 2
    assert "default, reports, notifications" in " ".join(done.stderr.replace("│", " ").split())


def test_a_scan_is_shown_as_json_with_what_its_captures_could_show(scanjobs, shop):
    import json

    done = scanjobs("show", shop, "--json")

    assert done.returncode == 0, done.stderr
    (scan,) = json.loads(done.stdout)
    assert scan["id"] == shop
    assert {"cookies", "requests"} <= set(scan["captures"][0]["inputs"])


def test_a_closed_pipe_is_no_error(scanjobs, shop, settings):
    import subprocess

    from tests.conftest import SCANJOBS

    line = " ".join([*SCANJOBS, "show", shop, "--json", "|", "head", "-1"])
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True)

    assert done.stdout == "[\n"
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["status"], ["jobs", "list", "--json"], ["metrics"], ["rules", "list"]])
def test_whoever_has_read_enough_is_no_error(shop, words):
    process = subprocess.Popen([*SCANJOBS, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()

    assert (process.wait(60), process.stderr.read()) == (0, "")
