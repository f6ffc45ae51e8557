"""`scanjobs status`: what waits, what runs, what came of it."""

from __future__ import annotations

import json
import os


def test_an_empty_queue_says_how_to_begin(scanjobs):
    done = scanjobs("status")

    assert done.returncode == 0
    assert "No worker runs" in done.stdout
    for queue in ("default", "reports", "notifications"):
        assert queue in done.stdout


def test_everything_fits_eighty_columns(scanjobs, shop, worker):
    worker()
    scanjobs("report", shop, "-f", "pdf", "-f", "csv", "--wait")

    done = scanjobs("status", env={**os.environ, "COLUMNS": "80"})

    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "alive" in done.stdout
    assert done.stdout.count("succeeded") == 2


def test_json_is_the_same_for_programs(scanjobs, shop):
    scanjobs("report", shop)

    status = json.loads(scanjobs("status", "--json").stdout)

    assert status.keys() == {
        "at",
        "workers",
        "queues",
        "running",
        "waiting",
        "scheduled",
        "finished",
        "failed",
        "coming",
    }
    assert [job["queue"] for job in status["waiting"]] == ["reports"]
    (reports,) = (queue for queue in status["queues"] if queue["name"] == "reports")
    assert (reports["queued"], reports["running"]) == (1, 0)
    assert reports["oldest_at"].endswith("+00:00")


def test_what_comes_next_is_shown(scanjobs, shop):
    scanjobs("report", shop, "--in", "3d")

    shown = scanjobs("status").stdout

    assert "in 3 d" in shown
    assert "scheduled" in shown


def test_the_next_runs_of_the_schedule_are_shown(scanjobs):
    scanjobs("schedule", "add", "minutely-round", "scanjobs.tasks.cleanup_old_reports", "--every", "1m")

    shown = scanjobs("status").stdout

    assert "minutely-round" in shown
    assert "every 1m" in shown
    (minutely,) = (
        run
        for run in json.loads(scanjobs("status", "--json").stdout)["coming"]
        if run["name"] == "minutely-round"
    )
    assert (minutely["when"], minutely["last_at"]) == ("every 1m", None)


def test_an_older_failure_is_shown_beside_the_last_results(scanjobs, shop, tmp_path):
    path = tmp_path / "gone" / "report.csv"
    path.parent.mkdir()
    (failed,) = json.loads(scanjobs("report", shop, "-f", "csv", "--output", path, "--json").stdout)
    path.parent.rmdir()
    path.parent.write_text("a file where the folder was")
    scanjobs("worker", "--drain")
    scanjobs("report", shop, "-f", "json", "--wait")

    shown = scanjobs("status", "--last", "1").stdout

    assert f"{failed['id'][:8]}" in shown.partition("Failed before")[2]


def test_a_worker_tells_its_pool_and_its_memory(scanjobs, worker):
    worker("--pool", "thread", "-q", "reports")

    shown = scanjobs("status").stdout

    assert "thread" in shown
    assert " MB" in shown


def test_a_dead_worker_is_shown_as_dead(scanjobs, worker):
    worker().kill()

    (dead,) = json.loads(scanjobs("status", "--json").stdout)["workers"]

    assert dead["is_alive"] is False
    assert "dead" in scanjobs("status").stdout


def test_a_failed_job_shows_its_error(scanjobs, shop, settings):
    done = scanjobs("report", shop, "--wait", "--output", "/proc/nowhere/report.pdf")
    assert done.returncode == 3

    assert "Traceback" not in done.stderr
