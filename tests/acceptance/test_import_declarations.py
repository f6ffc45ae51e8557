"""`scanjobs import` of a declaration: kept for its site, compared with what is taken in from then on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DECLARATIONS = Path(__file__).parents[1] / "data" / "declarations"
DECLARED = """\
name,provider,category,purpose,duration,type,domain
session,Shop,Strictly necessary,Keeps the basket,Session,HTTP,shop.example
_ga,Google,Strictly necessary,Counts visitors,1 month,HTTP,shop.example
_gid,Google,Statistics,Counts visits,1 day,HTTP,shop.example
_gid,Google,Marketing,Shows advertisements,1 day,HTTP,shop.example
gone,Shop,Preferences,Was once there,1 year,HTTP,shop.example
,Nobody,Marketing,Has no name,1 day,HTTP,
"""


@pytest.fixture
def har(tmp_path):
    """A recording of a visit after accepting: four cookies, one of them in no declaration."""
    lines = [
        "session=1; Path=/; HttpOnly",
        "_ga=GA1.1.2; Path=/; Max-Age=34560000",
        "_gid=GA1.1.3; Path=/; Max-Age=86400",
        "zq_mystery=1; Path=/; Max-Age=60",
    ]
    entry = {
        "startedDateTime": "2026-03-01T10:00:00Z",
        "request": {"method": "GET", "url": "https://shop.example/", "headers": []},
        "response": {
            "status": 200,
            "headers": [{"name": "Set-Cookie", "value": line} for line in lines],
            "content": {"mimeType": "text/html"},
        },
    }
    path = tmp_path / "x.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return path


@pytest.fixture
def declaration(tmp_path):
    path = tmp_path / "decl.csv"
    path.write_text(DECLARED)
    return path


def judged(scanjobs):
    """What the rules on declarations say of the latest scan: outcome and named subjects."""
    done = scanjobs("check", "latest", "--format", "json")
    rules = {rule["id"]: rule for rule in json.loads(done.stdout)["rules"]}
    return {
        name: (rules[name]["outcome"], sorted({item["subject"] for item in rules[name]["subjects"]}))
        for name in ("D01", "D02", "D03", "D04", "D05", "D06")
    }


def test_a_declaration_is_compared_with_what_is_observed(scanjobs, har, declaration):
    """Each rule finds what contradicts the declaration, and nothing else."""
    told = scanjobs("import", declaration, "--site", "shop.example")
    assert told.returncode == 0, told.stderr
    taken_in = scanjobs("import", har, "--phase", "accepted")
    assert taken_in.returncode == 0, taken_in.stderr

    assert judged(scanjobs) == {
        "D01": ("fail", ["zq_mystery (shop.example)"]),
        "D02": ("fail", ["_ga (shop.example)"]),
        "D03": ("fail", ["_ga (shop.example)"]),
        "D04": ("warn", ["zq_mystery (shop.example)"]),
        "D05": ("fail", ["_gid (shop.example)"]),
        "D06": ("warn", ["gone (shop.example)"]),
    }


def test_what_is_told_of_a_declaration(scanjobs, declaration):
    """Its source, its lines by purpose, how many lifetimes could be read, what was left out."""
    done = scanjobs("import", declaration, "--site", "https://www.shop.example/cookies")

    words = " ".join(done.stdout.split())
    assert words.startswith("shop.example declaration ")
    assert "source decl.csv (csv) by an unknown tool" in words
    assert "lines 5: 2 necessary, 1 functional, 1 analytics, 1 marketing" in words
    assert "lifetimes 5 of 5 could be read" in words
    assert "skipped 1 × line without the name of a cookie" in words
    assert done.stderr == ""


def test_scans_of_before_are_told(scanjobs, har, declaration):
    """They were judged without it, and how they get it is said."""
    scanjobs("import", har, "--phase", "accepted")
    assert judged(scanjobs)["D01"] == ("not_evaluable", [])

    told = scanjobs("import", declaration, "--site", "shop.example")
    assert "note: 1 scan of shop.example was judged without it; `scanjobs cookies reclassify" in told.stderr

    assert scanjobs("cookies", "reclassify", "--site", "shop.example", "--wait").returncode == 0
    assert judged(scanjobs)["D01"] == ("fail", ["zq_mystery (shop.example)"])


def test_the_same_declaration_again(scanjobs, declaration):
    first = json.loads(scanjobs("import", declaration, "--site", "shop.example", "--json").stdout)
    again = json.loads(scanjobs("import", declaration, "--site", "shop.example", "--json").stdout)

    assert first[0]["declaration"] == again[0]["declaration"]
    assert (first[0]["is_new"], again[0]["is_new"]) == (True, False)


def test_declarations_beside_captures(scanjobs, har, declaration):
    """One command for both: phases belong to the captures, and the scan is compared at once."""
    done = scanjobs("import", har, declaration, "--phase", "accepted", "--site", "shop.example", "--json")

    assert done.returncode == 0, done.stderr
    said, scan = json.loads(done.stdout)
    assert (said["format"], said["site"], len(said["cookies"])) == ("csv", "shop.example", 5)
    assert scan["phases"] == ["accepted"]
    assert judged(scanjobs)["D01"][0] == "fail"


@pytest.mark.parametrize(("name", "lines"), [("cc.js", 7), ("onetrust.json", 4), ("german.csv", 3)])
def test_other_formats(scanjobs, name, lines):
    done = scanjobs("import", DECLARATIONS / name, "--site", "shop.example", "--json")

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)[0]["cookies"]) == lines


def test_nobody_says_of_which_site(scanjobs, declaration):
    done = scanjobs("import", declaration)

    assert done.returncode == 2
    assert done.stderr == (
        "error: decl.csv is a declaration and does not say of which site.\n"
        "hint: Name the site: --site example.org\n"
    )
