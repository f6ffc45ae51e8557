"""The first tables."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Whole, Words, partial

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "jobs",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("batch_id", Words, nullable=True),
        sa.Column("task", Words, nullable=False),
        sa.Column("queue", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("priority", Whole, nullable=False),
        sa.Column("payload", Words, nullable=False),
        sa.Column("attempt", Whole, server_default="0", nullable=False),
        sa.Column("rescues", Whole, server_default="0", nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("run_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("worker_id", Words, nullable=True),
        sa.Column("lease_token", Words, nullable=True),
        sa.Column("lease_expires_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("unique_key", Words, nullable=True),
        sa.Column("cancel", Words, nullable=True),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("progress_phase", Words, nullable=True),
        sa.Column("result", Words, nullable=True),
        sa.Column("error", Words, nullable=True),
        sa.Column("hint", Words, nullable=True),
        sa.Column("traceback", Words, nullable=True),
        sa.Column("story", Words, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
    )
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.create_index(
            "ix_jobs_batch_id", ["batch_id"], unique=False, **partial("batch_id IS NOT NULL")
        )
        batch_op.create_index(
            "ix_jobs_due",
            ["run_at"],
            unique=False,
            **partial("state IN ('scheduled', 'retrying')"),
        )
        batch_op.create_index(
            "ix_jobs_expires_at",
            ["expires_at"],
            unique=False,
            **partial("expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        )
        batch_op.create_index(
            "ix_jobs_finished",
            ["finished_at"],
            unique=False,
            **partial("state IN ('succeeded', 'failed', 'cancelled')"),
        )
        batch_op.create_index(
            "ix_jobs_ready",
            ["queue", sa.text("priority DESC"), "seq"],
            unique=False,
            **partial("state = 'queued'"),
        )
        batch_op.create_index("ix_jobs_running", ["worker_id"], unique=False, **partial("state = 'running'"))
        batch_op.create_index(
            "ix_jobs_unique_key",
            ["unique_key"],
            unique=False,
            **partial("unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        )

    op.create_table(
        "key_values",
        sa.Column("key", Words, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_key_values")),
    )
    op.create_table(
        "paused_queues",
        sa.Column("name", Words, nullable=False),
        sa.Column("paused_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paused_queues")),
    )
    op.create_table(
        "scans",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("site", Words, nullable=False),
        sa.Column("source", Words, nullable=False),
        sa.Column("page_url", Words, nullable=True),
        sa.Column("profile", Words, nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("captured_at", sa.Double(), nullable=True),
        sa.Column("tool_version", Words, nullable=False),
        sa.Column("data_version", Words, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("values_kept", sa.Boolean(), nullable=False),
        sa.Column("cookie_count", Whole, nullable=False),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_scans")),
        sa.UniqueConstraint("id", name=op.f("uq_scans_id")),
    )
    with op.batch_alter_table("scans") as batch_op:
        batch_op.create_index(batch_op.f("ix_scans_site"), ["site"], unique=False)

    op.create_table(
        "workers",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("host", Words, nullable=False),
        sa.Column("boot_id", Words, nullable=False),
        sa.Column("pid", Whole, nullable=False),
        sa.Column("lock_path", Words, nullable=False),
        sa.Column("queues", Words, nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("concurrency", Whole, nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=True),
        sa.Column("succeeded", Whole, server_default="0", nullable=False),
        sa.Column("failed", Whole, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_workers")),
        sa.UniqueConstraint("id", name=op.f("uq_workers_id")),
    )
    op.create_table(
        "captures",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("file_name", Words, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.Column("format", Words, nullable=False),
        sa.Column("phase", Words, nullable=False),
        sa.Column("tool", Words, nullable=True),
        sa.Column("tool_version", Words, nullable=True),
        sa.Column("captured_at", sa.Double(), nullable=True),
        sa.Column("page_url", Words, nullable=True),
        sa.Column("entries", Whole, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_captures_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_captures")),
    )
    with op.batch_alter_table("captures") as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_scan_seq"), ["scan_seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_captures_sha256"), ["sha256"], unique=False)

    op.create_table(
        "cookies",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("domain", Words, nullable=False),
        sa.Column("path", Words, nullable=False),
        sa.Column("partition", Words, nullable=False),
        sa.Column("party", Words, nullable=False),
        sa.Column("category", Words, nullable=False),
        sa.Column("vendor", Words, nullable=True),
        sa.Column("label_source", Words, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("exemption", Words, nullable=False),
        sa.Column("exemption_reason", Words, nullable=False),
        sa.Column("privacy_url", Words, nullable=True),
        sa.Column("declared_retention", Words, nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_cookies_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_cookies")),
        sa.UniqueConstraint(
            "scan_seq",
            "name",
            "domain",
            "path",
            "partition",
            name=op.f("uq_cookies_scan_seq_name_domain_path_partition"),
        ),
    )
    with op.batch_alter_table("cookies") as batch_op:
        batch_op.create_index(batch_op.f("ix_cookies_name"), ["name"], unique=False)

    op.create_table(
        "findings",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("rule_id", Words, nullable=False),
        sa.Column("rule_version", Words, nullable=False),
        sa.Column("outcome", Words, nullable=False),
        sa.Column("severity", Words, nullable=False),
        sa.Column("summary", Words, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_findings_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings") as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_scan_seq"), ["scan_seq"], unique=False)

    op.create_table(
        "gaps",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("detail", Words, nullable=False),
        sa.Column("phase", Words, nullable=True),
        sa.Column("file_name", Words, nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_gaps_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_gaps")),
    )
    with op.batch_alter_table("gaps") as batch_op:
        batch_op.create_index(batch_op.f("ix_gaps_scan_seq"), ["scan_seq"], unique=False)

    op.create_table(
        "hosts",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("host", Words, nullable=False),
        sa.Column("phase", Words, nullable=False),
        sa.Column("requests", Whole, nullable=False),
        sa.Column("first_url", Words, nullable=False),
        sa.Column("first_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_hosts_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_hosts")),
    )
    with op.batch_alter_table("hosts") as batch_op:
        batch_op.create_index(batch_op.f("ix_hosts_scan_seq"), ["scan_seq"], unique=False)

    op.create_table(
        "reports",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("scan_id", Words, nullable=False),
        sa.Column("job_id", Words, nullable=False),
        sa.Column("format", Words, nullable=False),
        sa.Column("path", Words, nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("written_at", sa.Double(), nullable=True),
        sa.Column("size", Whole, nullable=True),
        sa.Column("sha256", Words, nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_reports_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_reports")),
        sa.UniqueConstraint("id", name=op.f("uq_reports_id")),
        sa.UniqueConstraint("job_id", name=op.f("uq_reports_job_id")),
    )
    with op.batch_alter_table("reports") as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_scan_id"), ["scan_id"], unique=False)

    op.create_table(
        "observations",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("cookie_seq", Whole, nullable=False),
        sa.Column("phase", Words, nullable=False),
        sa.Column("origin", Words, nullable=False),
        sa.Column("host_only", sa.Boolean(), nullable=True),
        sa.Column("secure", sa.Boolean(), nullable=True),
        sa.Column("http_only", sa.Boolean(), nullable=True),
        sa.Column("same_site", Words, nullable=True),
        sa.Column("partitioned", sa.Boolean(), nullable=True),
        sa.Column("is_session", sa.Boolean(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("lifetime_seconds", Whole, nullable=True),
        sa.Column("value_sha256", Words, nullable=False),
        sa.Column("value_length", Whole, nullable=False),
        sa.Column("value_shape", Words, nullable=False),
        sa.Column("kept_value", Words, nullable=True),
        sa.Column("raw_set_cookie", Words, nullable=True),
        sa.Column("first_url", Words, nullable=False),
        sa.Column("scheme", Words, nullable=False),
        sa.Column("observed_at", sa.Double(), nullable=True),
        sa.Column("times_seen", Whole, nullable=False),
        sa.ForeignKeyConstraint(
            ["cookie_seq"], ["cookies.seq"], name=op.f("fk_observations_cookie_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_observations")),
        sa.UniqueConstraint("cookie_seq", "phase", name=op.f("uq_observations_cookie_seq_phase")),
    )
