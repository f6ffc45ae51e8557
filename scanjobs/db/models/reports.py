"""The tables of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scanjobs.db.models.base import Base


class Report(Base):
    """A report from accept to file."""

    __tablename__ = "reports"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    scan_id: Mapped[str | None] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), index=True)
    """The one scan that it is about; those of the other kinds stand in `report_scans`."""
    job_id: Mapped[str] = mapped_column(unique=True)
    format: Mapped[str]
    path: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="scan")
    bundle_id: Mapped[str | None] = mapped_column(index=True)
    """The batch that it was submitted in."""
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What differs from the usual."""
    tool_version: Mapped[str | None]
    rules_version: Mapped[str | None]
    data_version: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """When it was given up; the row goes after the file."""


class ReportScan(Base):
    """One of the several scans that a report is about."""

    __tablename__ = "report_scans"

    report_seq: Mapped[int] = mapped_column(ForeignKey("reports.seq", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), index=True)
