"""Reports: recorded when accepted, completed when the file is in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.session import reading, transaction
from scanjobs.domain.reports import ReportFormat, ReportRecord


def add_report(settings: Settings, report: ReportRecord) -> None:
    """Record a report that was accepted."""
    with transaction(settings) as session:
        session.execute(
            sa.insert(models.Report).values(
                id=report.id,
                scan_id=report.scan_id,
                job_id=report.job_id,
                format=report.format,
                path=report.path,
                created_at=report.created_at,
            )
        )


def report_of_job(settings: Settings, job_id: str) -> ReportRecord | None:
    """The report that a job writes."""
    with reading(settings) as session:
        row = session.scalars(sa.select(models.Report).where(models.Report.job_id == job_id)).first()
        return None if row is None else _record(row)


def complete_report(
    settings: Settings, report_id: str, *, written_at: datetime, size: int, sha256: str
) -> None:
    """Record what the file of a report is; an older report that had its place has no file any more."""
    with transaction(settings) as session:
        path = session.scalar(sa.select(models.Report.path).where(models.Report.id == report_id))
        session.execute(
            sa.update(models.Report)
            .where(models.Report.path == path, models.Report.id != report_id)
            .values(written_at=None, size=None, sha256=None)
        )
        session.execute(
            sa.update(models.Report)
            .where(models.Report.id == report_id)
            .values(written_at=written_at, size=size, sha256=sha256)
        )


def list_reports(
    settings: Settings, scan_id: str | None = None, limit: int | None = None
) -> list[ReportRecord]:
    """Reports, newest first; those of one scan where its whole id is given."""
    rows: sa.Select[Any] = sa.select(models.Report).order_by(models.Report.seq.desc()).limit(limit)
    if scan_id is not None:
        rows = rows.where(models.Report.scan_id == scan_id)
    with reading(settings) as session:
        return [_record(row) for row in session.scalars(rows)]


def _record(row: models.Report) -> ReportRecord:
    return ReportRecord(
        id=row.id,
        scan_id=row.scan_id,
        job_id=row.job_id,
        format=ReportFormat(row.format),
        path=row.path,
        created_at=row.created_at,
        written_at=row.written_at,
        size=row.size,
        sha256=row.sha256,
    )
