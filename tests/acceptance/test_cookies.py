"""`scanjobs cookies`: what users say counts, what is known is explained, and old scans follow."""

from __future__ import annotations

import json
from importlib import resources

import pytest

SITE = "harbour-lamps.example"


@pytest.fixture
def label(scanjobs):
    """The label of a cookie in the newest scan."""

    def of(name):
        (record,) = json.loads(scanjobs("show", "latest", "--json").stdout)
        return next(cookie["label"] for cookie in record["cookies"] if cookie["key"]["name"] == name)

    return of


@pytest.fixture
def newer(tmp_path):
    """A newer cookie database that knows one cookie of the shop."""
    data = resources.files("scanjobs.classification").joinpath("data/cookies.json").read_bytes()
    tables = json.loads(data) | {"version": "3000.1"}
    tables["cookies"].append(["hl_pref_x", "Harbour Lamps", "marketing", [], None, None, False])
    path = tmp_path / "newer.json"
    path.write_text(json.dumps(tables))
    return path


def test_what_a_user_says_is_in_scans_from_now_on_and_in_others_when_asked(scanjobs, shop, label):
    before = label("hl_pref_x")
    done = scanjobs(
        *("cookies", "set", "hl_pref_*", "--site", f"https://www.{SITE}/", "--category", "functional"),
        *("--vendor", "Harbour Lamps", "--exempt", "--reason", "Keeps the view the visitor chose"),
    )
    assert done.returncode == 0
    assert done.stdout == (
        f"hl_pref_* (any domain) on {SITE}: functional, Harbour Lamps, exempt"
        " (Keeps the view the visitor chose)\n"
    )
    assert f"scanjobs cookies reclassify --site {SITE}" in done.stderr
    assert label("hl_pref_x") == before

    done = scanjobs("cookies", "reclassify", "--site", SITE, "--wait")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{shop[:8]}  {SITE}: 1 label and ")
    after = label("hl_pref_x")
    assert (after["source"], after["category"], after["exemption"]) == (
        "site_override",
        "functional",
        "exempt",
    )
    assert after["exemption_reason"] == "A user says so: Keeps the view the visitor chose."


def test_a_report_that_was_written_keeps_what_it_says(scanjobs, shop, tmp_path):
    scanjobs("report", shop, "--format", "json", "--output", tmp_path / "a.json", "--wait")
    before = (tmp_path / "a.json").read_bytes()
    scanjobs("cookies", "set", "hl_pref_x", "--category", "marketing")

    assert scanjobs("cookies", "reclassify", "--all", "--wait").returncode == 0
    scanjobs("report", shop, "--format", "json", "--output", tmp_path / "b.json", "--wait")

    assert (tmp_path / "a.json").read_bytes() == before
    rows = {row["name"]: row for row in json.loads((tmp_path / "b.json").read_text())["cookies"]}
    assert (rows["hl_pref_x"]["category"], rows["hl_pref_x"]["category_source"]) == ("marketing", "override")


def test_statements_are_listed_imported_and_taken_back(scanjobs, tmp_path):
    (tmp_path / "said.toml").write_text(
        '[[cookie]]\nname = "a1"\ndomain = ".shop.example"\ncategory = "analytics"\n\n'
        '[[cookie]]\nname = "b1"\nsite = "shop.example"\nexempt = false\nreason = "It follows visitors."\n'
    )

    assert scanjobs("cookies", "import", tmp_path / "said.toml").stdout == "2 statements taken in\n"
    listed = json.loads(scanjobs("cookies", "list", "--json").stdout)
    assert [(one["name"], one["domain"], one["site"], one["exempt"]) for one in listed] == [
        ("a1", "shop.example", None, None),
        ("b1", None, "shop.example", False),
    ]

    assert scanjobs("cookies", "unset", "a1").returncode == 3  # that one was said of a domain
    assert scanjobs("cookies", "unset", "a1", "--domain", "shop.example").returncode == 0
    assert scanjobs("cookies", "unset", "b1", "--site", "www.shop.example").returncode == 0
    assert json.loads(scanjobs("cookies", "list", "--json").stdout) == []

    (tmp_path / "said.json").write_text(json.dumps(listed))
    assert scanjobs("cookies", "import", tmp_path / "said.json").returncode == 0
    assert "It follows visitors." in scanjobs("cookies", "list").stdout


def test_a_file_with_something_wrong_stores_nothing(scanjobs, tmp_path):
    (tmp_path / "said.toml").write_text(
        '[[cookie]]\nname = "a1"\nvendor = "A"\n\n[[cookie]]\nname = "b1"\nexempt = true\n'
    )

    done = scanjobs("cookies", "import", tmp_path / "said.toml")

    assert (done.returncode, done.stdout) == (3, "")
    assert "Cookie 2 in" in done.stderr
    assert json.loads(scanjobs("cookies", "list", "--json").stdout) == []


