"""`scanjobs import`: what a person sees of a capture, and of one that cannot be taken in."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.conftest import DEMO, HAR

PHASES = ("before", "accepted", "rejected")


def scans(scanjobs):
    return json.loads(scanjobs("scans", "--json").stdout)


def test_three_files_with_a_phase_each_make_one_scan(scanjobs):
    files = [DEMO / f"{phase}.har" for phase in PHASES]
    done = scanjobs("import", *files, *(word for phase in PHASES for word in ("--phase", phase)))

    assert done.returncode == 0
    (scan,) = scans(scanjobs)
    assert scan["site"] == "harbour-lamps.example"
    assert scan["phases"] == list(PHASES)
    assert f"{scan['cookies']}, " in done.stdout
    assert "harbour-lamps.example" in done.stdout


def test_files_without_a_phase_each_make_a_scan_of_their_own(scanjobs):
    scanjobs("import", DEMO / "before.har", DEMO / "accepted.har")

    assert [scan["phases"] for scan in scans(scanjobs)] == [["unknown"], ["unknown"]]


def test_an_unknown_phase_is_told(scanjobs):
    done = scanjobs("import", DEMO / "before.har")

    assert "not seen" in done.stdout
    assert "unknown" in done.stdout


def test_a_known_file_gives_its_scan_back(scanjobs, shop):
    again = scanjobs("import", DEMO / "manifest.toml")
    assert "known already" in again.stdout
    assert [scan["id"] for scan in scans(scanjobs)] == [shop]

    scanjobs("import", DEMO / "manifest.toml", "--again")
    assert len(scans(scanjobs)) == 2


def test_the_same_file_in_another_phase_is_another_scan(scanjobs):
    scanjobs("import", DEMO / "before.har", "--phase", "before")
    scanjobs("import", DEMO / "before.har", "--phase", "rejected")

    assert len(scans(scanjobs)) == 2


def test_json_has_what_was_found_and_left_out(scanjobs):
    done = scanjobs("import", DEMO / "manifest.toml", "--json")

    (scan,) = json.loads(done.stdout)
    assert {"id", "site", "source", "created_at", "cookies", "skipped", "gaps", "is_new"} <= scan.keys()
    assert scan["source"] == "har"


def test_values_are_not_stored_unless_asked(scanjobs, settings, tmp_path):
    capture = tmp_path / "own.har"
    secrets = ("set-5a1f77c0ffee", "sent-0ddba11feed")
    capture.write_text(
        (HAR / "plain.har").read_text().replace('"entries": [', '"entries": [' + _entry(*secrets) + ",", 1)
    )
    scanjobs("import", capture, "--phase", "before")
    without = settings.database_path.read_bytes() + _log_of(settings)

    scanjobs("import", capture, "--phase", "before", "--again", "--keep-values")
    with_values = settings.database_path.read_bytes() + _log_of(settings)

    for secret in secrets:
        assert secret.encode() not in without
        assert secret.encode() in with_values


def _entry(set_value, sent_value):
    return json.dumps(
        {
            "startedDateTime": "2026-03-02T12:00:00Z",
            "request": {
                "method": "GET",
                "url": "https://shop.example/?token=7",
                "headers": [{"name": "Cookie", "value": f"own_sent={sent_value}"}],
            },
            "response": {
                "status": 200,
                "headers": [{"name": "Set-Cookie", "value": f"own_set={set_value}; Path=/"}],
                "content": {"mimeType": "text/html"},
            },
        }
    )


def _log_of(settings):
    log = settings.database_path.with_name("scanjobs.db-wal")
    return log.read_bytes() if log.exists() else b""


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("not-json.har", "not valid JSON"),
        ("no-entries.har", "without entries"),
        ("truncated.har", "--salvage"),
        ("missing.har", "missing.har"),
    ],
)
def test_a_bad_file_gets_a_sentence_a_hint_and_leaves_nothing(scanjobs, file, told):
    done = scanjobs("import", HAR / file)

    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "\nhint: " in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert scans(scanjobs) == []


def test_one_bad_file_of_a_scan_leaves_nothing_of_the_others(scanjobs):
    done = scanjobs(
        "import", DEMO / "before.har", HAR / "truncated.har", "--phase", "before", "--phase", "accepted"
    )

    assert done.returncode == 3
    assert scans(scanjobs) == []


def test_a_truncated_file_can_be_salvaged_and_says_so(scanjobs):
    done = scanjobs("import", HAR / "truncated.har", "--phase", "before", "--salvage")

    assert done.returncode == 0
    assert "not seen" in done.stdout
    (scan,) = scans(scanjobs)
    assert scan["complete"] is False
    assert "incomplete" in scanjobs("scans").stdout


def test_captures_of_different_sites_are_not_mixed(scanjobs):
    done = scanjobs(
        "import", DEMO / "before.har", HAR / "plain.har", "--phase", "before", "--phase", "accepted"
    )

    assert done.returncode == 3
    assert "different sites" in done.stderr
    assert scans(scanjobs) == []


def test_phases_and_files_must_match(scanjobs):
    done = scanjobs("import", DEMO / "before.har", *("--phase", "before", "--phase", "accepted"))

    assert done.returncode == 2
    assert "1 files and 2 phases" in done.stderr or "1 file and 2 phases" in done.stderr


def test_the_site_can_be_named_where_the_first_page_is_not_of_it(scanjobs):
    done = scanjobs(
        "import", HAR / "page-first-request.har", "--phase", "before", "--site", "www.shop.example"
    )

    assert done.returncode == 0
    (scan,) = scans(scanjobs)
    assert scan["site"] == "shop.example"


def test_a_folder_is_not_a_capture(scanjobs, tmp_path):
    done = scanjobs("import", tmp_path)

    assert done.returncode == 3
    assert "folder" in done.stderr


def test_files_of_one_name_in_different_folders_are_told_apart(scanjobs, tmp_path):
    for folder, har in (("before", DEMO / "before.har"), ("accepted", HAR / "plain.har")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "www.har").write_bytes(har.read_bytes())

    files = [tmp_path / "before" / "www.har", tmp_path / "accepted" / "www.har"]
    done = scanjobs("import", *files, "--phase", "before", "--phase", "accepted")

    assert done.returncode == 3
    assert "different sites" in done.stderr


def test_one_recording_cannot_show_two_phases(scanjobs):
    file = DEMO / "before.har"
    done = scanjobs("import", file, file, "--phase", "before", "--phase", "accepted")

    assert done.returncode == 3
    assert "same recording" in done.stderr


def test_what_was_taken_in_before_a_bad_file_is_told(scanjobs):
    done = scanjobs("import", DEMO / "before.har", HAR / "not-json.har")

    assert done.returncode == 3
    assert "harbour-lamps.example" in done.stdout
    assert len(scans(scanjobs)) == 1


def test_the_same_file_with_and_without_a_phase_are_two_scans_and_no_more(scanjobs):
    for _ in range(2):
        scanjobs("import", DEMO / "before.har")
        scanjobs("import", DEMO / "before.har", "--phase", "before")

    assert len(scans(scanjobs)) == 2


@pytest.mark.parametrize(
    ("site", "stored"),
    [
        ("https://www.shop.example/x", "shop.example"),
        ("www.Bücher.example", "xn--bcher-kva.example"),  # as captures write it
        ("a b", None),
    ],
)
def test_a_site_is_a_domain_or_an_address_on_it(scanjobs, site, stored):
    done = scanjobs("import", HAR / "plain.har", "--site", site)

    assert done.returncode == (0 if stored else 2)
    assert [scan["site"] for scan in scans(scanjobs)] == ([stored] if stored else [])
