"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "jobs",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rescues", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("run_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("worker_id", sa.Text(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("cancel", sa.Text(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("progress_phase", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("hint", sa.Text(), nullable=True),
        sa.Column("traceback", sa.Text(), nullable=True),
        sa.Column("story", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
    )
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.create_index(
            "ix_jobs_batch_id", ["batch_id"], unique=False, sqlite_where=sa.text("batch_id IS NOT NULL")
        )
        batch_op.create_index(
            "ix_jobs_due",
            ["run_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('scheduled', 'retrying')"),
        )
        batch_op.create_index(
            "ix_jobs_expires_at",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        )
        batch_op.create_index(
            "ix_jobs_finished",
            ["finished_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('succeeded', 'failed', 'cancelled')"),
        )
        batch_op.create_index(
            "ix_jobs_ready",
            ["queue", sa.text("priority DESC"), "seq"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index(
            "ix_jobs_running", ["worker_id"], unique=False, sqlite_where=sa.text("state = 'running'")
        )
        batch_op.create_index(
            "ix_jobs_unique_key",
            ["unique_key"],
            unique=False,
            sqlite_where=sa.text("unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        )

    op.create_table(
        "key_values",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_key_values")),
    )
    op.create_table(
        "paused_queues",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paused_queues")),
    )
    op.create_table(
        "scans",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("captured_at", sa.Double(), nullable=True),
        sa.Column("tool_version", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("values_kept", sa.Boolean(), nullable=False),
        sa.Column("cookie_count", sa.Integer(), nullable=False),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_scans")),
        sa.UniqueConstraint("id", name=op.f("uq_scans_id")),
    )
    with op.batch_alter_table("scans") as batch_op:
        batch_op.create_index(batch_op.f("ix_scans_site"), ["site"], unique=False)

    op.create_table(
        "workers",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("lock_path", sa.Text(), nullable=False),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=True),
        sa.Column("succeeded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_workers")),
        sa.UniqueConstraint("id", name=op.f("uq_workers_id")),
    )
    op.create_table(
        "captures",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("scan_seq", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=True),
        sa.Column("tool_version", sa.Text(), nullable=True),
        sa.Column("captured_at", sa.Double(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
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
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("scan_seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("partition", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("label_source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("exemption", sa.Text(), nullable=False),
        sa.Column("exemption_reason", sa.Text(), nullable=False),
        sa.Column("privacy_url", sa.Text(), nullable=True),
        sa.Column("declared_retention", sa.Text(), nullable=True),
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
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("scan_seq", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
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
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("scan_seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_gaps_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_gaps")),
    )
    with op.batch_alter_table("gaps") as batch_op:
        batch_op.create_index(batch_op.f("ix_gaps_scan_seq"), ["scan_seq"], unique=False)

    op.create_table(
        "hosts",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("scan_seq", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("first_url", sa.Text(), nullable=False),
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
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("written_at", sa.Double(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
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
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("cookie_seq", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("host_only", sa.Boolean(), nullable=True),
        sa.Column("secure", sa.Boolean(), nullable=True),
        sa.Column("http_only", sa.Boolean(), nullable=True),
        sa.Column("same_site", sa.Text(), nullable=True),
        sa.Column("partitioned", sa.Boolean(), nullable=True),
        sa.Column("is_session", sa.Boolean(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("lifetime_seconds", sa.Integer(), nullable=True),
        sa.Column("value_sha256", sa.Text(), nullable=False),
        sa.Column("value_length", sa.Integer(), nullable=False),
        sa.Column("value_shape", sa.Text(), nullable=False),
        sa.Column("kept_value", sa.Text(), nullable=True),
        sa.Column("raw_set_cookie", sa.Text(), nullable=True),
        sa.Column("first_url", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.Double(), nullable=True),
        sa.Column("times_seen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cookie_seq"], ["cookies.seq"], name=op.f("fk_observations_cookie_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_observations")),
        sa.UniqueConstraint("cookie_seq", "phase", name=op.f("uq_observations_cookie_seq_phase")),
    )
