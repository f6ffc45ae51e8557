"""What sites store beside cookies, what they declare, what users say; which evidence a capture could hold."""

import sqlalchemy as sa
from alembic import op

from scanjobs.db.types import Moment, Whole, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# How the reasons begin that stored labels give for an exemption, and the ground that stands behind each.
GROUNDS = {
    "Keeps the choice the visitor made": "consent_choice",
    "Holds the server's session together": "user_input",
    "Keeps the content of the shopping cart": "user_input",
    "Keeps the visitor signed in": "authentication",
    "Protects the visitor's forms": "security",
    "Tells people from automated access": "security",
    "Sends the visitor's requests to the same server": "load_balancing",
}


def upgrade() -> None:
    """Go forward."""
    op.add_column("scans", sa.Column("declaration_id", Words, nullable=True))
    op.add_column("captures", sa.Column("inputs", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("captures", sa.Column("third_party_cookies_work", sa.Boolean(), nullable=True))
    op.add_column("captures", sa.Column("banner", sa.Boolean(), nullable=True))
    op.add_column("captures", sa.Column("files", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("cookies", sa.Column("exemption_ground", Words, nullable=True))
    op.add_column("cookies", sa.Column("database_category", Words, nullable=True))
    op.add_column("observations", sa.Column("initiator", Words, nullable=True))
    op.add_column("observations", sa.Column("renewals", Whole, nullable=True))
    op.add_column("hosts", sa.Column("initiator", Words, nullable=True))
    op.add_column("hosts", sa.Column("called_tracking", Whole, server_default="0", nullable=False))
    op.add_column("hosts", sa.Column("party", Words, server_default="third", nullable=False))
    op.add_column("hosts", sa.Column("vendor", Words, nullable=True))
    op.add_column("hosts", sa.Column("category", Words, server_default="unclassified", nullable=False))
    cookies = sa.table("cookies", *map(sa.column, ("exemption", "exemption_reason", "exemption_ground")))
    for reason, ground in GROUNDS.items():
        op.execute(
            sa.update(cookies)
            .where(cookies.c.exemption == "exempt", cookies.c.exemption_reason.startswith(reason))
            .values(exemption_ground=ground)
        )
    # Every capture so far was a HAR file, which shows these.
    op.execute(
        """UPDATE captures SET inputs = '["cookies", "cookie_attributes", "set_cookie", "requests"]'"""
    )
    op.execute(
        "UPDATE hosts SET party = 'first' WHERE EXISTS (SELECT 1 FROM scans WHERE scans.seq = hosts.scan_seq"
        " AND (hosts.host = scans.site OR hosts.host LIKE '%.' || scans.site))"
    )
    op.create_table(
        "storage_items",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("origin", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("party", Words, nullable=False),
        sa.Column("category", Words, nullable=False),
        sa.Column("vendor", Words, nullable=True),
        sa.Column("label_source", Words, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("exemption", Words, nullable=False),
        sa.Column("exemption_reason", Words, nullable=False),
        sa.Column("privacy_url", Words, nullable=True),
        sa.Column("declared_retention", Words, nullable=True),
        sa.Column("exemption_ground", Words, nullable=True),
        sa.Column("database_category", Words, nullable=True),
        sa.Column("observations", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_storage_items_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_storage_items")),
        sa.UniqueConstraint(
            "scan_seq", "name", "origin", "kind", name=op.f("uq_storage_items_scan_seq_name_origin_kind")
        ),
    )
    op.create_index("ix_storage_items_name", "storage_items", ["name"])
    op.create_table(
        "pages",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("scan_seq", Whole, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("phase", Words, nullable=False),
        sa.Column("status", Whole, nullable=True),
        sa.Column("redirects_to", Words, nullable=True),
        sa.Column("at", Moment, nullable=True),
        sa.Column("is_challenge", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_seq"], ["scans.seq"], name=op.f("fk_pages_scan_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_pages")),
    )
    op.create_index("ix_pages_scan_seq", "pages", ["scan_seq"])
    op.create_table(
        "declarations",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("site", Words, nullable=False),
        sa.Column("imported_at", Moment, nullable=False),
        sa.Column("file_name", Words, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.Column("format", Words, nullable=False),
        sa.Column("tool", Words, nullable=True),
        sa.Column("declared_at", Moment, nullable=True),
        sa.Column("domain", Words, nullable=True),
        sa.Column("cookies", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_declarations")),
        sa.UniqueConstraint("id", name=op.f("uq_declarations_id")),
    )
    op.create_index("ix_declarations_site", "declarations", ["site"])
    op.create_table(
        "overrides",
        sa.Column("seq", Whole, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("domain", Words, nullable=False),
        sa.Column("site", Words, nullable=False),
        sa.Column("category", Words, nullable=True),
        sa.Column("vendor", Words, nullable=True),
        sa.Column("exemption", Words, nullable=True),
        sa.Column("reason", Words, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_overrides")),
        sa.UniqueConstraint("name", "domain", "site", name=op.f("uq_overrides_name_domain_site")),
    )
