"""Documents for tests: a rule book that knows every rule, and files to compare with."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.checks import RuleFacts
from scanjobs.reports.document import Document, build_document
from tests import factories

Render = Callable[[Document, ReportFormat], bytes]

GOLDEN = Path(__file__).parents[2] / "data" / "golden"


def rule_facts(rule_id: str) -> RuleFacts:
    """A rule book that knows every rule."""
    return RuleFacts(
        title=f"Title of {rule_id}",
        checks=f"What {rule_id} looks at.",
        basis=f"Authority of {rule_id}",
        url="https://law.example/",
        valid_from=date(2018, 5, 25),
        how_to_fix=f"Remedy for {rule_id}",
    )


def document_of(scan: ScanRecord, **report: Any) -> Document:
    """The document of a scan, with the rule book of the tests."""
    return build_document(scan, factories.report_record(**report), tool_version="0.1.0", rule_book=rule_facts)


def scan_with(*names: str, **changes: Any) -> ScanRecord:
    """A scan that saw cookies of these names."""
    cookies = [factories.labelled(factories.observed(name)) for name in names]
    return factories.scan_record(*cookies, **changes)


def golden(name: str, written: bytes) -> bytes:
    """What a file looked like when somebody last read it; `UPDATE_GOLDEN=1` takes the new one as right."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(written)
    return path.read_bytes()
