"""`scanjobs import` of lists of cookies: what a person sees of them, alone and beside a recording."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.conftest import HAR

LISTS = Path(__file__).parents[1] / "data" / "lists"
ALL = [
    ("state.json", "storage-state", 6),
    ("state-of-nothing.json", "storage-state", 0),
    ("cdp.json", "cdp", 7),
    ("puppeteer.json", "cdp", 4),
    ("selenium.json", "cdp", 3),
    ("cookie-editor.json", "cookie-editor", 4),
    ("edit-this-cookie.json", "cookie-editor", 3),
    ("curl.txt", "netscape", 3),
    ("broken-lines.txt", "netscape", 7),
]


def scans(scanjobs):
    return json.loads(scanjobs("scans", "--json").stdout)


@pytest.mark.parametrize(("name", "format", "cookies"), ALL)
def test_a_list_becomes_a_scan_of_the_named_site(scanjobs, name, format, cookies):
    done = scanjobs("import", LISTS / name, "--phase", "before", "--site", "shop.example")

    assert done.returncode == 0, done.stderr
    assert "not seen" in done.stdout
    assert not re.search(r"^requests", done.stdout, re.MULTILINE)
    assert re.search(r"^lacks .*requests", done.stdout.replace("\n          ", " "), re.MULTILINE)
    (scan,) = scans(scanjobs)
    assert (scan["site"], scan["source"], scan["cookies"]) == ("shop.example", format, cookies)


@pytest.mark.parametrize(("name", "format", "cookies"), ALL)
def test_a_scan_of_a_list_can_be_shown(scanjobs, name, format, cookies):
    scanjobs("import", LISTS / name, "--phase", "before", "--site", "shop.example")

    shown = scanjobs("show", "latest")

    assert shown.returncode == 0, shown.stderr
    assert name in shown.stdout
    assert "captured  unknown" in shown.stdout
    assert re.search(r"[0-9] (entry|entries)\b", " ".join(shown.stdout.split()))


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        (
            "state.json",
            "--site shop.example. What was stored belongs to shop.example, ads.example, chat.example.",
        ),
        (
            "cdp.json",
            "--site shop.example. What was stored belongs to shop.example, chat.example, ads.example.",
        ),
        ("cookie-editor.json", "--site shop.example. What was stored belongs to shop.example."),
        ("state-of-nothing.json", "--site example.org."),
    ],
)
def test_nobody_knows_the_site_of_a_list(scanjobs, name, likely):
    done = scanjobs("import", LISTS / name, "--phase", "before")

    assert done.returncode == 3
    assert f"error: {name} shows what a browser stored and no page" in done.stderr
    assert done.stderr.endswith(f"hint: Name the site that was visited: {likely}\n")
    assert scans(scanjobs) == []


def test_of_many_sites_a_few_are_named(scanjobs, tmp_path):
    lines = [f"s{number}.example\tFALSE\t/\tTRUE\t0\ta\t1" for number in range(9)]
    (tmp_path / "cookies.txt").write_text("\n".join(lines))

    done = scanjobs("import", tmp_path / "cookies.txt")

    assert "s0.example, s1.example, s2.example, s3.example, s4.example and 4 more." in done.stderr


@pytest.mark.parametrize("name", ["with-page.json", "one-tab.txt"])
def test_some_lists_name_the_open_page(scanjobs, name):
    done = scanjobs("import", LISTS / name)

    assert done.returncode == 0, done.stderr
    assert scans(scanjobs)[0]["site"] == "shop.example"


def test_a_recording_beside_a_list_tells_the_site(scanjobs):
    files = [LISTS / "state.json", HAR / "plain.har"]

    done = scanjobs("import", *files, *("--phase", "before") * 2, "--json")

    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["site"], told["source"], told["storage"]) == ("shop.example", "har, storage-state", 6)
    assert (told["cookies"], told["requests"]) == (9, 2)
    assert told["gaps"] == []
    shown = scanjobs("show", "latest")
    assert "14 entries" in shown.stdout
    assert "2 requests" in shown.stdout


def test_a_list_that_ends_early(scanjobs, tmp_path):
    cut = tmp_path / "state.json"
    cut.write_bytes((LISTS / "state.json").read_bytes()[:900])

    refused = scanjobs("import", cut, "--site", "shop.example")
    salvaged = scanjobs("import", cut, "--site", "shop.example", "--salvage")

    assert (refused.returncode, salvaged.returncode) == (3, 0)
    assert "add --salvage to keep the entries that are complete" in refused.stderr
    (scan,) = scans(scanjobs)
    assert scan["complete"] is False


def test_values_of_lists_are_not_stored_unless_asked(scanjobs, settings):
    def stored():
        return b"".join(path.read_bytes() for path in settings.database_path.parent.glob("scanjobs.db*"))

    scanjobs("import", LISTS / "state.json", "--site", "shop.example")
    assert b"6f1ed002-ab5d" not in stored()
    assert b"GA1.1.5.6" not in stored()

    scanjobs("import", LISTS / "state.json", "--site", "shop.example", "--again", "--keep-values")
    assert b"6f1ed002-ab5d" in stored()
    assert b"GA1.1.5.6" in stored()


def test_an_empty_list_needs_its_format(scanjobs, tmp_path):
    (tmp_path / "none.json").write_text("[]")

    refused = scanjobs("import", tmp_path / "none.json", "--site", "shop.example")
    named = scanjobs("import", tmp_path / "none.json", "--site", "shop.example", "--format", "cdp")

    assert (refused.returncode, named.returncode) == (3, 0)
    assert "--format cdp" in refused.stderr
    assert "none seen" in named.stdout


def test_a_report_of_a_list(scanjobs, tmp_path):
    scanjobs("import", LISTS / "state.json", "--phase", "before", "--site", "shop.example")

    done = scanjobs("report", "latest", "--format", "html", "--wait", "--output", tmp_path / "report.html")

    assert done.returncode == 0, done.stderr
    report = (tmp_path / "report.html").read_text()
    assert "no sessionStorage" in report
    assert "6f1ed002" not in report
