"""Reports: recorded when accepted, completed when the file is in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import driver, models, report_events, scans
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.db.session import reading, transaction
from scanjobs.domain.reports import (
    ReportFormat,
    ReportKind,
    ReportOptions,
    ReportRecord,
    ReportVersions,
)
from scanjobs.errors import NotFoundError

_IS_KEPT = models.Report.deleted_at.is_(None)


def add_report(settings: Settings, report: ReportRecord) -> None:
    """Record a report that was accepted.

    Raises:
        NotFoundError: a scan that it is about has just been deleted.
    """
    with transaction(settings) as session:
        hold_place(settings, report.path)
        session.execute(
            sa.insert(models.Report).values(
                id=report.id,
                kind=report.kind,
                scan_id=report.scan_id,
                job_id=report.job_id,
                bundle_id=report.bundle_id,
                format=report.format,
                options=report.options.told(),
                path=report.path,
                created_at=report.created_at,
                expires_at=report.expires_at,
            )
        )
        if report.scan_ids:
            seq = session.scalar(sa.select(models.Report.seq).where(models.Report.id == report.id))
            session.execute(
                sa.insert(models.ReportScan),
                [
                    {"report_seq": seq, "position": position, "scan_id": scan_id}
                    for position, scan_id in enumerate(report.scan_ids)
                ],
            )
        # Whoever deletes a scan holds its row until that is committed, and this insertion has waited for it.
        about = {report.scan_id} if report.scan_id is not None else set(report.scan_ids)
        there = sa.select(models.Scan.id).where(models.Scan.id.in_(about), models.Scan.state == scans.READY)
        for missing in about.difference(session.scalars(there)):
            raise NotFoundError(
                f"There is no scan {missing} any more.", hint="`scanjobs scans` lists those there are."
            )


def hold_place(settings: Settings, path: str) -> None:
    """Within a transaction: let nobody else accept a report for this place, or take its file away."""
    with driver.write(settings) as connection:
        driver.hold(connection, f"report:{path}")


def report_of_job(settings: Settings, job_id: str) -> ReportRecord | None:
    """The report that a job writes; None where it was deleted."""
    of_job = _kept().where(models.Report.job_id == job_id)
    with reading(settings) as session:
        row = session.scalars(of_job).first()
        return None if row is None else record_of(session, row)


def has_report(settings: Settings, path: str) -> bool:
    """Whether a report that is kept has its file at this path."""
    rows = _kept().where(models.Report.path == path, models.Report.written_at.is_not(None))
    with reading(settings) as session:
        return session.scalars(rows.limit(1)).first() is not None


def date_of_bundle(settings: Settings, bundle_id: str) -> datetime | None:
    """When the first report of a bundle was accepted."""
    of_bundle = sa.select(models.Report.created_at).where(models.Report.bundle_id == bundle_id)
    with reading(settings) as session:
        return session.scalar(of_bundle.order_by(models.Report.seq).limit(1))


def complete_report(
    settings: Settings,
    report_id: str,
    *,
    written_at: datetime,
    size: int,
    sha256: str,
    versions: ReportVersions,
) -> bool:
    """Record and tell what the file of a report is; an older report that had its place has none any more.

    Answers False where the report was deleted meanwhile.
    """
    with transaction(settings) as session:
        place = sa.select(models.Report.path).where(models.Report.id == report_id, _IS_KEPT)
        path = session.scalar(place.with_for_update())  # nobody gives it up before this is committed
        if path is None:
            return False
        report_events.completed(settings, report_id, written_at=written_at, size=size, sha256=sha256)
        session.execute(
            sa.update(models.Report)
            .where(models.Report.path == path, models.Report.id != report_id)
            .values(written_at=None, size=None, sha256=None)
        )
        session.execute(
            sa.update(models.Report)
            .where(models.Report.id == report_id)
            .values(
                written_at=written_at,
                size=size,
                sha256=sha256,
                tool_version=versions.tool,
                rules_version=versions.rules,
                data_version=versions.data,
            )
        )
        return True


def find_report(settings: Settings, prefix: str) -> ReportRecord:
    """The one report whose id begins so, or `latest`.

    Raises:
        NotFoundError: no report's id begins so.
        AmbiguousIdError: more than one does, or the prefix is too short to tell.
    """
    words = {"noun": "report", "listing": "scanjobs reports list"}
    if prefix == LATEST:
        rows = _kept().order_by(models.Report.seq.desc()).limit(1)
    else:
        wanted = checked_prefix(prefix, **words)
        rows = _kept().where(models.Report.id >= wanted, models.Report.id < wanted + BEYOND).limit(4)
    with reading(settings) as session:
        found = session.scalars(rows).all()
        return record_of(session, the_one(found, prefix, **words, id_of=lambda row: row.id))


def list_reports(
    settings: Settings,
    scan_id: str | None = None,
    limit: int | None = None,
    *,
    site: str | None = None,
    formats: Sequence[ReportFormat] = (),
) -> list[ReportRecord]:
    """Reports, newest first; those about one scan where its whole id is given, or about a site."""
    rows = _kept().order_by(models.Report.seq.desc()).limit(limit)
    if scan_id is not None:
        rows = rows.where(_is_about(sa.select(sa.literal(scan_id))))
    if site is not None:
        rows = rows.where(_is_about(sa.select(models.Scan.id).where(models.Scan.site == site)))
    if formats:
        rows = rows.where(models.Report.format.in_([str(format) for format in formats]))
    with reading(settings) as session:
        return [record_of(session, row) for row in session.scalars(rows)]


def _kept() -> sa.Select[Any]:
    return sa.select(models.Report).where(_IS_KEPT)


def _is_about(scan_ids: sa.Select[Any]) -> sa.ColumnElement[bool]:
    several = models.ReportScan
    return models.Report.scan_id.in_(scan_ids) | models.Report.seq.in_(
        sa.select(several.report_seq).where(several.scan_id.in_(scan_ids))
    )


def record_of(session: Session, row: models.Report) -> ReportRecord:
    """The row as a value."""
    kind, versions = ReportKind(row.kind), None
    if row.tool_version is not None:
        versions = ReportVersions(
            tool=row.tool_version, rules=row.rules_version or "", data=row.data_version or ""
        )
    return ReportRecord(
        id=row.id,
        kind=kind,
        scan_id=row.scan_id,
        scan_ids=() if kind is ReportKind.SCAN else _scans_of(session, row.seq),
        job_id=row.job_id,
        bundle_id=row.bundle_id,
        format=ReportFormat(row.format),
        options=ReportOptions.of(row.options),
        path=row.path,
        created_at=row.created_at,
        expires_at=row.expires_at,
        written_at=row.written_at,
        size=row.size,
        sha256=row.sha256,
        versions=versions,
    )


def _scans_of(session: Session, report_seq: int) -> tuple[str, ...]:
    about = models.ReportScan
    return tuple(
        session.scalars(
            sa.select(about.scan_id).where(about.report_seq == report_seq).order_by(about.position)
        )
    )
