"""Reports that go along with a mail."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scanjobs.domain.reports import ReportFormat
from scanjobs.notifications.attachments import report_of


@pytest.mark.parametrize("format", ReportFormat)
def test_a_mail_program_learns_what_it_opens_a_report_with(
    settings: Any, tmp_path: Path, format: str
) -> None:
    """Whatever its format."""
    path = tmp_path / f"report.{format}"
    path.write_bytes(b"a report")
    digest = hashlib.sha256(b"a report").hexdigest()
    event = SimpleNamespace(facts={"path": str(path), "format": str(format), "size": 8, "sha256": digest})

    attachment, why_not = report_of(settings, event)  # type: ignore[arg-type]

    assert why_not is None
    assert attachment
    known = {
        ".md": "text/markdown",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    assert attachment.media_type == known.get(path.suffix, mimetypes.types_map.get(path.suffix))
