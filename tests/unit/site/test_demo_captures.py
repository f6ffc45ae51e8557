"""The bundled captures hold what their README says."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import scanjobs
from tests.site import cookies

DEMO = Path(scanjobs.__file__).parent / "demo"
PHASES = ("before", "accepted", "rejected")


def test_manifest_names_every_capture():
    captures = tomllib.loads((DEMO / "manifest.toml").read_text(encoding="utf-8"))["capture"]

    assert captures == [{"file": f"{phase}.har", "phase": phase} for phase in PHASES]
    assert sorted(file.name for file in DEMO.glob("*.har")) == sorted(c["file"] for c in captures)


@pytest.mark.parametrize("phase", PHASES)
def test_captures_are_small_and_come_from_the_shop(phase):
    har = DEMO / f"{phase}.har"
    hosts = {urlsplit(entry["request"]["url"]).hostname for entry in entries(phase)}

    assert har.stat().st_size < 60_000
    assert hosts <= set(cookies.HOSTS)
    assert any(entry["request"]["url"] == f"https://{cookies.SHOP}/" for entry in entries(phase))


@pytest.mark.parametrize("phase", PHASES)
def test_captures_hold_what_the_readme_says(phase):
    assert observed(phase) == documented(phase)


def test_analytics_is_sent_before_the_choice_although_nobody_set_it():
    """The early cookie is written by a script, so only a later request shows it."""
    sent_to = {
        entry["request"]["url"]
        for entry in entries("before")
        if any(
            part.startswith("_ga=")
            for line in headers(entry["request"], "cookie")
            for part in line.split("; ")
        )
    }

    assert f"https://{cookies.SHOP}/lamps/quay" in sent_to


def entries(phase: str) -> list[dict]:
    return json.loads((DEMO / f"{phase}.har").read_text(encoding="utf-8"))["log"]["entries"]


def headers(message: dict, name: str) -> list[str]:
    return [header["value"] for header in message["headers"] if header["name"].lower() == name]


def observed(phase: str) -> dict[str, set[str]]:
    """What the capture shows of each cookie: set, sent, or refused."""
    shown = defaultdict(set)
    for entry in entries(phase):
        for line in headers(entry["response"], "set-cookie"):
            name = line.partition("=")[0]
            shown[name].add("refused" if name in cookies.REFUSED else "set")
        for line in headers(entry["request"], "cookie"):
            for part in line.split("; "):
                shown[part.partition("=")[0]].add("sent")
    return dict(shown)


def documented(phase: str) -> dict[str, set[str]]:
    """The same, as the README's table says it."""
    rows = [
        [cell.strip() for cell in line.strip("|\n ").split("|")]
        for line in (DEMO / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    column = 2 + PHASES.index(phase)
    cells = {row[0]: row[column] for row in rows if len(row) == 6 and row[1].endswith(".example")}
    return {name: set(cell.split(", ")) for name, cell in cells.items() if cell != "–"}
