"""The house: what loads when, and that its papers say what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = (
    "sqlalchemy",
    "alembic",
    "huey",
    "fpdf",
    "jinja2",
    "playwright",
    "ijson",
    "orjson",
    "rich",
    "xlsxwriter",
)


def loaded_by(program: str) -> set[str]:
    """The names of the libraries that a fresh interpreter has loaded after running this."""
    return {name.partition(".")[0] for name in loaded_modules(program)}


def loaded_modules(program: str) -> set[str]:
    """The names of the modules that it has loaded."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules, sep=chr(10))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(told.stdout.split())


def test_the_command_line_loads_nothing_heavy():
    assert loaded_by("from scanjobs.cli import made; made()").isdisjoint(HEAVY)


def test_importing_the_package_loads_nothing_at_all_of_ours():
    assert loaded_by("import scanjobs").isdisjoint({*HEAVY, "typer"})


@pytest.mark.parametrize(
    "module", ["scanjobs.jobs.monitor", "scanjobs.db.scans", "scanjobs.commands.status_view"]
)
def test_looking_does_not_load_huey(module: str):
    assert "huey" not in loaded_by(f"import {module}")


def test_a_command_does_not_wait_for_the_others():
    from scanjobs.cli import called, made

    assert called(["--home", "jobs", "--log-level=debug", "status", "--json"]) == "status"
    assert called(["--help"]) is called(["statsu"]) is called([]) is None
    assert [command.name for command in made("status").registered_commands] == ["status"]
    loaded = loaded_modules("from scanjobs.cli import made; made('status')")
    assert "scanjobs.commands.status" in loaded
    assert "scanjobs.commands.check" not in loaded


def test_every_command_can_be_loaded():
    from typer.main import get_command

    from scanjobs.cli import COMMANDS, made

    assert get_command(made()).commands.keys() == COMMANDS.keys()


def test_a_command_without_values_does_not_load_what_looks_at_values(tmp_path: Path):
    run = f"import sys; sys.argv = ['scanjobs', 'queues', 'list']; sys.path.insert(0, {str(ROOT)!r})"
    home = f"import os; os.environ['SCANJOBS_HOME'] = {str(tmp_path)!r}"
    ended = "from scanjobs.cli import main\ntry: main()\nexcept SystemExit as end: assert end.code == 0"

    assert "pydantic" not in loaded_by(f"{run}\n{home}\n{ended}")


def test_finding_a_cookie_does_not_wait_for_the_orm():
    assert "sqlalchemy" not in loaded_by("import scanjobs.commands.find_view, scanjobs.db.sightings")


@pytest.mark.parametrize("module", ["health", "metrics", "statistics"])
def test_whoever_watches_waits_for_nothing_heavy(module: str):
    assert loaded_by(f"import scanjobs.maintenance.{module}").isdisjoint({*HEAVY} - {"orjson"})


def test_every_command_is_in_the_readme():
    from scanjobs.cli import COMMANDS

    readme = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        assert f"`scanjobs {name}" in readme, name


def test_the_wheel_holds_what_the_program_reads(tmp_path: Path):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    import zipfile

    inside = set(zipfile.ZipFile(wheel).namelist())
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "scanjobs").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert data <= inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_changelog_has_this_version():
    from scanjobs import __version__

    assert re.search(rf"^## \[?{re.escape(__version__)}", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_modules_of_tests_have_names_of_their_own():
    """pytest imports them by name alone, so of two that share one the second cannot be collected."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names))
