"""The tables. Rows stay in this room; what leaves it is a frozen value of `domain`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from scanjobs.db.types import Moment, Whole, Words, partial


class Base(DeclarativeBase):
    """What every table has in common."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        str: Words,
        int: Whole,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bytes: LargeBinary,
    }


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


class Report(Base):
    """A report from accept to file."""

    __tablename__ = "reports"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    scan_id: Mapped[str | None] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), index=True)
    """The one scan that it is about; those of the other kinds stand in `report_scans`."""
    job_id: Mapped[str] = mapped_column(unique=True)
    format: Mapped[str]
    path: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="scan")
    bundle_id: Mapped[str | None] = mapped_column(index=True)
    """The batch that it was submitted in."""
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What differs from the usual."""
    tool_version: Mapped[str | None]
    rules_version: Mapped[str | None]
    data_version: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """When it was given up; the row goes after the file."""


class ReportScan(Base):
    """One of the several scans that a report is about."""

    __tablename__ = "report_scans"

    report_seq: Mapped[int] = mapped_column(ForeignKey("reports.seq", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), index=True)


class Job(Base):
    """One job from submit to outcome: the queue is this table."""

    __tablename__ = "jobs"
    __table_args__ = (
        # Partial, so that the hot set stays small whatever the history.
        # The state stands in the index too, or SQLite would look it up in each row that it counts.
        Index(
            "ix_jobs_ready",
            "queue",
            text("priority DESC"),
            "seq",
            "state",
            **partial("state = 'queued'"),
        ),
        Index("ix_jobs_due", "run_at", "queue", "state", **partial("state IN ('scheduled', 'retrying')")),
        Index("ix_jobs_running", "worker_id", **partial("state = 'running'")),
        Index("ix_jobs_with_result", "finished_at", **partial("result IS NOT NULL")),
        Index(
            "ix_jobs_finished",
            "finished_at",
            **partial("state IN ('succeeded', 'failed', 'cancelled')"),
        ),
        Index("ix_jobs_batch_id", "batch_id", **partial("batch_id IS NOT NULL")),
        Index(
            "ix_jobs_unique_key",
            "unique_key",
            **partial("unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        ),
        Index(
            "ix_jobs_expires_at",
            "expires_at",
            **partial("expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')"),
        ),
        # One run for each slot of an entry, however many schedulers there are.
        Index("uq_jobs_slot", "schedule_id", "slot", unique=True, **partial("slot IS NOT NULL")),
        Index(
            "ix_jobs_unfinished_run",
            "schedule_id",
            **partial("schedule_id IS NOT NULL AND state IN ('scheduled', 'queued', 'running', 'retrying')"),
        ),
        Index(
            "ix_jobs_limit_key",
            "state",
            "limit_key",
            "queue",
            text("priority DESC"),
            "seq",
            **partial("limit_key IS NOT NULL AND state IN ('queued', 'running')"),
        ),
        Index(
            "ix_jobs_held",
            "limit_key",
            "queue",
            text("priority DESC"),
            "seq",
            **partial("held_at IS NOT NULL AND state = 'scheduled'"),
        ),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[str | None]
    task: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str]
    priority: Mapped[int]
    payload: Mapped[str]
    """The message as JSON; see `jobs.messages`."""
    attempt: Mapped[int] = mapped_column(server_default="0")
    rescues: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[float]
    run_at: Mapped[float]
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    worker_id: Mapped[str | None]
    lease_token: Mapped[str | None]
    lease_expires_at: Mapped[float | None]
    expires_at: Mapped[float | None]
    """After this moment it is not started any more."""
    unique_key: Mapped[str | None]
    """While a job with this key waits, another one is not accepted."""
    cancel: Mapped[str | None]
    """What was asked of a running job: `ask` or `terminate`."""
    progress: Mapped[float | None]
    progress_phase: Mapped[str | None]
    result: Mapped[str | None]
    error: Mapped[str | None]
    hint: Mapped[str | None]
    traceback: Mapped[str | None]
    story: Mapped[str] = mapped_column(server_default="")
    """What happened to it, a line of JSON each; see `jobs.story`."""
    schedule_id: Mapped[str | None]
    """The entry that it is a run of."""
    slot: Mapped[float | None]
    """Which of the entry's slots; a run that a user asked for has none."""
    limit_key: Mapped[str | None]
    """Jobs with the same key share limits; see `jobs.holding`."""
    at_once: Mapped[int | None]
    """How many of its key may run at once."""
    rate: Mapped[int | None]
    """How many of its key may begin within `rate_seconds`."""
    rate_seconds: Mapped[float | None]
    held_at: Mapped[float | None]
    """Since when it waits for others of its key; only where it is scheduled."""


