"""The tables of what is kept over time: how jobs and deliveries went in each hour, and what is wrong now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from scanjobs.db.models.base import Base


class JobStatistics(Base):
    """How the jobs of one task went that ended within an hour."""

    __tablename__ = "job_statistics"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """When it began, in UTC."""
    queue: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(primary_key=True)
    succeeded: Mapped[int]
    failed: Mapped[int]
    cancelled: Mapped[int]
    retries: Mapped[int]
    waiting: Mapped[dict[str, Any]]
    """How long they waited, as numbers of jobs by class of duration, so that hours can be added up."""
    running: Mapped[dict[str, Any]]
    """How long they ran, alike."""


class DeliveryStatistics(Base):
    """How the deliveries over one channel went that ended within an hour."""

    __tablename__ = "delivery_statistics"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    delivered: Mapped[int]
    failed: Mapped[int]
    retries: Mapped[int]


class Alarm(Base):
    """Something that is wrong now, so that it is told once and not at every look."""

    __tablename__ = "alarms"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    message: Mapped[str]
