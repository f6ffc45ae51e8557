"""Reports that go: the row is marked, then the file goes, then the row, so a kill leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.held_scans import held_reports
from scanjobs.db.reports import hold_place, record_of
from scanjobs.db.session import reading, transaction
from scanjobs.domain.jobs import FINAL_STATES
from scanjobs.domain.reports import ReportRecord

AWAITED = "yet to be written"
HELD = "held with its scan"


def is_awaited() -> sa.ColumnElement[bool]:
    """Whether the job of a report may still write it."""
    return sa.exists().where(
        models.Job.id == models.Report.job_id,
        models.Job.state.not_in([str(state) for state in FINAL_STATES]),
    )


def mark_deleted(settings: Settings, report_ids: Sequence[str], now: datetime) -> dict[str, str]:
    """Give reports up from now on; answers the ids of those that are kept, and why.

    These are the ones that a job may still write, and those about a scan that is held.
    """
    among = models.Report.id.in_(report_ids)
    several = sa.select(models.ReportScan.scan_id).join(
        models.Report, models.Report.seq == models.ReportScan.report_seq
    )
    about: sa.CompoundSelect[Any] = sa.union(
        sa.select(models.Report.scan_id).where(among), several.where(among)
    )
    with transaction(settings) as session:
        # Whoever holds one of the scans has done so before, or waits until this is committed.
        session.execute(sa.select(models.Scan.id).where(models.Scan.id.in_(about)).with_for_update(read=True))
        kept = dict.fromkeys(held_reports(settings, report_ids), HELD)
        kept |= dict.fromkeys(
            session.scalars(sa.select(models.Report.id).where(among, is_awaited())), AWAITED
        )
        session.execute(
            sa.update(models.Report)
            .where(among, models.Report.id.not_in(kept), models.Report.deleted_at.is_(None))
            .values(deleted_at=now)
        )
    return kept


def take_back(settings: Settings, report_id: str) -> None:
    """Let a report that was given up be one again, its file being still there."""
    with transaction(settings) as session:
        session.execute(sa.update(models.Report).where(models.Report.id == report_id).values(deleted_at=None))


def marked_reports(settings: Settings) -> list[ReportRecord]:
    """The reports that were given up and are not gone yet."""
    marked = sa.select(models.Report).where(models.Report.deleted_at.is_not(None))
    with reading(settings) as session:
        return [record_of(session, row) for row in session.scalars(marked.order_by(models.Report.seq))]


def forget_report(settings: Settings, report_id: str, remove: Callable[[], object]) -> bool:
    """Delete the row of a report that was given up, `remove` having taken its file away.

    Its file is left alone, and the answer is False, where another report has or will have that place.
    """
    other = sa.orm.aliased(models.Report)
    is_shared = (
        sa.exists()
        .where(other.path == models.Report.path, other.id != models.Report.id, other.deleted_at.is_(None))
        .where(
            other.written_at.is_not(None)
            | sa.exists().where(
                models.Job.id == other.job_id,
                models.Job.state.not_in([str(state) for state in FINAL_STATES]),
            )
        )
    )
    with transaction(settings) as session:
        # Within the transaction, so that no other report can come to have this place meanwhile.
        place = session.scalar(sa.select(models.Report.path).where(models.Report.id == report_id))
        if place is None:
            return True  # somebody else has just finished this
        hold_place(settings, place)
        shares = session.scalar(sa.select(is_shared).where(models.Report.id == report_id))
        if not shares:
            remove()
        session.execute(sa.delete(models.Report).where(models.Report.id == report_id))
    return not shares
