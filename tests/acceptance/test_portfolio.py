"""Reports about several scans: sites beside each other, and two scans of one site compared."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from scanjobs import tasks
from scanjobs.db import reports
from scanjobs.jobs import monitor
from scanjobs.maintenance import reports as life
from scanjobs.reports import generate
from tests.acceptance.conftest import DEMO, HAR
from tests.conftest import DATABASES

FORMATS = ("pdf", "html", "json", "csv", "md", "xlsx")
EVERY_FORMAT = [word for format in FORMATS for word in ("-f", format)]


def taken_in(scanjobs, name, *words):
    done = scanjobs("import", HAR / f"{name}.har", "--phase", "before", "--json", *words)
    assert done.returncode == 0, done.stderr
    (scan,) = json.loads(done.stdout)
    return scan


@pytest.fixture
def relaunch(scanjobs):
    """Two scans of one site, the older one first."""
    return [taken_in(scanjobs, name)["id"] for name in ("relaunch-old", "relaunch-new")]


def refused(done, *told):
    assert done.returncode == 2, done.stdout
    assert [one for one in told if one not in " ".join(done.stderr.replace("│", " ").split())] == []


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_every_site_becomes_one_report(scanjobs, shop, relaunch, settings, tmp_path):
    """Of each site the newest scan, in every format at once, recorded like any report."""
    done = scanjobs("portfolio", "--all", *EVERY_FORMAT, "-o", f"{tmp_path}/", "--wait")

    assert done.returncode == 0, done.stderr
    written = {Path(line).suffix: Path(line) for line in done.stdout.split()}
    assert written.keys() == {f".{format}" for format in FORMATS}
    facts = json.loads(written[".json"].read_text())
    assert {scan["id"] for scan in facts["scans"]} == {shop, relaunch[1]}
    assert [row["site"] for row in facts["tables"]["changes"]] == [
        scan["site"] for scan in facts["scans"] if scan["id"] == relaunch[1]
    ]
    rows = list(csv.DictReader(written[".csv"].open(encoding="utf-8-sig")))
    assert [row["site"] for row in rows] == [row["site"] for row in facts["tables"]["sites"]]
    recorded = reports.list_reports(settings)
    assert {(report.kind, report.scan_id) for report in recorded} == {("portfolio", None)}
    assert {report.scan_ids for report in recorded} == {
        tuple(scan["id"] for scan in sorted(facts["scans"], key=lambda scan: scan["site"]))
    }


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_two_scans_of_a_site_are_compared(scanjobs, relaunch, settings, tmp_path):
    """`previous` is the scan of the site before; the older one comes first, however they are named."""
    path = tmp_path / "comparison.json"

    done = scanjobs("report", "latest", "--against", "previous", "-f", "json", "-o", path, "--wait")

    assert done.returncode == 0, done.stderr
    facts = json.loads(path.read_text())
    assert [scan["id"] for scan in facts["scans"]] == relaunch
    assert facts["format"] == "scanjobs.comparison"
    assert {row["kind"] for row in facts["tables"]["changes"]} >= {"added", "removed"}
    (report,) = reports.list_reports(settings)
    assert (report.kind, list(report.scan_ids)) == ("comparison", relaunch)


def test_a_report_about_several_scans_lives_like_any_other(scanjobs, shop, relaunch):
    """Listed, by scan and by site, verified and deleted."""
    scanjobs("portfolio", "-f", "csv", "--wait")
    scanjobs("report", relaunch[1], "--against", relaunch[0], "-f", "html", "--wait")

    listed = json.loads(scanjobs("reports", "list", "--json").stdout)
    of_older = json.loads(scanjobs("reports", "list", "--scan", relaunch[0], "--json").stdout)
    of_shop = json.loads(scanjobs("reports", "list", "--site", "harbour-lamps.example", "--json").stdout)
    shown = scanjobs("reports", "list").stdout
    verified = json.loads(scanjobs("reports", "verify", "--json").stdout)
    deleted = scanjobs("reports", "delete", *(report["id"] for report in listed))

    assert [report["kind"] for report in listed] == ["comparison", "portfolio"]
    assert of_older == listed[:1]
    assert of_shop == listed[1:]
    assert "portfolio" in shown
    assert "comparison" in shown
    assert [report["state"] for report in verified] == ["intact", "intact"]
    assert deleted.returncode == 0, deleted.stderr
    assert not any(Path(report["path"]).exists() for report in listed)


def test_a_job_that_runs_again_writes_the_same_bytes(shop, relaunch, settings):
    """Also where scans were taken in meanwhile: which they are was settled when it was accepted."""
    jobs = [
        *tasks.submit_portfolio([], ["pdf", "html"]),
        *tasks.submit_comparison(relaunch[1], "previous", ["pdf", "md"]),
    ]

    first = [generate.generate_report(settings, job.id, lambda *_: None) for job in jobs]
    again = [generate.generate_report(settings, job.id, lambda *_: None) for job in jobs]

    assert [one["sha256"] for one in first] == [one["sha256"] for one in again]


def test_a_cleanup_keeps_the_newest_comparison_of_each_site(scanjobs, shop, relaunch, settings):
    """Those of another site do not push it out; of portfolios there is one line."""
    scanjobs("import", DEMO / "manifest.toml", "--again")
    jobs = []
    for site in ("harbour-lamps.example", "shop.example", "shop.example"):
        jobs += tasks.submit_comparison(site, "previous", ["csv"])
        generate.generate_report(settings, jobs[-1].id, lambda *_: None)
        monitor.revoke(jobs[-1].id, settings=settings)

    (taken,) = life.outdated(settings, keep=1)

    assert taken.job_id == jobs[1].id


def test_a_schedule_takes_the_sites_there_are_when_it_runs(scanjobs, shop, settings):
    """Whoever adds a site later finds it in next week's report."""
    add = ("weekly", "generate_portfolio", "--cron", "0 8 * * 1", "--kwargs", '{"format": "json"}')
    added = scanjobs("schedule", "add", *add)
    later = taken_in(scanjobs, "plain")

    run = scanjobs("schedule", "run", "weekly")

    assert added.returncode == 0, added.stderr
    assert run.returncode == 0, run.stderr
    (report,) = reports.list_reports(settings)
    assert set(report.scan_ids) == {shop, later["id"]}


