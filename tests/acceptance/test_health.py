"""`scanjobs health`: whether everything is well."""

from __future__ import annotations

import json
import os

from tests.conftest import wait_until


def test_all_is_well(scanjobs, worker):
    worker()

    done = scanjobs("health")

    assert (done.returncode, done.stdout) == (0, "healthy\n")
    assert json.loads(scanjobs("health", "--json").stdout)["is_healthy"] is True


def test_work_without_a_worker_is_told_with_a_way_out(scanjobs, shop):
    scanjobs("report", shop)

    done = scanjobs("health", env={**os.environ, "COLUMNS": "80"})

    assert done.returncode == 3
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert " ".join(done.stdout.split()).startswith("unhealthy: No worker serves the queue reports")
    assert "scanjobs worker -q reports" in done.stdout

    (reason,) = json.loads(scanjobs("health", "--json").stdout)["reasons"]
    assert reason["name"] == "no_worker:reports"


def test_the_job_of_a_killed_worker_is_missed(scanjobs, worker, tmp_path, monkeypatch):
    monkeypatch.setenv("SCANJOBS_TASKS", "tests.fakes")
    victim = worker("-c", "1")
    kwargs = json.dumps({"folder": str(tmp_path), "name": "slow", "seconds": 60})
    scanjobs("jobs", "submit", "tests.fakes.trace", "--kwargs", kwargs)
    wait_until(lambda: list(tmp_path.glob("slow.start.*")), "the job runs")
    victim.kill()

    done = scanjobs("health")

    assert done.returncode == 3
    assert "is dead and holds 1 job" in " ".join(done.stdout.split())


def test_thresholds_are_settings(scanjobs, settings):
    settings.home.mkdir(exist_ok=True)
    (settings.home / "config.toml").write_text("[health]\ndisk_free_megabytes = 1e12\n")
    assert "MB left" in " ".join(scanjobs("health").stdout.split())

    (settings.home / "config.toml").write_text("[health]\ncolour = 1\n")
    done = scanjobs("health")
    assert done.returncode == 2
    assert "no setting 'health.colour'" in done.stderr


def test_the_schedule_watches_by_itself(scanjobs, settings, shop, worker):
    """Run by hand here; by itself it runs every five minutes."""
    worker("-q", "default", schedule=True)
    scanjobs("report", shop)
    entries = json.loads(scanjobs("schedule", "list", "--json").stdout)
    when = {entry["name"]: entry["when"] for entry in entries}
    assert when["check_health"] == "*/5 * * * *"
    assert when["check_notifications"] == "*/10 * * * *"
    assert when["job_statistics"] == "0 */6 * * *"
    assert when["notification_statistics"] == "0 * * * *"

    scanjobs("schedule", "run", "check_health")

    def outcome():
        found = json.loads(scanjobs("jobs", "list", "--task", "scanjobs.tasks.check_health", "--json").stdout)
        return found and found[0]["state"] == "succeeded" and found[0]["result"]

    (told,) = wait_until(outcome, "health was looked at")
    assert "No worker serves the queue reports" in told


def test_a_full_disk_is_named_though_the_database_cannot_be_used(mounted, settings):
    settings.home.mkdir()
    full = f"mount -t tmpfs -o size=300k none {settings.home}"

    done = mounted(full, "health", "--json")

    names = [reason["name"] for reason in json.loads(done.stdout)["reasons"]]
    assert (done.returncode, names) == (3, ["database", "disk"])