class Schedule(Base):
    """An entry of the schedule: a task, when it is due, and where in its slots it is."""

    __tablename__ = "schedules"
    __table_args__ = (Index("ix_schedules_last_job_id", "last_job_id"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    task: Mapped[str]
    kwargs: Mapped[str]
    timing: Mapped[str]
    """A cron expression, or `every` and how long; see `jobs.timing`."""
    zone: Mapped[str]
    start_at: Mapped[float]
    catch_up: Mapped[str]
    overlap: Mapped[str]
    priority: Mapped[int | None]
    declared_in: Mapped[str | None]
    declaration: Mapped[str | None]
    """What the code says, as JSON, to see when it says something else."""
    is_edited: Mapped[bool] = mapped_column(server_default="0")
    is_undeclared: Mapped[bool] = mapped_column(server_default="0")
    is_paused: Mapped[bool] = mapped_column(server_default="0")
    next_at: Mapped[float | None]
    waiting_at: Mapped[float | None]
    last_at: Mapped[float | None]
    last_job_id: Mapped[str | None]
    last_error: Mapped[str | None]
    """Why the last slot did not become a job."""
    runs: Mapped[int] = mapped_column(server_default="0")
    skipped: Mapped[int] = mapped_column(server_default="0")
    story: Mapped[str] = mapped_column(server_default="")
    """What happened to it last, a line of JSON each; see `jobs.story`."""
    version: Mapped[int] = mapped_column(server_default="0")


class KeyStart(Base):
    """A job of a key whose jobs may begin only so often, and how long that counts."""

    __tablename__ = "key_starts"
    __table_args__ = (Index("ix_key_starts_limit_key", "limit_key", "counts_until"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    limit_key: Mapped[str]
    job_id: Mapped[str]
    lease_token: Mapped[str]
    counts_until: Mapped[float]


class ChordMember(Base):
    """A job that a callback waits for; the rows go when the callback is queued."""

    __tablename__ = "chord_members"
    __table_args__ = (
        Index("ix_chord_members_job_id", "job_id"),
        Index("ix_chord_members_awaited", "callback_id", **partial("has_ended = 0", "NOT has_ended")),
    )

    callback_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Where its result stands in the list that the callback is given, from 0."""
    job_id: Mapped[str]
    """Where the member is a pipeline, its present step."""
    has_ended: Mapped[bool] = mapped_column(server_default="0")


class PausedQueue(Base):
    """A queue from which nothing is claimed."""

    __tablename__ = "paused_queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[float]


class Worker(Base):
    """A worker process group; `stopped_at` is set when it left in good order."""

    __tablename__ = "workers"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str]
    boot_id: Mapped[str]
    pid: Mapped[int]
    lock_path: Mapped[str]
    queues: Mapped[str]
    is_private: Mapped[bool]
    """True when it serves a few named jobs and nobody else's."""
    concurrency: Mapped[int]
    started_at: Mapped[float]
    seen_at: Mapped[float]
    stopped_at: Mapped[float | None]
    succeeded: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    pool: Mapped[str] = mapped_column(server_default="process")
    """What its jobs run in: process, thread, solo."""
    children: Mapped[int | None]
    """How many jobs at once it has children for now; `concurrency` is the most it may have."""


class KeyValue(Base):
    """What Huey keeps beside its queue: locks, rate limits."""

    __tablename__ = "key_values"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
