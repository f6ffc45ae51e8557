"""The report for machines."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import RawFile
from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.renderers.json_facts import FORMAT_VERSION
from tests.factories import NOON, capture, labelled, observed, scan_record, sent
from tests.unit.reports.documents import Render, document_of, golden, scan_with

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "report-json.md"


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        files("scanjobs.reports").joinpath("schema/report.schema.json").read_text("utf-8")
    )
    return loaded


def closed(part: Any) -> Any:
    """The same schema, refusing every key it does not name."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    result = {key: closed(value) for key, value in part.items()}
    if "required" in result and "properties" in result:
        result["additionalProperties"] = False
    return result


@pytest.mark.parametrize("scan", ["busy", "small", "empty"])
def test_the_file_fits_its_schema(scan: str, busy_scan: ScanRecord, render: Render) -> None:
    """Every key is described, and every described key is there."""
    records = {
        "busy": busy_scan,
        "small": scan_record(labelled(sent())),
        "empty": ScanRecord(
            **{
                **{name: getattr(busy_scan, name) for name in ScanRecord.__slots__},
                "captured_at": None,
                "page_url": None,
                "captures": (),
                "cookies": (),
                "hosts": (),
                "findings": (),
            }
        ),
    }
    report = json.loads(render(document_of(records[scan]), ReportFormat.JSON))

    jsonschema.Draft202012Validator(closed(schema())).validate(report)


def test_schema_and_renderer_agree_on_the_version() -> None:
    """A new version comes with its schema."""
    assert schema()["properties"]["format_version"]["const"] == FORMAT_VERSION


def test_every_part_is_documented() -> None:
    """Whoever reads the file finds each key on the page about it."""
    page = DOCUMENTATION.read_text("utf-8")

    assert not [key for key in schema()["properties"] if f"`{key}`" not in page and f'"{key}"' not in page]


def test_the_whole_file(render: Render) -> None:
    """Key by key; a change here is a change for whoever reads these files."""
    scan = scan_record(
        labelled(
            observed("_ga", host_only=False, is_session=False, lifetime_seconds=34_128_000, expires_at=NOON),
            observed("_ga", phase=ConsentPhase.ACCEPTED, times_seen=3),
        ),
        captures=(capture(), capture(ConsentPhase.ACCEPTED)),
        profile="test",
    )

    written = render(document_of(scan), ReportFormat.JSON)

    assert written == golden("report.json", written)


def test_names_arrive_as_they_are(render: Render) -> None:
    """Control characters and direction overrides are data; only lone surrogates cannot be written."""
    names = ["\u202eturned", "a\r\nb", "\0", "</script>", "同意", "lone\ud800"]
    report = json.loads(render(document_of(scan_with(*names)), ReportFormat.JSON))

    assert {cookie["name"] for cookie in report["cookies"]} == {*names[:-1], "lone\ufffd"}


def test_values_never_leave_the_database(render: Render) -> None:
    """Not even where the user kept them."""
    cookie = labelled(observed(kept_value="secret-value", raw_set_cookie="session=secret-value; Path=/"))
    document = document_of(scan_record(cookie, values_kept=True))

    for format in ReportFormat:
        assert b"secret-value" not in render(document, format)


def test_what_came_beside_a_capture(render: Render) -> None:
    """Every file of a folder stands in the evidence manifest with its digest, in each format that has one."""
    beside = RawFile(file_name="cookies.yml", sha256="ef" * 32, size=12)
    document = document_of(scan_record(captures=(capture(files=(beside,)),)))

    report = json.loads(render(document, ReportFormat.JSON))
    jsonschema.Draft202012Validator(closed(schema())).validate(report)

    assert report["scope"]["captures"][0]["files"] == [
        {"file_name": "cookies.yml", "sha256": "ef" * 32, "size": 12}
    ]
    html = render(document, ReportFormat.HTML).decode()
    assert "cookies.yml" in html
    assert "ef" * 32 in html
    assert render(document, ReportFormat.PDF).startswith(b"%PDF")
