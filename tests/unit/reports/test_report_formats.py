"""Which renderer draws which format."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from scanjobs.domain.reports import ReportFormat
from scanjobs.reports.formats import RENDERERS, renderer_for


def test_every_format_has_a_renderer() -> None:
    """A format that can be asked for can be drawn."""
    assert set(RENDERERS) == set(ReportFormat)
    assert all(callable(renderer_for(format).render) for format in ReportFormat)


@pytest.mark.parametrize(
    ("format", "loaded"),
    [
        (None, []),
        ("csv", []),
        ("json", ["orjson"]),
        ("html", ["jinja2", "orjson"]),
        ("pdf", ["fpdf", "orjson"]),
        ("xlsx", ["xlsxwriter"]),
    ],
)
def test_heavy_libraries_are_loaded_on_use_only(format: str | None, loaded: list[str]) -> None:
    """Whoever wants a CSV report does not wait for the PDF library."""
    program = f"""
import json, sys
from scanjobs.domain.reports import ReportFormat
from scanjobs.reports.formats import renderer_for
if {format!r}:
    renderer_for(ReportFormat({format!r}))
print(json.dumps([name for name in ("fpdf", "jinja2", "orjson", "xlsxwriter") if name in sys.modules]))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == loaded
