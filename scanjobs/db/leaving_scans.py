"""Scans that go: hidden in one step, then taken away in small ones, so a kill leaves nothing half."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models, scans
from scanjobs.db.deleted_reports import is_awaited
from scanjobs.db.session import reading, transaction
from scanjobs.domain.ids import short

LEAVING = "leaving"
"""The state of a scan that no command shows any more and that is not gone yet."""
CHUNK = 500
"""Rows in one transaction: well under 50 ms."""
FEW = 5
"""Findings in one transaction: each may name 20,000 items."""

_PARTS: tuple[tuple[Any, int], ...] = (
    (models.Cookie, CHUNK),
    (models.StorageItem, CHUNK),
    (models.Host, CHUNK),
    (models.Page, CHUNK),
    (models.Gap, CHUNK),
    (models.Finding, FEW),
)


def why_kept(settings: Settings, scan_id: str, now: datetime, *, going: Collection[str] = ()) -> str | None:
    """Why a scan cannot go, or None where it can.

    `going` are reports that go anyway, and so keep nothing.
    """
    with reading(settings) as session:
        held = session.execute(
            sa.select(models.Scan.held_at, models.Scan.hold_reason).where(models.Scan.id == scan_id)
        ).one_or_none()
        if held is None:
            return "it is gone already"
        if held.held_at is not None:
            return f"held since {held.held_at:%Y-%m-%d}: {held.hold_reason}"
        for report, awaited in _reports_about(session, scan_id):
            if awaited:
                return f"the job {short(report.job_id)} is to write a report of it"
            if report.id in going or report.written_at is None:
                continue
            if report.scan_id is None:
                return f"the {report.kind} report {short(report.id)} is about it"
            if report.expires_at is not None and report.expires_at > now:
                return f"its report {short(report.id)} is to be kept until {report.expires_at:%Y-%m-%d}"
    return None


def reports_with(settings: Settings, scan_id: str) -> list[tuple[str, str]]:
    """Id and path of the written reports that go with a scan: those in the folder of the reports.

    The files of others were put where they are by somebody, and stay there.
    """
    with reading(settings) as session:
        return [
            (report.id, report.path)
            for report, _ in _reports_about(session, scan_id)
            if report.scan_id is not None and _is_ours(settings, report)
        ]


def begin(settings: Settings, scan_id: str, now: datetime) -> str | None:
    """Hide a scan and give up its reports in one step; answers why it is kept, or None where it goes."""
    seen = sa.select(models.Scan.seq).where(models.Scan.id == scan_id, models.Scan.state == scans.READY)
    with transaction(settings) as session:
        # The lock has whoever accepts a report about it wait, and then see that it is gone.
        if session.scalar(seen.with_for_update()) is None:
            return "it is gone already"
        if (reason := why_kept(settings, scan_id, now)) is not None:
            return reason
        session.execute(sa.update(models.Scan).where(models.Scan.id == scan_id).values(state=LEAVING))
        give_up_reports(settings, scan_id, now)
    return None


def give_up_reports(settings: Settings, scan_id: str, now: datetime) -> None:
    """Mark the reports of a scan whose files go with it, and those of several that can never be written."""
    with transaction(settings) as session:
        given_up = [
            report.id
            for report, _ in _reports_about(session, scan_id)
            if report.scan_id is None or _is_ours(settings, report)
        ]
        session.execute(
            sa.update(models.Report)
            .where(models.Report.id.in_(given_up), models.Report.deleted_at.is_(None))
            .values(deleted_at=now)
        )


def take_back(settings: Settings, scan_id: str) -> None:
    """Show a scan again whose reports could not be deleted."""
    leaving = (models.Scan.id == scan_id, models.Scan.state == LEAVING)
    with transaction(settings) as session:
        session.execute(sa.update(models.Scan).where(*leaving).values(state=scans.READY))


def leaving(settings: Settings) -> list[str]:
    """The ids of the scans that are not gone yet."""
    rows = sa.select(models.Scan.id).where(models.Scan.state == LEAVING).order_by(models.Scan.seq)
    with reading(settings) as session:
        return list(session.scalars(rows))


def forget(settings: Settings, scan_id: str) -> None:
    """Delete the rows of a hidden scan, a few in each transaction."""
    for model, most in _PARTS:
        some = (
            sa.select(model.seq)
            .join(models.Scan, model.scan_seq == models.Scan.seq)
            .where(models.Scan.id == scan_id, models.Scan.state == LEAVING)
            .limit(most)
        )
        while True:
            with transaction(settings) as session:
                gone: Any = session.execute(sa.delete(model).where(model.seq.in_(some)))
            if gone.rowcount < most:
                break
    with transaction(settings) as session:
        session.execute(sa.delete(models.Scan).where(models.Scan.id == scan_id, models.Scan.state == LEAVING))


def _reports_about(session: Session, scan_id: str) -> list[tuple[models.Report, bool]]:
    """The reports about a scan, alone or among others, each with whether a job may still write it."""
    several = models.ReportScan
    rows = sa.select(models.Report, is_awaited()).where(
        models.Report.deleted_at.is_(None),
        (models.Report.scan_id == scan_id)
        | models.Report.seq.in_(sa.select(several.report_seq).where(several.scan_id == scan_id)),
    )
    return [(report, awaited) for report, awaited in session.execute(rows.order_by(models.Report.seq))]


def _is_ours(settings: Settings, report: models.Report) -> bool:
    return report.written_at is not None and settings.is_in_reports_folder(report.path)
