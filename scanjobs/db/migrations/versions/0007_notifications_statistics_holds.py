"""What happened, who is told and how that went; statistics by the hour; what is wrong; held scans."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Moment, Whole, Words, partial

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("scans", sa.Column("held_at", Moment, nullable=True))
    op.add_column("scans", sa.Column("hold_reason", Words, nullable=True))
    op.create_index("ix_jobs_failed", "jobs", ["finished_at"], **partial("state = 'failed'"))
    _what_happened()
    _who_is_told()
    _what_is_kept()


def _what_happened() -> None:
    op.create_table(
        "events",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("type", Words, nullable=False),
        sa.Column("happened_at", Moment, nullable=False),
        sa.Column("site", Words, nullable=True),
        sa.Column("severity", Words, nullable=True),
        sa.Column("scan_id", Words, nullable=True),
        sa.Column("report_id", Words, nullable=True),
        sa.Column("job_id", Words, nullable=True),
        sa.Column("subject", Words, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index("ix_events_unread", "events", ["seq"], **partial("is_read = 0", "NOT is_read"))
    for column in ("happened_at", "job_id", "site"):
        op.create_index(f"ix_events_{column}", "events", [column])


def _who_is_told() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("minimum_severity", Words, nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("quiet_from", Words, nullable=True),
        sa.Column("quiet_until", Words, nullable=True),
        sa.Column("zone", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("digest_at", Words, nullable=False),
        sa.Column("attach", sa.Boolean(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("id", name=op.f("uq_subscriptions_id")),
        sa.UniqueConstraint("name", name=op.f("uq_subscriptions_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("subscription_id", Words, nullable=False),
        sa.Column("recipient", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("secret", Words, nullable=True),
        sa.Column("digest", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("attempts", Whole, server_default="0", nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("answer", Words, nullable=True),
        sa.Column("error", Words, nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("id", name=op.f("uq_deliveries_id")),
    )
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"], **partial("state = 'waiting'"))
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index("ix_deliveries_ended_at", "deliveries", ["state", "ended_at"])
    op.create_index("ix_deliveries_subscription_id", "deliveries", ["subscription_id"])
    op.create_table(
        "delivery_events",
        sa.Column("delivery_seq", Whole, nullable=False),
        sa.Column("event_seq", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_seq"],
            ["deliveries.seq"],
            name=op.f("fk_delivery_events_delivery_seq"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["events.seq"], name=op.f("fk_delivery_events_event_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_seq", "event_seq", name=op.f("pk_delivery_events")),
    )
    op.create_index("ix_delivery_events_event_seq", "delivery_events", ["event_seq"])
    op.create_table(
        "delivery_attempts",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("delivery_seq", Whole, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("job_id", Words, nullable=True),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("outcome", Words, nullable=True),
        sa.Column("answer", Words, nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_seq"],
            ["deliveries.seq"],
            name=op.f("fk_delivery_attempts_delivery_seq"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_delivery_attempts")),
    )
    op.create_index("ix_delivery_attempts_delivery_seq", "delivery_attempts", ["delivery_seq"])


def _what_is_kept() -> None:
    op.create_table(
        "job_statistics",
        sa.Column("hour", Moment, nullable=False),
        sa.Column("queue", Words, nullable=False),
        sa.Column("task", Words, nullable=False),
        sa.Column("succeeded", Whole, nullable=False),
        sa.Column("failed", Whole, nullable=False),
        sa.Column("cancelled", Whole, nullable=False),
        sa.Column("retries", Whole, nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("running", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "queue", "task", name=op.f("pk_job_statistics")),
    )
    op.create_table(
        "delivery_statistics",
        sa.Column("hour", Moment, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("delivered", Whole, nullable=False),
        sa.Column("failed", Whole, nullable=False),
        sa.Column("retries", Whole, nullable=False),
        sa.PrimaryKeyConstraint("hour", "channel", name=op.f("pk_delivery_statistics")),
    )
    op.create_table(
        "alarms",
        sa.Column("name", Words, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("message", Words, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarms")),
    )
