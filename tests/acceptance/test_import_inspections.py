"""`scanjobs import` of inspections and of the folders they lie in: what a person sees of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import HAR

INSPECTIONS = Path(__file__).parents[1] / "data" / "inspections"


@pytest.fixture
def folder(tmp_path):
    """The output folder of a visit."""
    folder = tmp_path / "output"
    folder.mkdir()
    shutil.copy(INSPECTIONS / "wec.json", folder / "inspection.json")
    shutil.copy(HAR / "plain.har", folder / "requests.har")
    (folder / "cookies.yml").write_text("- name: uid\n")
    return folder


def test_an_inspection(scanjobs):
    """Its tool, its moment, what it shows, what it lacks, what was left out."""
    done = scanjobs("import", INSPECTIONS / "wec.json", "--phase", "before")

    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    for told in (
        "cookies 5, 1 of them third-party",
        "storage 4 items",
        "requests at least 7 to 4 hosts",
        "source wec.json (wec) by Website Evidence Collector 3.1.0 (Chromium HeadlessChrome/130.0), "
        "2026-03-01 10:00 UTC",
        "shows cookies, their attributes, localStorage, sessionStorage, requests, initiators",
        "lacks Set-Cookie lines, IndexedDB, answers for pages",
        "skipped 1 × request on a list that is not about tracking",
    ):
        assert told in words


def test_rules_rest_on_what_an_inspection_shows(scanjobs):
    """Cookies, storage and trackers before the choice; a redirect to HTTPS."""
    scanjobs("import", INSPECTIONS / "wec.json", "--phase", "before")

    rules = {
        rule["id"]: rule
        for rule in json.loads(scanjobs("check", "latest", "--format", "json").stdout)["rules"]
    }

    assert {name: rules[name]["outcome"] for name in ("C01", "C03", "S07")} == {
        "C01": "fail",
        "C03": "fail",
        "S07": "pass",
    }
    (tracker,) = rules["C03"]["subjects"]
    assert tracker["subject"].startswith("px.ads.example")
    assert tracker["items"][0]["initiator"] == "https://www.shop.example/start"


def test_a_folder(scanjobs, folder):
    """Two captures and a digest; known again the second time, and in the report."""
    done = scanjobs("import", folder, "--phase", "before", "--json")
    assert done.returncode == 0, done.stderr

    (scan,) = json.loads(done.stdout)
    assert [(c["file_name"], c["format"], len(c["files"])) for c in scan["captures"]] == [
        ("inspection.json", "wec", 1),
        ("requests.har", "har", 0),
    ]
    again = json.loads(scanjobs("import", folder, "--phase", "before", "--json").stdout)
    assert (again[0]["id"], again[0]["is_new"]) == (scan["id"], False)
    report = folder.parent / "report.json"
    written = scanjobs("report", "latest", "--format", "json", "--wait", "--output", report)
    assert written.returncode == 0, written.stderr
    captures = json.loads(report.read_text())["scope"]["captures"]
    assert [file["file_name"] for file in captures[0]["files"]] == ["cookies.yml"]


def test_a_folder_of_another_kind(scanjobs, tmp_path):
    done = scanjobs("import", tmp_path)

    assert done.returncode == 3
    assert done.stderr == (
        f"error: {tmp_path} is a folder with no inspection.json in it.\n"
        "hint: Name the output folder of the Website Evidence Collector or of blacklight-collector, or the "
        "files in it one by one.\n"
    )


def test_phases_of_several_folders(scanjobs, folder, tmp_path):
    """One folder for each choice makes one scan."""
    other = tmp_path / "accepted"
    other.mkdir()
    inspection = json.loads((INSPECTIONS / "wec.json").read_text())
    inspection["start_time"] = "2026-03-01T11:00:00.000Z"
    (other / "inspection.json").write_text(json.dumps(inspection))

    done = scanjobs("import", folder, other, "--phase", "before", "--phase", "accepted", "--json")

    assert done.returncode == 0, done.stderr
    (scan,) = json.loads(done.stdout)
    assert scan["phases"] == ["before", "accepted"]


def test_files_of_blacklight(scanjobs):
    """The inspection names the page, the list of cookies does not."""
    inspection = scanjobs("import", INSPECTIONS / "blacklight.json")
    cookies = scanjobs("import", INSPECTIONS / "browser-cookies.json", "--site", "shop.example")

    assert (inspection.returncode, cookies.returncode) == (0, 0), inspection.stderr + cookies.stderr
    assert "the cookies are those of the last page only" in " ".join(inspection.stdout.split())
    assert scanjobs("import", INSPECTIONS / "browser-cookies.json").returncode == 3
