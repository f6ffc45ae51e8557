"""`scanjobs check`: what a pipeline sees of a scan."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.conftest import HAR


def test_the_exit_code_says_whether_the_threshold_was_reached(scanjobs, shop):
    assert scanjobs("check", shop).returncode == 1
    assert scanjobs("check", shop, "--fail-on", "critical").returncode == 1
    assert scanjobs("check", shop, "--fail-on", "never").returncode == 0
    assert scanjobs("check", shop, "--fail-on", "never").returncode == 0


def test_a_scan_is_named_by_id_by_latest_or_by_its_site(scanjobs, shop):
    told = [
        json.loads(scanjobs("check", words, "--format", "json").stdout)["scan"]["id"]
        for words in (shop[:6], "latest", "harbour-lamps.example", "https://www.harbour-lamps.example/lamps")
    ]

    assert set(told) == {shop}


def test_the_newest_scan_of_a_site_is_meant(scanjobs, shop):
    again = json.loads(
        scanjobs("import", HAR / "plain.har", "--site", "harbour-lamps.example", "--json").stdout
    )

    done = scanjobs("check", "harbour-lamps.example", "--format", "json")

    assert json.loads(done.stdout)["scan"]["id"] == again[0]["id"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["check", "other.example"], 3, "There is no scan of other.example."),
        (["check", "abcd"], 3, "There is no scan abcd."),
        (["check", "latest", "--profile", "de"], 2, "There is no profile de."),
        (["check", "latest", "--fail-on", "info"], 2, "'info'"),
        (["check", "latest", "--baseline", "missing.json"], 3, "missing.json cannot be read"),
        (["check", "latest", "--relative-uris"], 2, "--relative-uris goes with --format sarif."),
    ],
)
def test_what_cannot_be_checked_never_looks_like_a_pass_nor_like_a_finding(
    scanjobs, shop, arguments, code, told
):
    done = scanjobs(*arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


def test_a_pipe_gets_plain_text_in_eighty_columns(scanjobs, shop, monkeypatch):
    monkeypatch.delenv("COLUMNS")

    done = scanjobs("check", shop)

    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "uuid2 (ads.brightbanner.example)" in done.stdout


def test_a_file_has_the_format_and_the_log_the_text(scanjobs, shop, tmp_path):
    target = tmp_path / "out" / "check.xml"

    done = scanjobs("check", shop, "--format", "junit", "--output", target)

    assert ET.parse(target).getroot().get("failures") == "4"
    assert "Failed: 4 rules at or above high: C01, C04" in done.stdout
    assert done.returncode == 1


def test_findings_are_accepted_until_somebody_takes_them_out(scanjobs, shop, tmp_path):
    baseline = tmp_path / "baseline.json"

    first = scanjobs("check", shop, "--fail-on", "low", "--write-baseline", baseline)
    second = scanjobs("check", shop, "--fail-on", "low", "--baseline", baseline)
    accepted = json.loads(baseline.read_text())
    taken_out = accepted["accepted"].pop()
    accepted["accepted"][0]["reason"] = "Nobody sees that page."
    baseline.write_text(json.dumps(accepted))
    third = scanjobs("check", shop, "--fail-on", "low", "--baseline", baseline)

    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 1)
    assert f"accepts {len(accepted['accepted']) + 1} findings" in first.stderr
    assert "Passed" in second.stdout
    assert "no reason given" in second.stdout
    assert taken_out["subject"] in third.stdout
    assert "Nobody sees that page." in " ".join(third.stdout.split())


def test_writing_a_baseline_anew_keeps_what_people_wrote(scanjobs, shop, tmp_path):
    baseline = tmp_path / "baseline.json"
    scanjobs("check", shop, "--write-baseline", baseline)
    accepted = json.loads(baseline.read_text())
    for entry in accepted["accepted"]:
        entry["reason"] = f"Why {entry['rule']}."
    baseline.write_text(json.dumps(accepted))

    done = scanjobs("check", shop, "--write-baseline", baseline)

    assert json.loads(baseline.read_text()) == accepted
    assert "without a reason" not in done.stderr


def test_a_stale_entry_is_told(scanjobs, shop, tmp_path):
    baseline = tmp_path / "baseline.json"
    gone = {"rule": "S03", "subject": "gone (harbour-lamps.example)"}
    baseline.write_text(json.dumps({"format": "scanjobs.baseline", "format_version": 1, "accepted": [gone]}))

    done = scanjobs("check", shop, "--baseline", baseline)

    assert "not found any more: S03 gone (harbour-lamps.example)" in done.stderr


def test_a_green_result_on_thin_evidence_says_so(scanjobs):
    """A sanitized recording holds no cookie header at all: nothing was found, and nothing could be."""
    scanjobs("import", HAR / "sanitized.har", "--phase", "before")

    done = scanjobs("check", "latest")
    required = scanjobs("check", "latest", "--require-evidence", "--format", "sarif")

    assert done.returncode == 0
    assert "No verdict: the evidence is too thin" in " ".join(done.stdout.split())
    assert "warning: The evidence is too thin for a verdict." in done.stderr
    assert "could not be evaluated, which is not a pass" in done.stderr
    assert required.returncode == 3
    assert json.loads(required.stdout)["runs"][0]["invocations"][0]["exitCode"] == 3


def test_a_file_that_cannot_be_written_is_told(scanjobs, shop, tmp_path):
    done = scanjobs("check", shop, "--format", "sarif", "--output", tmp_path)

    assert done.returncode == 3
    assert f"{tmp_path} cannot be written" in done.stderr
    assert "--output" in done.stderr
