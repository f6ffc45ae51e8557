"""Scans that are held: nothing that deletes by age or count takes them, nor what was written of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import models, scans
from scanjobs.db.session import reading, transaction
from scanjobs.domain.scans import ScanSummary
from scanjobs.errors import NotFoundError


def hold(settings: Settings, scan_id: str, reason: str, now: datetime) -> ScanSummary:
    """Keep a scan until it is released; one that is held already gets another reason and keeps its date.

    Raises:
        NotFoundError: it is gone.
    """
    since = sa.func.coalesce(models.Scan.held_at, sa.literal(now, models.Scan.held_at.type))
    return _set(settings, scan_id, held_at=since, hold_reason=reason)


def release(settings: Settings, scan_id: str) -> ScanSummary:
    """Let a scan go its way again.

    Raises:
        NotFoundError: it is gone.
    """
    return _set(settings, scan_id, held_at=None, hold_reason=None)


def held_reports(settings: Settings, report_ids: Sequence[str] | None = None) -> set[str]:
    """Those of these reports, or of all, that are about a scan which is held."""
    rows = sa.select(models.Report.id).where(is_about_held())
    if report_ids is not None:
        rows = rows.where(models.Report.id.in_(report_ids))
    with reading(settings) as session:
        return set(session.scalars(rows))


def is_about_held() -> sa.ColumnElement[bool]:
    """Whether a report is about a scan that is held, be it one of several."""
    held = sa.select(models.Scan.id).where(models.Scan.held_at.is_not(None))
    several = models.ReportScan
    return models.Report.scan_id.in_(held) | models.Report.seq.in_(
        sa.select(several.report_seq).where(several.scan_id.in_(held))
    )


def _set(settings: Settings, scan_id: str, **columns: object) -> ScanSummary:
    # One statement: whoever has just begun to delete the scan has it no longer ready.
    changed = (
        sa.update(models.Scan)
        .where(models.Scan.id == scan_id, models.Scan.state == scans.READY)
        .values(**columns)
        .returning(models.Scan.id)
    )
    with transaction(settings) as session:
        if session.scalar(changed) is None:
            raise NotFoundError(
                f"There is no scan {scan_id} any more.", hint="`scanjobs scans` lists those that exist."
            )
        return scans.summary_of(session.scalars(scans.ready_scans().where(models.Scan.id == scan_id)).one())
