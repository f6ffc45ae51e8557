"""Entries of the schedule, and the jobs that are their runs."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Whole, Words, partial

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "schedules",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("task", Words, nullable=False),
        sa.Column("kwargs", Words, nullable=False),
        sa.Column("timing", Words, nullable=False),
        sa.Column("zone", Words, nullable=False),
        sa.Column("start_at", sa.Double(), nullable=False),
        sa.Column("catch_up", Words, nullable=False),
        sa.Column("overlap", Words, nullable=False),
        sa.Column("priority", Whole, nullable=True),
        sa.Column("declared_in", Words, nullable=True),
        sa.Column("declaration", Words, nullable=True),
        sa.Column("is_edited", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_undeclared", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("waiting_at", sa.Double(), nullable=True),
        sa.Column("last_at", sa.Double(), nullable=True),
        sa.Column("last_job_id", Words, nullable=True),
        sa.Column("last_error", Words, nullable=True),
        sa.Column("runs", Whole, server_default="0", nullable=False),
        sa.Column("skipped", Whole, server_default="0", nullable=False),
        sa.Column("story", Words, server_default="", nullable=False),
        sa.Column("version", Whole, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_schedules")),
        sa.UniqueConstraint("id", name=op.f("uq_schedules_id")),
        sa.UniqueConstraint("name", name=op.f("uq_schedules_name")),
    )
    op.create_index("ix_schedules_last_job_id", "schedules", ["last_job_id"])

    op.add_column("jobs", sa.Column("schedule_id", Words, nullable=True))
    op.add_column("jobs", sa.Column("slot", sa.Double(), nullable=True))
    op.create_index(
        "uq_jobs_slot", "jobs", ["schedule_id", "slot"], unique=True, **partial("slot IS NOT NULL")
    )
    unfinished = partial(
        "schedule_id IS NOT NULL AND state IN ('scheduled', 'queued', 'running', 'retrying')"
    )
    op.create_index("ix_jobs_unfinished_run", "jobs", ["schedule_id"], **unfinished)
