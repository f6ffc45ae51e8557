"""What a worker logs: job, scan and site on each line, and nothing that is nobody's business."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from scanjobs import config
from tests.conftest import DATABASES, on_postgres_only

DEMO = Path(__file__).parents[2] / "scanjobs" / "demo"
WORDS = ["--log-level", "debug", "--log-format"]


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANJOBS_TASKS", "tests.fakes")


def lines(log: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.splitlines()]


def submit_speaking(scanjobs) -> str:
    done = scanjobs("jobs", "submit", "tests.fakes.speak", "--kwargs", '{"site": "shop.example"}', "--json")
    return str(json.loads(done.stdout)[0]["id"])


def test_every_line_of_a_job_says_which_and_what_about(scanjobs, tasks):
    job = submit_speaking(scanjobs)

    told = lines(scanjobs(*WORDS, "json", "worker", "--drain").stderr)

    of_job = [line for line in told if line.get("job_id") == job]
    # The worker and its child write side by side.
    looking, deeper = (line for line in of_job if line["event"] is None)
    assert {line["event"] for line in of_job} == {"job_started", None, "job_failed"}
    assert {line["site"] for line in of_job} == {"shop.example"}
    assert (looking["logger"], looking["message"]) == ("my_module", "Looking at shop.example")
    assert (deeper["level"], deeper["message"], deeper["pages"]) == ("debug", "Deeper", 3)
    for line in told:
        assert list(line)[:5] == ["time", "level", "event", "message", "logger"]
        assert datetime.fromisoformat(str(line["time"])).utcoffset().total_seconds() == 0


def test_a_report_names_its_scan_and_site(scanjobs, shop):
    """Also where it was asked for by the site."""
    scanjobs("report", "harbour-lamps.example", "-f", "csv")

    told = lines(scanjobs("--log-format", "json", "worker", "--drain").stderr)

    (written,) = (line for line in told if line["event"] == "report_written")
    assert (written["scan_id"], written["site"]) == (shop, "harbour-lamps.example")
    assert {line["scan_id"] for line in told if "job_id" in line} == {shop}


def test_people_see_which_job_a_line_is_of(scanjobs, tasks):
    job = submit_speaking(scanjobs)

    log = scanjobs("worker", "--drain").stderr

    assert f"info     [{job[:8]}] Looking at shop.example" in log
    assert f"error    speak {job[:8]} failed: RuntimeError: It did not answer." in log
    assert "Deeper" not in log


def everything(scanjobs) -> str:
    """What an import, reports, a failing job, and looks at the database put on stderr."""
    told = []
    for words in (
        ("import", DEMO / "manifest.toml", "--again"),
        ("report", "latest", "-f", "pdf", "-f", "html", "-f", "csv", "-f", "json"),
        ("jobs", "submit", "tests.fakes.speak", "--kwargs", '{"site": "shop.example"}'),
        ("jobs", "submit", "check_health"),
        ("worker", "--drain"),
        ("jobs", "show", "latest"),
        ("health",),
        ("stats",),
        ("metrics",),
    ):
        done = scanjobs(*WORDS, "json" if words[0] == "worker" else "text", *words)
        told += [done.stderr, done.stdout if words[0] in ("health", "stats", "metrics") else ""]
    log = "".join(told)
    assert "report_written" in log
    assert "job_failed" in log
    return log


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_no_value_of_a_cookie_is_in_any_line(scanjobs, tasks, settings, monkeypatch):
    monkeypatch.setenv("SCANJOBS_KEEP_VALUES", "yes")
    values = {
        cookie["value"]
        for file in DEMO.glob("*.har")
        for entry in json.loads(file.read_text())["log"]["entries"]
        for side in ("request", "response")
        for cookie in entry[side]["cookies"]
        if len(cookie["value"]) > 7
    }
    log = everything(scanjobs)

    assert len(values) > 10
    assert [value for value in values if value in log] == []


@on_postgres_only
def test_no_password_is_in_any_line(scanjobs, tasks, settings, monkeypatch):
    user, _, rest = settings.database_url.partition("@")
    monkeypatch.setenv("SCANJOBS_DATABASE_URL", f"{user}:Tr0ub4dor@{rest}")
    monkeypatch.setenv("MAIL_PASSWORD", "c0rrect-horse")
    config.current().home.mkdir(exist_ok=True)
    (config.current().home / "config.toml").write_text(
        '[mail]\nhost = "mail.example"\nuser = "me"\npassword = "env:MAIL_PASSWORD"\n'
    )
    log = everything(scanjobs)

    assert settings.database_url.startswith("postgresql")
    assert "Tr0ub4dor" in os.environ["SCANJOBS_DATABASE_URL"]
    assert "Tr0ub4dor" not in log
    assert "c0rrect-horse" not in log
