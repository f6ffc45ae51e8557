"""`scanjobs report` and `export`: from a scan to files, with and without a worker."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import SCANJOBS, wait_until

JOB_FIELDS = {
    "id", "task", "queue", "state", "attempt", "progress", "created_at", "started_at", "finished_at", "error",
    "result",
}  # fmt: skip


def jobs(done):
    return json.loads(done.stdout)


def test_without_a_worker_the_job_waits_and_says_how_to_go_on(scanjobs, shop):
    done = scanjobs("report", shop[:6], "--format", "pdf")

    assert done.returncode == 0
    assert len(done.stdout.split()[0]) == 36
    assert "No worker runs" in done.stderr
    assert "scanjobs worker" in done.stderr
    status = json.loads(scanjobs("status", "--json").stdout)
    assert [queue["queued"] for queue in status["queues"] if queue["name"] == "reports"] == [1]


def test_waiting_without_a_worker_runs_just_these_jobs(scanjobs, shop):
    (other,) = jobs(scanjobs("report", shop, "-f", "csv", "--output", "other.csv", "--json"))

    done = scanjobs("report", shop, "-f", "pdf", "-f", "html", "-f", "json", "-f", "csv", "--wait")

    assert done.returncode == 0, done.stderr
    paths = [Path(line) for line in done.stdout.splitlines()]
    assert [path.suffix for path in paths] == [".pdf", ".html", ".json", ".csv"]
    assert all(path.stat().st_size > 500 for path in paths)
    status = json.loads(scanjobs("status", "--json").stdout)
    assert status["workers"] == []
    assert other["id"] not in [job["id"] for job in status["finished"]]


def test_waiting_with_a_worker_uses_it(scanjobs, shop, worker):
    process = worker()

    done = scanjobs("report", shop, "-f", "csv", "--wait", "--json")

    (job,) = jobs(done)
    assert job.keys() >= JOB_FIELDS
    assert job["state"] == "succeeded"
    assert job["progress"] == 100
    (alive,) = json.loads(scanjobs("status", "--json").stdout)["workers"]
    assert (alive["pid"], alive["id"]) == (process.pid, job["worker_id"])


def test_the_file_is_what_was_recorded(scanjobs, shop, tmp_path):
    target = tmp_path / "out" / "shop.pdf"

    (job,) = jobs(scanjobs("report", shop, "--output", target, "--wait", "--json"))

    content = target.read_bytes()
    assert job["result"]["path"] == str(target)
    assert job["result"]["size"] == len(content)
    assert job["result"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"%PDF-")
    assert [path.name for path in target.parent.iterdir()] == ["shop.pdf"]


def test_a_relative_output_is_meant_from_where_one_stands(scanjobs, shop, tmp_path):
    done = scanjobs("export", shop, "--output", "cookies.csv", "--wait", cwd=tmp_path)

    assert done.stdout.strip() == str(tmp_path / "cookies.csv")
    assert (tmp_path / "cookies.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_several_formats_go_into_a_folder(scanjobs, shop, tmp_path):
    done = scanjobs("report", shop, "-f", "csv", "-f", "json", "-o", tmp_path / "out.csv", "--wait")
    assert done.returncode == 2
    assert "one file" in done.stderr

    done = scanjobs("report", shop, "-f", "csv", "-f", "json", "-o", f"{tmp_path}/out/", "--wait")
    assert done.returncode == 0
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".json"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["beef"], 3, "There is no scan beef"),
        (["ab"], 3, "too short"),
        (["latest", "--format", "docx"], 2, "docx"),
        (["latest", "--language", "tlh"], 2, "not written in the language 'tlh'"),
    ],
)
def test_what_cannot_be_reported_is_refused_at_once(scanjobs, shop, words, code, told):
    done = scanjobs("report", *words)

    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(scanjobs("status", "--json").stdout)["queues"][1]["queued"] == 0


def test_an_ambiguous_id_names_the_candidates(scanjobs, settings):
    from scanjobs.db import scans, session
    from tests.factories import scan_record

    for end in ("1", "2"):
        scans.add_scan(settings, scan_record(id=f"5f3a9c1{end}-0000-4000-8000-000000000000"))
    session.dispose()

    done = scanjobs("report", "5f3a")

    assert done.returncode == 3
    assert "5f3a9c11, 5f3a9c12" in done.stderr


def test_an_unwritable_folder_is_refused_before_anything_waits(scanjobs, shop, mounted, tmp_path):
    folder = tmp_path / "readonly"
    folder.mkdir()

    done = mounted(f"mount -t tmpfs -o ro tmpfs {folder}", "report", shop, "--output", folder / "report.pdf")

    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert "--output" in done.stderr
    assert json.loads(scanjobs("status", "--json").stdout)["queues"][1]["queued"] == 0


def test_a_full_disk_fails_the_job_and_leaves_no_half_file(scanjobs, shop, mounted, tmp_path, settings):
    folder = tmp_path / "small"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size=16k tmpfs {folder}; trap 'ls -A {folder} > {tmp_path}/left' EXIT"

    done = mounted(f"{mount}; set +e; run() {{ \"$@\"; }}; run \"$@\"; code=$?; exit $code",
                   "report", shop, "--output", folder / "report.pdf", "--wait")  # fmt: skip

    assert done.returncode == 3
    assert "no room left" in done.stderr
    assert "hint: " in done.stderr
    assert (tmp_path / "left").read_text() == ""


def test_a_report_survives_the_death_of_its_worker(scanjobs, shop, worker, settings):
    first = worker("-c", "1")
    os.kill(first.pid, signal.SIGSTOP)
    (job,) = jobs(scanjobs("report", shop, "--json"))
    first.kill()

    assert scanjobs("worker", "--drain").returncode == 0

    (done,) = json.loads(scanjobs("status", "--json").stdout)["finished"]
    assert (done["id"], done["state"]) == (job["id"], "succeeded")
    assert len(list(settings.reports_folder.iterdir())) == 1


def test_interrupting_the_wait_keeps_the_job(scanjobs, shop, settings):
    from tests.integration.test_worker import children_of

    waiting = subprocess.Popen(
        [*SCANJOBS, "report", shop, "--wait"],
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell that runs the tests in the background has them inherit that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_until(lambda: list(children_of(waiting.pid)), "its worker has started")
    os.killpg(waiting.pid, signal.SIGINT)
    waiting.communicate(timeout=30)
    assert waiting.returncode == 130

    assert scanjobs("worker", "--drain").returncode == 0
    (done,) = json.loads(scanjobs("status", "--json").stdout)["finished"]
    assert done["state"] == "succeeded"


def test_a_workbook_opens_with_the_findings_in_the_language_that_was_asked_for(scanjobs, shop, tmp_path):
    target = tmp_path / "shop.xlsx"

    done = scanjobs("report", shop, "-f", "xlsx", "--language", "de", "-o", target, "--wait")

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(target)]
    book = openpyxl.load_workbook(target)
    assert book["Zusammenfassung"]["A1"].value == "Cookie-Bericht für harbour-lamps.example"
    assert [cell.value for cell in book["Befunde"]["A"]][1:4] == ["C01", "C01", "C01"]
    assert "_ga" in [cell.value for cell in book["Cookies"]["A"]]


def test_cells_of_csv_can_be_had_as_they_are(scanjobs, shop, tmp_path):
    target = tmp_path / "cookies.csv"

    scanjobs("report", shop, "-f", "csv", "--csv-raw", "--no-csv-bom", "-o", target, "--wait")

    assert target.read_bytes().startswith(b"name,domain,")


def test_a_job_that_was_submitted_without_options_is_still_valid(scanjobs, shop):
    kwargs = json.dumps({"scan_id": shop, "format": "csv"})

    scanjobs("jobs", "submit", "generate_report", "--kwargs", kwargs)

    assert scanjobs("worker", "--drain").returncode == 0
    (job,) = json.loads(scanjobs("status", "--json").stdout)["finished"]
    assert job["state"] == "succeeded"


def test_running_a_report_twice_gives_the_same_bytes(settings, shop):
    """A job may run again after a crash: the date of a report is when it was accepted."""
    from scanjobs import tasks
    from scanjobs.db import reports
    from scanjobs.reports import generate

    for job in tasks.submit_reports(shop, ["pdf", "html", "json", "csv"]):
        first = generate.generate_report(settings, job.id, lambda *_: None)
        again = generate.generate_report(settings, job.id, lambda *_: None)
        assert first == again
    assert len(reports.list_reports(settings)) == 4


def test_what_is_no_file_is_never_replaced(scanjobs, shop, tmp_path):
    os.mkfifo(tmp_path / "pipe")

    done = scanjobs("report", shop, "-f", "csv", "-o", tmp_path / "pipe", "--wait")

    assert done.returncode == 3
    assert "device or a pipe" in done.stderr
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_stays_and_its_file_is_replaced(scanjobs, shop, tmp_path):
    (tmp_path / "link.csv").symlink_to("target.csv")

    assert scanjobs("report", shop, "-f", "csv", "-o", tmp_path / "link.csv", "--wait").returncode == 0

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").stat().st_size > 500


def test_a_name_that_is_too_long_is_told(scanjobs, shop):
    done = scanjobs("report", shop, "-o", "a" * 300)

    assert done.returncode == 3
    assert "longer than the file system allows" in done.stderr


def test_a_report_that_was_written_over_has_no_file_any_more(scanjobs, shop, settings, tmp_path):
    from scanjobs.db import reports

    for format in ("csv", "html"):
        scanjobs("report", shop, "-f", format, "-o", tmp_path / "same.out", "--wait")

    newer, older = reports.list_reports(settings)
    assert newer.sha256 == hashlib.sha256((tmp_path / "same.out").read_bytes()).hexdigest()
    assert older.sha256 is None


def test_waiting_survives_the_death_of_the_worker(scanjobs, shop, worker):
    lone = worker("-c", "1")
    os.kill(lone.pid, signal.SIGSTOP)
    waiting = subprocess.Popen([*SCANJOBS, "report", shop, "--wait"], stdout=subprocess.PIPE, text=True)
    wait_until(
        lambda: json.loads(scanjobs("status", "--json").stdout)["queues"][1]["queued"] == 1,
        "it was submitted",
    )

    lone.kill()

    told, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert told.strip().endswith(".pdf")


def test_a_program_in_the_folder_one_stands_in_is_not_run(scanjobs, shop, tmp_path):
    (tmp_path / "huey.py").write_text("open('was-run', 'w')")
    (tmp_path / "scanjobs.py").write_text("open('was-run', 'w')")
    program = Path(SCANJOBS[0]).with_name("scanjobs")

    done = subprocess.run([program, "report", shop, "--wait"], cwd=tmp_path, capture_output=True, timeout=60)

    assert done.returncode == 0
    assert not (tmp_path / "was-run").exists()
