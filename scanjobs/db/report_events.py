"""Reports that are written, or never will be: told in the transaction that makes it so, by plain SQL.

A worker tells of failures from within the queue's own transactions, which the ORM cannot join.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver, events
from scanjobs.db.connection import named_rows
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportOptions

# A report that was deleted is nobody's concern any more. The newer scan of a comparison comes last; a
# portfolio is of many sites.
_SELECT = """
    SELECT reports.id, kind, format, path, options, reports.scan_id, job_id, written_at, sha256,
           CASE kind WHEN 'portfolio' THEN NULL ELSE (
               SELECT site FROM scans
                WHERE scans.id = coalesce(reports.scan_id, (
                          SELECT scan_id FROM report_scans WHERE report_seq = reports.seq
                           ORDER BY position DESC LIMIT 1)))
           END AS site
      FROM reports
     WHERE deleted_at IS NULL
"""
_BY_ID = f"{_SELECT} AND reports.id = :id"
_BY_JOB = f"{_SELECT} AND job_id = :id"


def completed(settings: Settings, report_id: str, *, written_at: datetime, size: int, sha256: str) -> None:
    """Tell that a report is written, unless this very file was told already by a job that runs again."""
    row = _row(settings, _BY_ID, report_id)
    if row is None or row["sha256"] == sha256:
        return
    facts = {
        "path": row["path"],
        "size": size,
        "sha256": sha256,
        "language": ReportOptions.of(_options(row)).language,
    }
    _append(settings, EventType.REPORT_COMPLETED, row, written_at, facts)


def failed(
    settings: Settings, job_id: str, *, error: str, hint: str | None, attempts: int, failed_at: datetime
) -> None:
    """Tell that the report of a job will not be written; one that is there has not failed."""
    row = _row(settings, _BY_JOB, job_id)
    if row is None or row["written_at"] is not None:
        return
    facts = {"path": row["path"], "error": error, "hint": hint, "attempts": attempts}
    _append(settings, EventType.REPORT_FAILED, row, failed_at, facts)


def _row(settings: Settings, statement: str, identifier: str) -> Any:
    with driver.read(settings) as connection:
        return next(iter(named_rows(connection, statement, {"id": identifier})), None)


def _options(row: Any) -> Any:
    return json.loads(row["options"]) if isinstance(row["options"], str) else row["options"]


def _append(settings: Settings, type: EventType, row: Any, happened_at: datetime, facts: Any) -> None:
    events.append(
        settings,
        Event(
            id=new_id(),
            type=type,
            happened_at=happened_at,
            site=row["site"],
            scan_id=row["scan_id"],
            report_id=row["id"],
            job_id=row["job_id"],
            facts={"kind": row["kind"], "format": row["format"], **facts},
        ),
    )
