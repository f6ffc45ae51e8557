"""The container file and the example of a composition are what their tools take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scanjobs.jobs.systemd import STOP_SECONDS

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "packaging" / "container"


def tool(name: str) -> str:
    """A tool of the environment of these tests."""
    found = shutil.which(str(Path(sys.executable).parent / name)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_the_container_file_is_accepted_by_its_linter():
    checked = subprocess.run(
        [tool("hadolint"), CONTAINER / "Containerfile"], capture_output=True, text=True, timeout=60
    )

    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_container_file_copies_what_is_there_and_has_all_that_a_build_needs():
    lines = (CONTAINER / "Containerfile").read_text().splitlines()
    copied = [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    kept = (CONTAINER / "Containerfile.dockerignore").read_text().splitlines()

    assert copied == ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "scanjobs"]
    assert all((ROOT / name).exists() and f"!{name}" in kept for name in copied)
    assert any(line.startswith("USER ") and line.split()[1] != "0" for line in lines)


def test_the_composition_is_what_the_specification_says():
    checked = subprocess.run(
        [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", CONTAINER / "compose.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert checked.returncode == 0, checked.stdout
    assert f"stop_grace_period: {STOP_SECONDS}s" in (CONTAINER / "compose.yaml").read_text()


def test_every_command_of_the_composition_is_understood(scanjobs):
    """Not run here, for want of an engine: the words are given to the program itself."""
    for words in (["db", "upgrade"], ["worker", "--concurrency", "2"], ["health"]):
        assert scanjobs(*words, "--help").returncode == 0
