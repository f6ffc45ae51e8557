"""`scanjobs metrics`: measurements for Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def test_they_are_printed_and_written(scanjobs, shop, tmp_path):
    scanjobs("report", shop, "-f", "csv", "--wait")
    file = tmp_path / "scanjobs.prom"

    printed = scanjobs("metrics")
    written = scanjobs("metrics", "--output", file)

    assert (printed.returncode, written.returncode, written.stdout) == (0, 0, "")
    for text in (printed.stdout, file.read_text()):
        names = {family.name for family in text_string_to_metric_families(text)}
        assert {"scanjobs_jobs_ended", "scanjobs_job_running_seconds", "scanjobs_build_info"} <= names


def test_a_file_that_cannot_be_written(scanjobs):
    done = scanjobs("metrics", "--output", "/proc/nowhere/scanjobs.prom")

    assert done.returncode == 3
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_the_schedule_writes_the_file_of_the_settings(scanjobs, settings):
    settings.home.mkdir(exist_ok=True)
    (settings.home / "config.toml").write_text('metrics_file = "now.prom"\n')
    scanjobs("jobs", "submit", "check_health")
    scanjobs("worker", "--drain")

    assert "scanjobs_workers" in (settings.home / "now.prom").read_text()
