"""What a shell offers to somebody who types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("scanjobs")
"""By the name under which a shell asks."""


@pytest.fixture
def offered(settings):
    """Ask as bash does: the words so far, and which of them is being typed."""

    def ask(line: str, shell: str = "bash") -> list[str]:
        environment = {
            **os.environ,
            "_SCANJOBS_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        }
        done = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, timeout=60)
        assert done.stderr == ""
        return done.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("scanjobs rep", ["report", "reports"]),
        ("scanjobs db pr", ["prune"]),
        ("scanjobs report latest --format ", ["pdf", "html", "json", "csv", "md", "xlsx"]),
        ("scanjobs scans ", ["hold", "release"]),
        ("scanjobs worker --pool ", ["process", "thread", "solo"]),
    ],
)
def test_commands_and_choices_are_offered(offered, line, words):
    assert offered(line) == words


def test_scans_are_offered_by_id_and_site(offered, shop):
    assert offered("scanjobs show ") == [shop[:8], "harbour-lamps.example", "latest"]
    assert offered(f"scanjobs report {shop[:3]}") == [shop[:8]]
    assert offered("scanjobs scans hold h") == ["harbour-lamps.example"]


def test_where_nothing_is_nothing_is_offered_and_nothing_made(offered, settings, monkeypatch):
    assert offered("scanjobs show ") == []
    assert not settings.home.exists()
    monkeypatch.setenv("SCANJOBS_DATABASE_URL", "mysql://shop.example/scans")
    assert offered("scanjobs show ") == []


def test_the_script_for_the_shell_is_shown(settings):
    environment = {**os.environ, "_SCANJOBS_COMPLETE": "source_bash"}
    shown = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, timeout=60)

    checked = subprocess.run(["bash", "-n"], input=shown.stdout, capture_output=True, text=True)
    assert "complete -o default -F" in shown.stdout
    assert (checked.returncode, checked.stderr) == (0, "")