def test_a_cookie_is_looked_up_with_all_that_is_said_of_it(scanjobs):
    scanjobs("cookies", "set", "_ga", "--category", "functional", "--site", "shop.example")

    (found,) = json.loads(scanjobs("cookies", "lookup", "_ga", "--site", "shop.example", "--json").stdout)
    assert (found["category"], found["source"]) == ("functional", "site_override")
    assert found["database_category"] == "analytics"
    assert [answer["source"] for answer in found["answers"]] == ["site_override", "name", "second_database"]

    told = scanjobs("cookies", "lookup", "PHPSESSID", "--days", "0").stdout
    assert "exempt: Holds the server's session together" in told
    assert "list of exempt cookies" in told
    told = scanjobs("cookies", "lookup", "PHPSESSID", "--days", "30").stdout
    assert "undetermined: The name is known for an exempt purpose" in told
    told = scanjobs("cookies", "lookup", "IDE", "--domain", ".doubleclick.net").stdout
    assert "as a third party's, of doubleclick.net" in told
    assert "unclassified" in scanjobs("cookies", "lookup", "qqqqq").stdout


def test_a_newer_database_is_used_and_told_until_one_goes_back(scanjobs, shop, label, newer):
    done = scanjobs("cookies", "update", newer)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3000.1+")

    scanjobs("cookies", "reclassify", "latest", "--wait")
    (record,) = json.loads(scanjobs("show", "latest", "--json").stdout)
    assert record["data_version"] == done.stdout.partition(" ")[0]
    assert (label("hl_pref_x")["category"], label("hl_pref_x")["source"]) == ("marketing", "name")

    assert scanjobs("cookies", "update", "--builtin").returncode == 0
    scanjobs("cookies", "reclassify", "latest", "--wait")
    assert label("hl_pref_x")["source"] == "heuristic"


def test_a_damaged_database_is_refused_and_told_by_who_meets_it(scanjobs, shop, newer, settings):
    newer.write_bytes(newer.read_bytes()[:-10])
    assert scanjobs("cookies", "update", newer, "--force").returncode == 3
    assert not (settings.home / "cookies.json").exists()

    (settings.home / "cookies.json").write_text("{")
    done = scanjobs("cookies", "reclassify", shop, "--wait")

    assert done.returncode == 3
    assert "update --builtin" in done.stderr
    assert "Traceback" not in done.stderr


def test_reclassifying_is_a_job_like_any_other(scanjobs, shop, worker):
    (job,) = json.loads(scanjobs("cookies", "reclassify", shop[:6], "--json").stdout)
    assert (job["task"], job["state"]) == ("scanjobs.tasks.reclassify_scan", "queued")
    (same,) = json.loads(scanjobs("cookies", "reclassify", "--all", "--json").stdout)
    assert same["id"] == job["id"]

    worker()
    (done,) = json.loads(scanjobs("jobs", "wait", job["id"], "--json").stdout)

    assert done["result"] | {"data_version": ""} == {
        "scan_id": shop,
        "site": SITE,
        "relabelled": 0,
        "findings_changed": 0,
        "data_version": "",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["set", "a1"], 2, "Nothing is said about a1."),
        (["set", "a1", "--category", "unclassified"], 2, "'unclassified'"),
        (["set", "a1", "--exempt"], 2, "Why a1 is exempt is not said."),
        (["set", "*", "--category", "analytics"], 2, "names no cookie"),
        (["set", "a1", "--category", "analytics", "--site", "a b"], 2, "names no site"),
        (["unset", "a1"], 3, "Nothing was said about a1 (any domain) on every site."),
        (["import", "missing.toml"], 3, "cannot be read"),
        (["update"], 2, "Give a FILE, or --builtin."),
        (["update", "missing.json"], 3, "cannot be read"),
        (["reclassify"], 2, "Give scans, or --site SITE, or --all."),
        (["reclassify", "latest", "--all"], 2, "Give scans, or --site SITE, or --all."),
        (["reclassify", "abcd"], 3, "There is no scan abcd."),
        (["reclassify", "--site", "no.example"], 3, "There is no scan of no.example."),
    ],
)
def test_what_has_no_meaning_is_refused_in_a_sentence(scanjobs, arguments, code, told):
    done = scanjobs("cookies", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_scan_there_is_nothing_to_reclassify(scanjobs):
    done = scanjobs("cookies", "reclassify", "--all")

    assert (done.returncode, done.stdout) == (0, "")
    assert "There is no scan yet" in done.stderr
