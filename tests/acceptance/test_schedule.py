"""`scanjobs schedule` and `beat`: what a person does with periodic entries."""

from __future__ import annotations

import json
import os

from scanjobs.domain.clock import SharedClock
from tests.conftest import wait_until
from tests.integration.conftest import fakes as fakes

DECLARING = """
from huey import crontab
from scanjobs import periodic, task
from scanjobs.tasks import queue

@periodic("{when}", zone="Europe/Berlin", kwargs={{"days": 7}})
@task()
def tidy_up(days: int) -> int:
    return days

@queue.periodic_task(crontab(minute="0", hour="3"))
def as_huey_does() -> None: ...
"""


def add(scanjobs, name, *words, task="tests.fakes.pid"):
    done = scanjobs("schedule", "add", name, task, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]


def listed(scanjobs):
    """The entries by name, but for those that scanjobs itself declares."""
    done = scanjobs("schedule", "list", "--json")
    assert done.returncode == 0, done.stderr
    entries = json.loads(done.stdout)
    return {entry["name"]: entry for entry in entries if entry["declared_in"] != "scanjobs.tasks"}


def told(done):
    return " ".join(done.stderr.replace("│", " ").split())


def test_an_entry_is_added_listed_and_shown(scanjobs):
    assert listed(scanjobs) == {}
    added = scanjobs(
        "schedule",
        "add",
        "nightly",
        "tests.fakes.add",
        *("--cron", "30 2 * * *", "--zone", "Europe/Berlin", "--kwargs", '{"first": 1, "second": 2}'),
        *("--catch-up", "all", "--overlap", "queue", "--priority", "3"),
    )
    assert added.stdout.startswith("nightly  30 2 * * *  runs next on ")
    assert " 02:30 CE" in added.stdout

    entry = listed(scanjobs)["nightly"]
    assert {
        key: entry[key] for key in ("task", "when", "zone", "state", "last_at", "last_outcome", "priority")
    } == {
        "task": "tests.fakes.add",
        "when": "30 2 * * *",
        "zone": "Europe/Berlin",
        "state": "active",
        "last_at": None,
        "last_outcome": None,
        "priority": 3,
    }
    assert (entry["kwargs"], entry["catch_up"], entry["overlap"]) == (
        {"first": 1, "second": 2},
        "all",
        "queue",
    )
    shown = scanjobs("schedule", "show", "nightly").stdout
    assert shown.count(" 02:30 CE") == 5


def test_the_list_fits_a_terminal(scanjobs):
    add(scanjobs, "a-report-for-the-whole-of-marketing", "--cron", "30 2 * * MON-FRI")
    add(scanjobs, "short", "--every", "15s")

    lines = scanjobs("schedule", "list", env={**os.environ, "COLUMNS": "80"}).stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["Entry", "When", "Next", "Last", "Outcome"]


def test_a_worker_runs_the_schedule(scanjobs, worker):
    add(scanjobs, "often", "--every", "1s")
    worker(schedule=True)

    wait_until(lambda: listed(scanjobs)["often"]["last_outcome"] == "succeeded", "it was run")
    (job,) = json.loads(scanjobs("jobs", "list", "--limit", "1", "--json").stdout)
    assert job["events"][0]["event"] == "scheduled"


def test_an_entry_is_edited_paused_resumed_and_removed(scanjobs):
    before = add(scanjobs, "entry", "--every", "1h")
    assert "every 1mo" in scanjobs("schedule", "edit", "entry", "--every", "1mo").stdout
    scanjobs("schedule", "edit", "entry", "--task", "tests.fakes.echo", "--kwargs", '{"word": "hello"}')
    assert "is paused" in scanjobs("schedule", "pause", "entry").stdout
    assert "paused" in scanjobs("schedule", "list").stdout

    entry = listed(scanjobs)["entry"]
    assert (entry["task"], entry["kwargs"], entry["state"]) == (
        "tests.fakes.echo",
        {"word": "hello"},
        "paused",
    )
    assert entry["next_at"] > before["next_at"]
    assert "runs next on" in scanjobs("schedule", "resume", "entry").stdout
    assert scanjobs("schedule", "remove", "entry").stdout == "entry is removed\n"
    assert listed(scanjobs) == {}


def test_an_entry_is_run_by_hand(scanjobs):
    add(scanjobs, "entry", "--every", "1y", "--paused")

    job = scanjobs("schedule", "run", "entry").stdout.strip()
    assert scanjobs("jobs", "wait", job).returncode == 0

    entry = listed(scanjobs)["entry"]
    assert (entry["last_job_id"], entry["last_outcome"], entry["state"]) == (job, "succeeded", "paused")


