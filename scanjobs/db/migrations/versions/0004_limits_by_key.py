"""Limits that jobs of one key share, and what a worker's pool is."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Whole, Words, partial

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("jobs", sa.Column("limit_key", Words, nullable=True))
    op.add_column("jobs", sa.Column("at_once", Whole, nullable=True))
    op.add_column("jobs", sa.Column("rate", Whole, nullable=True))
    op.add_column("jobs", sa.Column("rate_seconds", sa.Double(), nullable=True))
    op.add_column("jobs", sa.Column("held_at", sa.Double(), nullable=True))
    op.create_index(
        "ix_jobs_limit_key",
        "jobs",
        ["state", "limit_key", "queue", sa.text("priority DESC"), "seq"],
        **partial("limit_key IS NOT NULL AND state IN ('queued', 'running')"),
    )
    op.create_index(
        "ix_jobs_held",
        "jobs",
        ["limit_key", "queue", sa.text("priority DESC"), "seq"],
        **partial("held_at IS NOT NULL AND state = 'scheduled'"),
    )
    op.create_table(
        "key_starts",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("limit_key", Words, nullable=False),
        sa.Column("job_id", Words, nullable=False),
        sa.Column("lease_token", Words, nullable=False),
        sa.Column("counts_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_key_starts")),
    )
    op.create_index("ix_key_starts_limit_key", "key_starts", ["limit_key", "counts_until"])

    op.add_column("workers", sa.Column("pool", Words, server_default="process", nullable=False))
    op.add_column("workers", sa.Column("children", Whole, nullable=True))