def test_a_schedule_compares_the_newest_scan_of_a_site(scanjobs, relaunch, settings):
    """With the one before it, unless another one is named."""
    site = json.loads(scanjobs("scans", "--json").stdout)[0]["site"]
    add = ("weekly", "generate_comparison", "--cron", "0 8 * * 1", "--kwargs", json.dumps({"scan_id": site}))

    scanjobs("schedule", "add", *add)
    run = scanjobs("schedule", "run", "weekly")

    assert run.returncode == 0, run.stderr
    (report,) = reports.list_reports(settings)
    assert list(report.scan_ids) == relaunch


def test_names_that_make_no_portfolio_are_refused(scanjobs, shop, relaunch, settings):
    """With what helps; nothing was accepted."""
    refused(scanjobs("portfolio", *relaunch), "a portfolio has one of each site", "--against")
    refused(scanjobs("portfolio", shop, "--all"), "--all takes every site")
    refused(scanjobs("portfolio", shop, "-f", "csv", "-f", "pdf", "-o", "one.pdf"), "into one file")
    missing = scanjobs("portfolio", shop, "nobody.example")

    assert missing.returncode == 3
    assert "There is no scan of nobody.example." in missing.stderr
    assert reports.list_reports(settings) == []


def test_scans_that_cannot_be_compared_are_refused(scanjobs, shop, settings):
    """One scan alone, or one with itself."""
    alone = scanjobs("report", shop, "--against", "previous")
    itself = scanjobs("report", shop, "--against", shop)

    assert alone.returncode == 3
    assert "There is no scan of harbour-lamps.example before" in alone.stderr
    refused(itself, "cannot be compared with itself")
    assert reports.list_reports(settings) == []


def test_an_empty_database_has_no_portfolio(scanjobs):
    """It says what to do first."""
    done = scanjobs("portfolio")

    assert done.returncode == 3
    assert "There is no scan yet." in done.stderr
    assert "scanjobs import" in done.stderr
