"""`scanjobs doctor`: the installation, and where settings come from."""

from __future__ import annotations

import json
import os


def test_a_new_installation_is_well(scanjobs, settings):
    done = scanjobs("--log-level", "error", "doctor", env={**os.environ, "COLUMNS": "80"})

    assert done.returncode == 0, done.stdout
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    assert "every page is whole" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["log_level", "error", "flag"] in rows
    assert ["profile", "eu", "default"] in rows


def test_what_has_to_be_mended_makes_it_fail(scanjobs, settings):
    settings.home.mkdir()
    (settings.home / "config.toml").write_text('[mail]\nhost = "mail.example"\n')

    done = scanjobs("doctor", "--json")

    assert done.returncode == 3
    told = json.loads(done.stdout)
    (mail,) = (check for check in told["checks"] if check["name"] == "mail")
    assert (mail["state"], bool(mail["hint"])) == ("failed", True)
    assert {"name": "mail.host", "value": "mail.example", "origin": "config.toml"} in told["settings"]


def test_a_file_that_is_no_database(scanjobs, settings):
    settings.home.mkdir()
    settings.database_path.write_text("This is a letter. " * 999)

    done = scanjobs("doctor")

    assert done.returncode == 3
    assert "not a scanjobs database" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stderr


def test_tasks_that_no_worker_could_import(scanjobs, settings):
    settings.home.mkdir()
    (settings.home / "good_module.py").write_text("")

    for name, state in (("nowhere_module", "failed"), ("good_module", "ok")):
        done = scanjobs("doctor", "--json", env={**os.environ, "SCANJOBS_TASKS": name})

        (tasks,) = (check for check in json.loads(done.stdout)["checks"] if check["name"] == "tasks")
        assert (tasks["state"], name in tasks["message"]) == (state, True)
        assert done.returncode == (3 if state == "failed" else 0)
