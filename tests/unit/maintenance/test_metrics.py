"""Metrics: accepted by Prometheus' own parsers, and true."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scanjobs.config import Settings
from scanjobs.maintenance.metrics import keep_metrics_file, metrics_text, write_metrics
from scanjobs.maintenance.statistics import keep_job_statistics
from tests import past
from tests.clocks import At
from tests.conftest import DATABASES

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def busy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Jobs, deliveries, a worker, an entry: something of each."""
    monkeypatch.setattr(Settings, "clock", At(NOW))
    past.ended_job(settings, NOW - 30 * HOUR, ran=0.02)
    past.ended_job(settings, NOW - 2 * HOUR, ran=3.0, attempt=3)
    past.ended_job(settings, NOW - HOUR / 60, state="failed", ran=100.0)
    past.ended_job(settings, NOW - HOUR / 60, task='odd "task"\\', state="cancelled")
    past.job(settings, NOW - HOUR, queue="reports")
    past.worker(settings, NOW)
    past.delivery(settings, NOW - HOUR, attempts=2)
    past.delivery(settings, NOW - HOUR, "failed", channel="webhook")
    past.delivery(settings, None, "waiting", created_at=NOW, due_at=NOW)
    past.insert(
        settings,
        "schedules",
        name="nightly",
        task="my_module.work",
        kwargs="{}",
        timing="0 3 * * *",
        zone="UTC",
        start_at=NOW - 99 * HOUR,
        catch_up="once",
        overlap="skip",
        next_at=NOW - HOUR,
        last_at=NOW - 25 * HOUR,
    )
    return settings


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_they_say_what_is_there(busy: Settings):
    told = samples(metrics_text(busy, clock=At(NOW)))

    work = ("default", "my_module.work")
    assert told["scanjobs_jobs_ended_total", "default", "succeeded", "my_module.work"] == 2
    assert told["scanjobs_jobs_ended_total", "default", "failed", "my_module.work"] == 1
    assert told["scanjobs_jobs_ended_total", "default", "cancelled", 'odd "task"\\'] == 1
    assert told["scanjobs_job_retries_total", *work] == 2
    assert told["scanjobs_job_running_seconds_count", *work] == 3
    assert told["scanjobs_job_running_seconds_sum", *work] == pytest.approx(103.02)
    buckets = {
        le: told["scanjobs_job_running_seconds_bucket", le, *work]
        for le in ("0.01", "0.05", "5", "300", "+Inf")
    }
    assert buckets == {"0.01": 0, "0.05": 1, "5": 2, "300": 3, "+Inf": 3}
    assert told["scanjobs_queue_jobs", "reports", "queued"] == 1
    assert told["scanjobs_queue_oldest_seconds", "reports"] == 3600
    assert told["scanjobs_workers", "alive"] == 1
    assert told["scanjobs_worker_capacity_jobs",] == 2
    assert told["scanjobs_deliveries_ended_total", "webhook", "failed"] == 1
    assert told["scanjobs_delivery_retries_total", "email"] == 1
    assert told["scanjobs_deliveries_waiting", "email"] == 1
    assert told["scanjobs_schedule_lateness_seconds", "nightly"] == 3600
    assert told["scanjobs_database_bytes",] > 10_000
    (build,) = (key for key in told if key[0] == "scanjobs_build_info")
    assert build[1] == ("sqlite" if busy.database_path else "postgresql")


def test_counters_stay_when_hours_are_written_down(busy: Settings):
    before = samples(metrics_text(busy, clock=At(NOW)))
    keep_job_statistics(busy, clock=At(NOW))
    after = samples(metrics_text(busy, clock=At(NOW)))

    kinds = ("scanjobs_job", "scanjobs_delivery")
    assert {key: value for key, value in after.items() if key[0].startswith(kinds)} == {
        key: value for key, value in before.items() if key[0].startswith(kinds)
    }


def test_every_family_has_help_a_type_and_a_unit(busy: Settings):
    families = list(text_string_to_metric_families(metrics_text(busy, clock=At(NOW))))

    assert len(families) > 15
    for family in families:
        assert family.name.startswith("scanjobs_")
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")


def test_promtool_finds_nothing_to_complain_of(busy: Settings):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not on this machine; Debian has it in the package prometheus")
    text = metrics_text(busy, clock=At(NOW))

    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_file_of_them_may_be_read_by_others(busy: Settings, tmp_path: Path):
    path = tmp_path / "collector" / "scanjobs.prom"
    path.parent.mkdir()
    path.write_text("old")
    write_metrics(busy, path, clock=At(NOW))

    assert path.stat().st_mode & 0o777 == 0o644
    assert ("scanjobs_workers", "alive") in samples(path.read_text())
    assert [one.name for one in path.parent.iterdir()] == ["scanjobs.prom"]


def test_the_settings_may_name_the_file(busy: Settings):
    assert keep_metrics_file(busy, clock=At(NOW)) is False

    assert keep_metrics_file(replace(busy, metrics_file="metrics.prom"), clock=At(NOW)) is True
    assert "scanjobs_build_info" in (busy.home / "metrics.prom").read_text()
