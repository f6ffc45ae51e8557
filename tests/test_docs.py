"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


def test_every_format_is_described():
    page = (ROOT / "docs" / "imports.md").read_text()

    assert [name for name in (*importers.formats(), *declarations.formats()) if f"`{name}`" not in page] == []
