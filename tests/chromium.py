"""The browser of the tests: this machine's Chromium, or a skip that says why there is none."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str | None:
    """Where this machine's Chromium is, or None; SCANJOBS_CHROMIUM names one outside the path."""
    named = os.environ.get("SCANJOBS_CHROMIUM")
    if named:
        return shutil.which(named)
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def require_chromium() -> str:
    """The path of Chromium; without one the test skips, or fails where SCANJOBS_REQUIRE names `chromium`."""
    path = chromium()
    missing = None
    if importlib.util.find_spec("playwright") is None:
        missing = "playwright is not installed"
    elif path is None:
        missing = "there is no Chromium at SCANJOBS_CHROMIUM or on the path"
    if missing and "chromium" in os.environ.get("SCANJOBS_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"{missing}, and SCANJOBS_REQUIRE asks for it")
    if missing or path is None:
        pytest.skip(missing or "")
    return path
