"""The tables of notifications: what happened, who wants to hear of it, what was sent and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scanjobs.db.models.base import Base
from scanjobs.db.types import partial


class Event(Base):
    """Something that happened, written in the transaction that made it so."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_unread", "seq", **partial("is_read = 0", "NOT is_read")),
        Index("ix_events_happened_at", "happened_at"),
        Index("ix_events_job_id", "job_id"),
        Index("ix_events_site", "site"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    happened_at: Mapped[datetime]
    site: Mapped[str | None]
    severity: Mapped[str | None]
    """Of the gravest finding it tells of, where it tells of findings."""
    scan_id: Mapped[str | None]
    report_id: Mapped[str | None]
    job_id: Mapped[str | None]
    subject: Mapped[str | None]
    """The name of an entry of the schedule, the id of a worker, the name of a file."""
    facts: Mapped[dict[str, Any]]
    """What else a message says; never the value of a cookie, never a secret."""
    is_read: Mapped[bool] = mapped_column(server_default="0")
    """Whether deliveries were made of it, or nobody wanted any."""


class Subscription(Base):
    """Who wants to hear of what, how, and when."""

    __tablename__ = "subscriptions"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    events: Mapped[list[Any]]
    """Types of events, or beginnings of them such as `report.*`."""
    sites: Mapped[list[Any]]
    """Registrable domains; none are all."""
    minimum_severity: Mapped[str]
    targets: Mapped[list[Any]]
    """Objects with channel, address, and where its secret is found."""
    quiet_from: Mapped[str | None]
    quiet_until: Mapped[str | None]
    zone: Mapped[str]
    digest: Mapped[str]
    digest_at: Mapped[str]
    attach: Mapped[bool]
    is_paused: Mapped[bool] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Delivery(Base):
    """One message to one target: of one event, or of all that a digest has gathered."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due_at", "due_at", **partial("state = 'waiting'")),
        Index("ix_deliveries_created_at", "created_at"),
        Index("ix_deliveries_ended_at", "state", "ended_at"),
        Index("ix_deliveries_subscription_id", "subscription_id"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    """What Message-ID and webhook-id are made of, so that a receiver sees that two are one."""
    subscription_id: Mapped[str]
    recipient: Mapped[str]
    """The name of the subscription, which may be removed later."""
    channel: Mapped[str]
    address: Mapped[str]
    secret: Mapped[str | None]
    """Where the secret is found, never the secret."""
    digest: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """What the other side said last."""
    error: Mapped[str | None]


class DeliveryEvent(Base):
    """An event that a delivery tells of."""

    __tablename__ = "delivery_events"
    __table_args__ = (Index("ix_delivery_events_event_seq", "event_seq"),)

    delivery_seq: Mapped[int] = mapped_column(
        ForeignKey("deliveries.seq", ondelete="CASCADE"), primary_key=True
    )
    event_seq: Mapped[int] = mapped_column(ForeignKey("events.seq", ondelete="CASCADE"), primary_key=True)


class DeliveryAttempt(Base):
    """One attempt at a delivery, recorded before it is made; without an end nobody knows how it went."""

    __tablename__ = "delivery_attempts"

    seq: Mapped[int] = mapped_column(primary_key=True)
    delivery_seq: Mapped[int] = mapped_column(ForeignKey("deliveries.seq", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    job_id: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    answer: Mapped[str | None]
