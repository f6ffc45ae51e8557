"""What was asked of a report, what it was written with, when it goes, and reports about several scans."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Moment, Whole, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("reports") as reports:
        reports.alter_column("scan_id", existing_type=Words, nullable=True)
        reports.add_column(sa.Column("kind", Words, server_default="scan", nullable=False))
        reports.add_column(sa.Column("bundle_id", Words, nullable=True))
        reports.add_column(sa.Column("options", sa.JSON(), server_default="{}", nullable=False))
        reports.add_column(sa.Column("tool_version", Words, nullable=True))
        reports.add_column(sa.Column("rules_version", Words, nullable=True))
        reports.add_column(sa.Column("data_version", Words, nullable=True))
        reports.add_column(sa.Column("expires_at", Moment, nullable=True))
        reports.add_column(sa.Column("deleted_at", Moment, nullable=True))
    op.create_index("ix_reports_path", "reports", ["path"])
    op.create_index("ix_reports_bundle_id", "reports", ["bundle_id"])
    op.create_table(
        "report_scans",
        sa.Column("report_seq", Whole, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("scan_id", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["report_seq"], ["reports.seq"], name=op.f("fk_report_scans_report_seq"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_report_scans_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_seq", "position", name=op.f("pk_report_scans")),
    )
    op.create_index("ix_report_scans_scan_id", "report_scans", ["scan_id"])
