"""Tells a pipeline what the rules found: one frozen result, and one file for each format that draws it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from scanjobs.domain.checks import CheckFormat

if TYPE_CHECKING:
    from scanjobs.reports.findings.result import CheckResult

Draw = Callable[["CheckResult"], str]
"""A whole file from one result; equal results give equal texts."""

# By name, since each format needs libraries that the others do not. Text is drawn by the command line.
_MODULES = {
    CheckFormat.JSON: "json",
    CheckFormat.MARKDOWN: "markdown",
    CheckFormat.JUNIT: "junit",
    CheckFormat.SARIF: "sarif",
}


def drawer_for(format: CheckFormat, *, relative_uris: bool = False) -> Draw:
    """What draws one format; `relative_uris` is for SARIF alone.

    Raises:
        KeyError: the format is text.
    """
    module = import_module(f"scanjobs.reports.findings.{_MODULES[format]}")
    draw: Draw = module.draw_relative if relative_uris else module.draw
    return draw
