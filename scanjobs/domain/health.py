"""What is wrong, in sentences, and from where on something counts as wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthSettings:
    """The table `[health]` of the configuration: from where on something is a reason for an alarm."""

    backlog_minutes: float = 15.0
    """A job that could begin has waited so long, though a worker serves its queue."""
    failure_percent: float = 25.0
    """So many of the jobs that ended within the last hour have failed."""
    failure_jobs: int = 4
    """With fewer failures than these in that hour, the percentage says nothing."""
    disk_free_megabytes: float = 500.0
    """The disk of the data folder has no more room than this."""
    wal_megabytes: float = 256.0
    """The write-ahead log of SQLite has grown to this size."""
    late_minutes: float = 10.0
    """An entry of the schedule, or a delivery, is due since then."""
    failed_deliveries: int = 3
    """So many deliveries failed within the last hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Something that is wrong."""

    name: str
    """Stays the same as long as it is the same thing: `no_worker:reports`, `disk`."""
    message: str
    hint: str
    worker_id: str | None = None
    """The worker it is about, where it is about one."""
    host: str | None = None
    pid: int | None = None
    jobs: int = 0
    """How many jobs it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How things are."""

    checked_at: datetime
    reasons: tuple[Reason, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.reasons


class CheckState(StrEnum):
    """What came of a check."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; all works."""
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Something about an installation that was looked at."""

    name: str
    state: CheckState
    message: str
    hint: str | None = None
    """How to mend it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingInUse:
    """A setting as it is, and where it comes from."""

    name: str
    value: str
    """Of a secret only that it is set."""
    origin: str
    """default, config.toml, environment, flag."""