SENSELESS = [
    (["x", "nobody.knows", "--every", "1m"], "no task nobody.knows"),
    (["x", "tests.fakes.pid", "--cron", "99 2 * * *"], "no cron expression"),
    (["x", "tests.fakes.pid", "--cron", "0 0 30 2 *"], "day-of-month"),
    (["x", "tests.fakes.pid", "--every", "soon"], "no rhythm"),
    (["x", "tests.fakes.pid", "--every", "1d12h"], "no rhythm"),
    (["x", "tests.fakes.pid", "--every", "1m", "--zone", "Mars/Base"], "no time zone"),
    (["x", "tests.fakes.pid", "--every", "1m", "--start", "soon"], "no moment"),
    (["x", "tests.fakes.pid", "--every", "1m", "--kwargs", "{"], "not JSON"),
    (["x", "tests.fakes.pid", "--every", "1m", "--kwargs", '{"n": 1}'], "does not take"),
    (["x", "tests.fakes.pid", "--every", "1m", "--catch-up", "never"], "once"),
    (["x", "tests.fakes.pid", "--every", "1m", "--cron", "0 2 * * *"], "exclude each other"),
    (["x", "tests.fakes.pid"], "Say when"),
    (["x y", "tests.fakes.pid", "--every", "1m"], "cannot be the name"),
    (["taken", "tests.fakes.pid", "--every", "1m"], "already"),
]


def test_what_cannot_be_added_is_refused(scanjobs):
    add(scanjobs, "taken", "--every", "1h")

    for words, words_told in SENSELESS:
        done = scanjobs("schedule", "add", *words)

        assert done.returncode == 2, words
        assert words_told in told(done)
        assert "Traceback" not in done.stderr
    assert list(listed(scanjobs)) == ["taken"]


IMPOSSIBLE = [
    (["edit", "entry"], 2, "what is to change"),
    (["edit", "entry", "--as-declared"], 2, "that code declares"),
    (["edit", "entry", "--cron", "soon"], 2, "no cron expression"),
    (["edit", "entry", "--zone", "Mars/Base"], 2, "no time zone"),
    (["edit", "entry", "--task", "nobody.knows"], 2, "no task"),
    (["edit", "nobody", "--every", "1m"], 3, "no entry nobody"),
    *(([verb, "nobody"], 3, "no entry nobody") for verb in ("show", "pause", "resume", "remove", "run")),
]


def test_what_cannot_be_done_is_refused(scanjobs):
    entry = add(scanjobs, "entry", "--every", "1h")

    for words, code, words_told in IMPOSSIBLE:
        done = scanjobs("schedule", *words)

        assert done.returncode == code, words
        assert words_told in told(done)
        assert "Traceback" not in done.stderr
    assert listed(scanjobs) == {"entry": entry}


def test_entries_are_declared_in_code(scanjobs, settings):
    settings.home.mkdir()
    module = settings.home / "mine.py"
    module.write_text(DECLARING.format(when="30 2 * * *"))
    environment = {**os.environ, "SCANJOBS_TASKS": "mine"}

    def schedule(*words):
        return scanjobs("schedule", *words, env=environment)

    found = {entry["name"]: entry for entry in json.loads(schedule("list", "--json").stdout)}
    assert (found["tidy_up"]["when"], found["tidy_up"]["declared_in"]) == ("30 2 * * *", "mine")
    assert (found["as_huey_does"]["when"], found["as_huey_does"]["zone"]) == ("0 3 * * *", "UTC")

    refused = schedule("remove", "tidy_up")
    assert (refused.returncode, "schedule pause tidy_up" in refused.stderr) == (2, True)
    schedule("edit", "tidy_up", "--cron", "0 5 * * *")
    module.write_text(DECLARING.format(when="0 4 * * *"))
    assert "0 5 * * *" in schedule("list").stdout
    schedule("edit", "tidy_up", "--as-declared")
    assert "0 4 * * *" in schedule("list").stdout

    assert listed(scanjobs)["tidy_up"]["state"] == "active"  # this shell does not load the module
    module.write_text("")
    assert "undeclared" in schedule("list").stdout
    assert schedule("remove", "tidy_up").returncode == 0


def test_a_declaration_that_is_wrong_names_its_module(scanjobs, settings):
    settings.home.mkdir()
    (settings.home / "mine.py").write_text(DECLARING.format(when="99 2 * * *"))

    done = scanjobs("beat", "--once", env={**os.environ, "SCANJOBS_TASKS": "mine"})

    assert done.returncode == 2
    assert "module mine" in done.stderr
    assert "no cron expression" in done.stderr


def test_a_year_is_rehearsed_on_a_clock_of_ones_own(scanjobs, settings, tmp_path):
    """The clock of all processes is moved by a file: a monthly entry runs every month."""
    environment = {**os.environ, "SCANJOBS_CLOCK_FILE": str(tmp_path / "clock")}
    scanjobs("schedule", "add", "monthly", "tests.fakes.pid", "--cron", "0 0 1 * *", env=environment)
    clock = SharedClock(tmp_path / "clock")

    for _ in range(3):
        clock.forward(31 * 86_400)
        assert scanjobs("beat", "--once", env=environment).returncode == 0
        assert scanjobs("worker", "--drain", env=environment).returncode == 0

    entries = json.loads(scanjobs("schedule", "list", "--json", env=environment).stdout)
    (entry,) = [entry for entry in entries if entry["name"] == "monthly"]
    assert (entry["runs"], entry["last_outcome"]) == (3, "succeeded")
