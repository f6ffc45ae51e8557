"""What the documents name is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from scanjobs import cli
from scanjobs.rules.score import SHARES
from scanjobs.scanner import declarations, importers

ROOT = Path(__file__).parents[1]


def test_every_test_that_proves_a_promise_exists():
    named = set(re.findall(r"\btest_\w+", (ROOT / "docs" / "engine.md").read_text()))
    files = list((ROOT / "tests").rglob("test_*.py"))
    source = "".join(path.read_text() for path in files)

    missing = {name for name in named if f"def {name}(" not in source} - {path.stem for path in files}

    assert len(named) > 15
    assert missing == set()


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_every_link_into_the_project_leads_somewhere(page):
    text = (ROOT / page).read_text()

    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)

    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_every_command_that_is_named_exists(page):
    commands = typer.main.get_command(cli.made()).commands
    text = (ROOT / page).read_text()
    spoken = re.findall(r"(?:`|^\$ )scanjobs ((?:--[a-z-]+ \S+ )?[a-z][^`\n|]*)", text, re.MULTILINE)
    unknown = set()

    for words in spoken:
        first, second, *_ = [*re.sub(r"^--[a-z-]+ \S+ ", "", words).split(), "", ""]
        known = getattr(commands.get(first), "commands", None)
        is_word = re.fullmatch(r"[a-z][a-z-]+", second)
        if first not in commands or (known and is_word and second not in known):
            unknown.add(words)

    assert unknown == set()


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
def test_every_option_that_is_named_exists(page):
    text = (ROOT / page).read_text()
    spoken = re.findall(r"(?:`|^\$ )scanjobs ([^`\n]*)", text, re.MULTILINE)
    unknown = set()

    for words in spoken:
        command, known = typer.main.get_command(cli.made()), {"--help", "--install-completion"}
        for word in re.split(r" [|>] ", words.replace("\\|", "|"))[0].split():
            known |= {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            command = getattr(command, "commands", {}).get(word, command)
            known |= {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", word):
                if option not in known:
                    unknown.add(f"{option} in `scanjobs {words}`")

    assert unknown == set()


def test_every_format_is_described():
    page = (ROOT / "docs" / "imports.md").read_text()

    assert [name for name in (*importers.formats(), *declarations.formats()) if f"`{name}`" not in page] == []


def test_the_page_of_rules_says_what_the_rules_say():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "write_rules_page.py", "--check"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


def test_the_page_of_rules_tells_the_shares_of_the_score():
    page = (ROOT / "docs" / "rules.md").read_text()

    for severity, share in SHARES.items():
        told = f"{float(100 * share):g} % | {float(50 * share):g} %" if share else "0 | 0"
        assert f"| {severity} | {told} |" in page
