"""Members of chords, and indexes from which counts and expired results are read."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Whole, Words, partial

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "chord_members",
        sa.Column("callback_id", Words, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("job_id", Words, nullable=False),
        sa.Column("has_ended", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("callback_id", "position", name=op.f("pk_chord_members")),
    )
    op.create_index("ix_chord_members_job_id", "chord_members", ["job_id"])
    op.create_index(
        "ix_chord_members_awaited",
        "chord_members",
        ["callback_id"],
        **partial("has_ended = 0", "NOT has_ended"),
    )

    op.drop_index("ix_jobs_ready", "jobs")
    op.create_index(
        "ix_jobs_ready",
        "jobs",
        ["queue", sa.text("priority DESC"), "seq", "state"],
        **partial("state = 'queued'"),
    )
    waiting = partial("state IN ('scheduled', 'retrying')")
    op.drop_index("ix_jobs_due", "jobs")
    op.create_index("ix_jobs_due", "jobs", ["run_at", "queue", "state"], **waiting)
    op.create_index("ix_jobs_with_result", "jobs", ["finished_at"], **partial("result IS NOT NULL"))
