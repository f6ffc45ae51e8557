"""How labels are compared with banners: what agrees, how sure a share is, and that a missed goal is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def accuracy(tmp_path):
    """Run it on cookies given as name, purpose and seconds of life."""

    def run(*cookies, arguments=()):
        path = tmp_path / "labelled.jsonl"
        path.write_text(
            "".join(
                json.dumps(
                    {
                        "name": name,
                        "domain": ".shop.example",
                        "site": "http://shop.example/",
                        "purpose": purpose,
                        "session": seconds == 0,
                        "expiry_seconds": seconds,
                    }
                )
                + "\n"
                for name, purpose, seconds in cookies
            )
        )
        return subprocess.run(
            [sys.executable, "benchmarks/accuracy.py", str(path), *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )

    return run


def row(text, title):
    line = next(line for line in text.splitlines() if line.startswith(f"| {title} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


GOOD = [("PHPSESSID", "necessary", 0)] * 120 + [("OptanonConsent", "necessary", 9999)] * 84


def test_goals_are_met_where_all_agree(accuracy):
    done = accuracy(*GOOD)

    assert done.returncode == 0, done.stderr
    assert row(done.stdout, "exempt, and not declared as tracking") == [
        "exempt, and not declared as tracking",
        "204 of 204",
        "100.0% (98.2%–100.0%)",
        "99%",
        "yes",
    ]


def test_the_worst_error_makes_it_fail(accuracy):
    """Three of 207 called exempt and declared as tracking are more than one in a hundred."""
    done = accuracy(*GOOD, *[("PHPSESSID", "marketing", 0)] * 3)

    assert done.returncode == 1
    assert row(done.stdout, "exempt, and not declared as tracking")[1:] == [
        "204 of 207",
        "98.6% (95.8%–99.5%)",
        "99%",
        "no",
    ]


def test_necessary_and_functional_are_one_unless_taken_at_their_word(accuracy):
    done = accuracy(*GOOD, ("PHPSESSID", "functional", 0), ("_ga", "marketing", 9999))

    assert row(done.stdout, "agreement of those")[1] == "205 of 206"
    assert row(done.stdout, "agreement to the word")[1] == "204 of 206"
    assert row(done.stdout, "the most that names could agree")[1] == "206 of 206"


def test_each_difference_is_told_when_asked(accuracy):
    done = accuracy(("_ga", "marketing", 9999), ("_ga", "marketing", 9), arguments=["--show"])

    assert row(done.stdout, "2")[:5] == ["2", "_ga", "the site's own", "marketing", "analytics"]
