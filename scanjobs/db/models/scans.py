"""The tables of scans: what was recorded, seen, labelled and found; what sites declare and users say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scanjobs.db.models.base import Base


class Scan(Base):
    """One site, one run. Invisible while its state is `importing`."""

    __tablename__ = "scans"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    site: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    page_url: Mapped[str | None]
    profile: Mapped[str]
    created_at: Mapped[datetime]
    captured_at: Mapped[datetime | None]
    tool_version: Mapped[str]
    data_version: Mapped[str]
    complete: Mapped[bool]
    values_kept: Mapped[bool]
    cookie_count: Mapped[int]
    phases: Mapped[list[Any]]
    declaration_id: Mapped[str | None]
    """The declaration that the rules compared with; see `declarations`."""
    held_at: Mapped[datetime | None]
    """Since when it is held, so that no retention takes it."""
    hold_reason: Mapped[str | None]


class Capture(Base):
    """One raw file that a scan rests on."""

    __tablename__ = "captures"

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    format: Mapped[str]
    phase: Mapped[str]
    tool: Mapped[str | None]
    tool_version: Mapped[str | None]
    captured_at: Mapped[datetime | None]
    page_url: Mapped[str | None]
    entries: Mapped[int]
    complete: Mapped[bool]
    skipped: Mapped[list[Any]]
    inputs: Mapped[list[Any]] = mapped_column(server_default="[]")
    third_party_cookies_work: Mapped[bool | None]
    banner: Mapped[bool | None]
    files: Mapped[list[Any]] = mapped_column(server_default="[]")
    """What came beside it, as objects with name, digest and size."""


class Label:
    """The columns of a label, of whatever was found."""

    category: Mapped[str]
    vendor: Mapped[str | None]
    label_source: Mapped[str]
    confidence: Mapped[float]
    exemption: Mapped[str]
    exemption_reason: Mapped[str]
    privacy_url: Mapped[str | None]
    declared_retention: Mapped[str | None]
    exemption_ground: Mapped[str | None]
    database_category: Mapped[str | None]


class Cookie(Label, Base):
    """One cookie of a scan with its label."""

    __tablename__ = "cookies"
    __table_args__ = (UniqueConstraint("scan_seq", "name", "domain", "path", "partition"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(index=True)
    domain: Mapped[str]
    path: Mapped[str]
    partition: Mapped[str]
    party: Mapped[str]


class Observation(Base):
    """What one consent phase showed of one cookie."""

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("cookie_seq", "phase"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    cookie_seq: Mapped[int] = mapped_column(ForeignKey("cookies.seq", ondelete="CASCADE"))
    phase: Mapped[str]
    origin: Mapped[str]
    host_only: Mapped[bool | None]
    secure: Mapped[bool | None]
    http_only: Mapped[bool | None]
    same_site: Mapped[str | None]
    partitioned: Mapped[bool | None]
    is_session: Mapped[bool | None]
    expires_at: Mapped[datetime | None]
    lifetime_seconds: Mapped[int | None]
    value_sha256: Mapped[str]
    value_length: Mapped[int]
    value_shape: Mapped[str]
    kept_value: Mapped[str | None]
    raw_set_cookie: Mapped[str | None]
    first_url: Mapped[str]
    scheme: Mapped[str]
    observed_at: Mapped[datetime | None]
    times_seen: Mapped[int]
    initiator: Mapped[str | None]
    renewals: Mapped[int | None]


class StorageItem(Label, Base):
    """One item of a browser's storage with its label."""

    __tablename__ = "storage_items"
    __table_args__ = (
        UniqueConstraint("scan_seq", "name", "origin", "kind"),
        Index("ix_storage_items_name", "name"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"))
    name: Mapped[str]
    origin: Mapped[str]
    kind: Mapped[str]
    party: Mapped[str]
    observations: Mapped[list[Any]]
    """What each phase showed of it."""


class Page(Base):
    """How a request for a page was answered."""

    __tablename__ = "pages"

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    phase: Mapped[str]
    status: Mapped[int | None]
    redirects_to: Mapped[str | None]
    at: Mapped[datetime | None]
    is_challenge: Mapped[bool]


class Declaration(Base):
    """What a site says about its cookies."""

    __tablename__ = "declarations"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    site: Mapped[str] = mapped_column(index=True)
    imported_at: Mapped[datetime]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    format: Mapped[str]
    tool: Mapped[str | None]
    declared_at: Mapped[datetime | None]
    domain: Mapped[str | None]
    cookies: Mapped[list[Any]]
    skipped: Mapped[list[Any]]


class Override(Base):
    """What a user says about a cookie; an empty word stands for any."""

    __tablename__ = "overrides"
    __table_args__ = (UniqueConstraint("name", "domain", "site"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain: Mapped[str]
    site: Mapped[str]
    category: Mapped[str | None]
    vendor: Mapped[str | None]
    exemption: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class Host(Base):
    """The requests to one host in one phase."""

    __tablename__ = "hosts"

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"), index=True)
    host: Mapped[str]
    phase: Mapped[str]
    requests: Mapped[int]
    first_url: Mapped[str]
    first_at: Mapped[datetime | None]
    initiator: Mapped[str | None]
    called_tracking: Mapped[int] = mapped_column(server_default="0")
    party: Mapped[str] = mapped_column(server_default="third")
    vendor: Mapped[str | None]
    category: Mapped[str] = mapped_column(server_default="unclassified")


class Gap(Base):
    """Something a scan could not see."""

    __tablename__ = "gaps"

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    detail: Mapped[str]
    phase: Mapped[str | None]
    file_name: Mapped[str | None]


class Finding(Base):
    """What one rule said about a scan."""

    __tablename__ = "findings"

    seq: Mapped[int] = mapped_column(primary_key=True)
    scan_seq: Mapped[int] = mapped_column(ForeignKey("scans.seq", ondelete="CASCADE"), index=True)
    rule_id: Mapped[str]
    rule_version: Mapped[str]
    outcome: Mapped[str]
    severity: Mapped[str]
    summary: Mapped[str]
    items: Mapped[list[Any]]
