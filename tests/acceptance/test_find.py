"""`scanjobs find`: which sites have a cookie, since when."""

from __future__ import annotations

import json

from tests.acceptance.conftest import HAR


def test_a_cookie_over_all_scans(scanjobs, shop, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for which in ("old", "new"):
        assert scanjobs("import", HAR / f"relaunch-{which}.har", "--phase", "before").returncode == 0

    done = scanjobs("find", "_fbp")

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "Site                  Category  bef acc First      Last       Scans",
        "harbour-lamps.example marketing     ●   2026-11-23 2026-11-23   1/1",
        "shop.example          marketing ●       2026-03-09 2026-03-09   1/2",
        "2 sites; all in the newest scan of the site; of Facebook.",
    ]


def test_wildcards_domain_and_vendor(scanjobs, shop):
    def names(*arguments):
        return [one["name"] for one in json.loads(scanjobs("find", *arguments, "--json").stdout)]

    assert names("_g*") == ["_ga", "_gcl_au", "_gid"]
    assert names("*", "--domain", "fontstall.example") == ["__cf_bm"]
    assert names("*", "--vendor", "google*") == ["IDE", "_ga", "_gcl_au", "_gid"]


def test_nothing_found_is_said(scanjobs, shop):
    done = scanjobs("find", "nobody\x1b[31m", "--vendor", "Meta")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "note: No scan has a cookie 'nobody\\x1b[31m' of the vendor Meta.\n"
    assert scanjobs("find", "nobody", "--json").stdout == "[]\n"


def test_bytes_that_are_no_text_are_found_nowhere(scanjobs, shop):
    assert scanjobs("find", "\udcff*", "--json").stdout == "[]\n"
