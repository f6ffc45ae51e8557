"""`scanjobs diff`: what changed between two scans, for people and for programs."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.conftest import DEMO, HAR


def imported(scanjobs, *arguments):
    done = scanjobs("import", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]["id"]


@pytest.fixture
def relaunch(scanjobs):
    """The ids of two scans of a shop: before its relaunch and after."""
    return tuple(
        imported(scanjobs, HAR / f"relaunch-{which}.har", "--phase", "before") for which in ("old", "new")
    )


def test_a_relaunch_is_told_on_a_page(scanjobs, relaunch, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    done = scanjobs("diff", "shop.example")

    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    assert lines[0] == f"shop.example  scans {relaunch[0][:8]} → {relaunch[1][:8]}"
    for line in (
        "Cookies  1 added, 1 removed, 2 changed, 1 renamed",
        "+ _fbp  .shop.example       marketing, Facebook",
        "- visit old.metrics.example analytics",
        "~ lang  www.shop.example    lives 30 days → 365 days",
        "~ sid   www.shop.example    Secure yes → no",
        "= _hjSession_1234567 → _hjSession_7654321: the same but for a generated name",
        "+ connect.facebook.net marketing, Facebook",
        "               + sid (www.shop.example)",
        "As before: 2 hosts and 2 vendors.",
    ):
        assert line in lines


def test_the_same_for_programs(scanjobs, relaunch):
    told = json.loads(scanjobs("diff", *relaunch, "--json").stdout)

    assert (told["format"], told["format_version"], told["changed"]) == ("scanjobs.diff", 1, True)
    assert (told["older"]["id"], told["newer"]["id"]) == relaunch
    assert [(one["kind"], (one["newer"] or one["older"])["name"]) for one in told["cookies"]] == [
        ("added", "_fbp"),
        ("renamed", "_hjSession_7654321"),
        ("changed", "lang"),
        ("changed", "sid"),
        ("removed", "visit"),
    ]
    assert told["cookies"][2]["differences"] == [{"aspect": "lifetime", "older": 2592000, "newer": 31536000}]
    assert told["summary"]["hosts"] == {
        "added": 1,
        "removed": 1,
        "changed": 0,
        "renamed": 0,
        "not_comparable": 0,
        "unchanged": 2,
    }
    assert {one["rule"]: one["kind"] for one in told["findings"]} == {
        "C01": "changed",
        "C03": "added",
        "D04": "removed",
        "S03": "added",
    }


def test_two_scans_are_named_in_many_ways(scanjobs, relaunch):
    old, new = relaunch
    ways = ((old, new), (old[:6], "latest"), ("latest",), (new,), ("--site", "https://www.shop.example/"))
    told = [json.loads(scanjobs("diff", *words, "--json").stdout) for words in ways]

    assert {(one["older"]["id"], one["newer"]["id"]) for one in told} == {relaunch}


def test_an_exit_code_for_scripts(scanjobs, relaunch):
    old, new = relaunch

    assert scanjobs("diff", old, new).returncode == 0
    assert scanjobs("diff", old, new, "--exit-code").returncode == 1
    assert scanjobs("diff", old, old, "--exit-code").returncode == 0


def test_nothing_changed_is_one_line(scanjobs, shop):
    done = scanjobs("diff", shop, shop)

    assert done.stdout.splitlines()[-1].startswith("Nothing changed; as before: 14 cookies, 5 hosts")


def test_what_was_not_captured_is_not_removed(scanjobs, shop):
    """The shop before any choice only: what was set after accepting is not gone."""
    only_before = imported(scanjobs, DEMO / "before.har", "--phase", "before")

    told = json.loads(scanjobs("diff", shop, only_before, "--json", "--exit-code").stdout)

    assert told["summary"]["cookies"]["removed"] == 0
    assert told["summary"]["cookies"]["not_comparable"] > 5
    assert "Only the older scan has a capture after rejecting." in told["notes"]
    reasons = {reason for one in told["cookies"] for reason in one["not_seen"]}
    assert "the newer scan has no capture after accepting" in reasons


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "Name two scans"),
        (["latest", "--site", "shop.example"], 2, "Name two scans"),
        (["other.example"], 3, "There is no scan of other.example."),
        (["latest", "abcd"], 3, "There is no scan abcd."),
        (["latest"], 3, "before"),
        (["latest", "latest", "--profile", "de"], 2, "There is no profile de."),
    ],
)
def test_what_cannot_be_compared_is_told(scanjobs, shop, arguments, code, told):
    done = scanjobs("diff", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
