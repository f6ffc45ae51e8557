"""The life of written reports: listed, opened, verified, deleted, cleaned up."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from scanjobs import tasks
from scanjobs.db import deleted_reports, reports, scans
from scanjobs.domain.clock import SharedClock
from scanjobs.domain.reports import ReportOptions
from scanjobs.maintenance import reports as life
from scanjobs.reports import generate
from tests import factories


@pytest.fixture
def written(shop, settings):
    """Have reports written here, without a worker; answers their records, the newest first."""

    def write(*formats, scan=shop, output=None, **options):
        for job in tasks.submit_reports(
            scan, formats or ["csv"], output and str(output), ReportOptions(**options)
        ):
            generate.generate_report(settings, job.id, lambda *_: None)
            end_job(settings, job.id)
        return reports.list_reports(settings)

    return write


def end_job(settings, job_id):
    from scanjobs.jobs import monitor

    monitor.revoke(job_id, settings=settings)


def ids(done):
    return [entry["id"] for entry in json.loads(done.stdout)]


def test_reports_are_listed_with_what_is_known_of_them(scanjobs, written, shop):
    html, csv = written("csv", "html", keep_days=10)

    (entry,) = json.loads(scanjobs("reports", "list", "--format", "csv", "--json").stdout)

    content = Path(csv.path).read_bytes()
    assert (entry["id"], entry["scan_id"], entry["format"]) == (csv.id, shop, "csv")
    assert (entry["size"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert entry["versions"].keys() == {"tool", "rules", "data"}
    assert entry["expires_at"] > entry["created_at"]
    assert ids(scanjobs("reports", "list", "--scan", shop[:6], "--json")) == [html.id, csv.id]
    assert ids(scanjobs("reports", "list", "--site", "harbour-lamps.example", "--json")) == [html.id, csv.id]
    assert ids(scanjobs("reports", "list", "--site", "other.example", "--json")) == []
    shown = scanjobs("reports", "list").stdout
    assert "harbour-lamps.example" in shown
    assert "there" in shown


def test_open_prints_the_path_where_nobody_looks(scanjobs, written):
    (report,) = written()

    assert scanjobs("reports", "open", report.id[:6]).stdout.strip() == report.path
    assert scanjobs("reports", "open", "latest", "--print-path").stdout.strip() == report.path


def test_a_report_without_a_file_is_not_opened(scanjobs, shop, written):
    (report,) = written()
    Path(report.path).unlink()

    done = scanjobs("reports", "open", "latest")

    assert done.returncode == 3
    assert "not there any more" in done.stderr


def test_a_changed_byte_is_seen(scanjobs, written):
    """As long as before, and of the same age: only the digest tells."""
    gone, changed, intact = written("csv", "html", "json")
    path = Path(changed.path)
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    Path(gone.path).unlink()

    done = scanjobs("reports", "verify", "--json")

    assert done.returncode == 1
    states = {entry["id"]: entry["state"] for entry in json.loads(done.stdout)}
    assert states == {intact.id: "intact", changed.id: "changed", gone.id: "missing"}
    assert scanjobs("reports", "verify", intact.id).returncode == 0


def test_file_and_record_go_together(scanjobs, written):
    html, csv = written("csv", "html")
    Path(csv.path).unlink()

    done = scanjobs("reports", "delete", csv.id, html.id[:8])

    assert done.returncode == 0, done.stderr
    assert "file missing" in done.stdout
    assert not Path(html.path).exists()
    assert ids(scanjobs("reports", "list", "--json")) == []


def test_a_report_that_is_yet_to_be_written_is_not_deleted(scanjobs, shop, settings):
    (job,) = tasks.submit_reports(shop, ["csv"])

    done = scanjobs("reports", "delete", "latest")

    assert done.returncode == 3
    assert "yet to be written" in done.stderr
    assert f"jobs cancel {job.id[:8]}" in done.stderr
    assert scanjobs("worker", "--drain").returncode == 0
    assert scanjobs("reports", "verify").returncode == 0


def test_what_somebody_changed_is_not_deleted_unless_told(scanjobs, written, tmp_path):
    first, second = written("csv", output=tmp_path / "a.csv"), written("csv", output=tmp_path / "b.csv")
    for path in (tmp_path / "a.csv", tmp_path / "b.csv"):
        path.write_text("my own notes")

    kept = scanjobs("reports", "delete", first[0].id)
    scanjobs("reports", "delete", second[0].id, "--force")

    assert "kept: changed" in kept.stdout
    assert (tmp_path / "a.csv").read_text() == "my own notes"
    assert not (tmp_path / "b.csv").exists()


def test_the_file_of_a_newer_report_in_the_same_place_stays(scanjobs, written, tmp_path):
    written("csv", output=tmp_path / "same.csv")
    newer, older = written("csv", output=tmp_path / "same.csv", csv_raw=True)

    assert scanjobs("reports", "delete", older.id).returncode == 0

    assert scanjobs("reports", "verify", newer.id).returncode == 0


def test_a_deletion_that_was_killed_half_way_is_finished_by_the_next(scanjobs, written, settings):
    """After the mark, and after the file."""
    second, first = written("csv", "html")
    deleted_reports.mark_deleted(settings, [first.id, second.id], settings.clock.now())
    Path(second.path).unlink()
    assert ids(scanjobs("reports", "list", "--json")) == []

    assert scanjobs("reports", "clean").returncode == 0

    assert deleted_reports.marked_reports(settings) == []
    assert not Path(first.path).exists()


def test_deleting_while_workers_write_leaves_no_file_without_record(shop, settings, worker):
    """Reports come and go at once; whoever deletes is killed in the middle, again and again."""
    worker("-c", "2")
    jobs = [
        job
        for days in range(12)
        for job in tasks.submit_reports(shop, ["csv", "json"], None, ReportOptions(keep_days=days))
    ]
    program = (
        "from scanjobs import config\nfrom scanjobs.db import reports\n"
        "from scanjobs.maintenance import reports as life\nwhile True:\n    settings = config.current()\n"
        "    life.delete(settings, reports.list_reports(settings))"
    )
    for _ in range(6):
        deleting = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            deleting.wait(1)
        deleting.send_signal(signal.SIGKILL)
        deleting.communicate()
    for job in jobs:
        job.get(timeout=60)

    life.delete(settings, [])

    recorded = reports.list_reports(settings)
    assert {path.name for path in settings.reports_folder.iterdir()} == {
        Path(report.path).name for report in recorded
    }
    assert all(life.verify(report).state is life.FileState.INTACT for report in recorded)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["--older-than", "40d"], ["new", "old"]),
        (["--keep", "1"], ["new"]),
        (["--older-than", "20d", "--keep", "2"], ["new", "old"]),
        (["--older-than", "20d", "--keep", "1"], ["new"]),
        ([], ["new", "old", "oldest"]),
    ],
)
def test_reports_are_cleaned_up_by_age_and_count(scanjobs, written, settings, tmp_path, words, left):
    names = {}
    for name, days in (("oldest", 50), ("old", 30), ("new", 0)):
        newest = written("csv", csv_raw=name == "new")[0]
        names[newest.id] = name
        set_date(settings, newest.id, settings.clock.now() - timedelta(days=days))

    told = scanjobs("reports", "clean", *words, "--dry-run", "--json")
    assert {names[one] for one in ids(told)} == {"new", "old", "oldest"} - set(left)
    assert len(reports.list_reports(settings)) == 3

    assert scanjobs("reports", "clean", *words).returncode == 0
    assert [names[report.id] for report in reports.list_reports(settings)] == left
    assert len(list(settings.reports_folder.iterdir())) == len(left)


def set_date(settings, report_id, moment):
    from contextlib import closing

    from scanjobs.db.connection import connect

    with closing(connect(settings)) as database:
        database.execute("UPDATE reports SET created_at = ? WHERE id = ?", (moment.timestamp(), report_id))


def test_reports_elsewhere_and_those_with_a_time_of_their_own_are_left_alone(
    scanjobs, written, settings, tmp_path
):
    elsewhere = written("csv", output=tmp_path / "mine.csv")[0]
    timed = written("csv", keep_days=365)[0]
    for report in (elsewhere, timed):
        set_date(settings, report.id, settings.clock.now() - timedelta(days=100))

    scanjobs("reports", "clean", "--older-than", "90d")

    assert {report.id for report in reports.list_reports(settings)} == {elsewhere.id, timed.id}


def test_every_night_reports_go_as_the_settings_say(scanjobs, shop, tmp_path, settings):
    clock = SharedClock(tmp_path / "clock")
    environment = {
        **os.environ,
        "SCANJOBS_CLOCK_FILE": str(tmp_path / "clock"),
        "SCANJOBS_REPORTS_DAYS": "30",
    }
    for words in (["-f", "csv"], ["-f", "csv", "--csv-raw", "--keep-days", "400"]):
        scanjobs("report", shop, *words, "--wait", env=environment)
    leftover = settings.reports_folder / ".shop.csv.abcd.part"
    leftover.write_text("half a file")
    scanjobs("schedule", "list", env=environment)

    clock.forward(31 * 86_400)
    scanjobs("beat", "--once", env=environment)
    scanjobs("worker", "--drain", env=environment)

    (report,) = reports.list_reports(settings)
    assert report.options.keep_days == 400
    assert list(settings.reports_folder.iterdir()) == [Path(report.path)]


@pytest.mark.parametrize(
    "site",
    ["../../etc/passwd", "a/b\x00c", "‮evil.example", "x" * 300, "CON", "-rf", "$(id).example", ".hidden"],
)
def test_hostile_names_of_sites_stay_in_the_folder(settings, site, shop):
    scans.add_scan(settings, scan := factories.scan_record(site=site))

    (job,) = tasks.submit_reports(scan.id, ["csv"])
    path = Path(generate.generate_report(settings, job.id, lambda *_: None)["path"])

    assert path.parent == settings.reports_folder
    assert path.name.isascii()
    assert path.name.isprintable()
    assert not path.name.startswith((".", "-"))
