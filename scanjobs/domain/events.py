"""What happened: the kinds of events and an event as a value, for those who are told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from scanjobs.domain.findings import Severity


class EventType(StrEnum):
    """What can happen that somebody may want to hear of."""

    SCAN_IMPORTED = "scan.imported"
    SCAN_FAILED = "scan.failed"
    REPORT_COMPLETED = "report.completed"
    REPORT_FAILED = "report.failed"
    COMPLIANCE_VIOLATION = "compliance.violation"
    """Rules failed in a new scan; the severity is that of the gravest."""
    CHANGE_DETECTED = "change.detected"
    """A new scan differs from the site's last one."""
    ANOMALY_DETECTED = "anomaly.detected"
    """A new scan has far more or fewer cookies or vendors than the site used to have."""
    SCHEDULE_CREATED = "schedule.created"
    SCHEDULE_UPDATED = "schedule.updated"
    SCHEDULE_FAILED = "schedule.failed"
    WORKER_UNHEALTHY = "worker.unhealthy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened."""

    id: str
    type: EventType
    happened_at: datetime
    site: str | None = None
    severity: Severity | None = None
    scan_id: str | None = None
    report_id: str | None = None
    job_id: str | None = None
    subject: str | None = None
    """The name of an entry of the schedule, the id of a worker, the name of a file."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else a message says, as JSON; the keys of each type are told in docs/notifications.md."""
