"""Writes events as JSON for programs, in the form of Standard Webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.events import Event
from scanjobs.domain.notifications import Digest, Outgoing
from scanjobs.notifications.telling import narrowed

# 1: type, timestamp, data with id, site, severity, scan_id, report_id, job_id, subject, facts
FORMAT_VERSION = 1
DIGEST = "digest"


def payload_of(outgoing: Outgoing) -> dict[str, Any]:
    """An event, or all those of a digest; texts are as they were recorded."""
    events = [_event(narrowed(event, outgoing.minimum_severity)) for event in outgoing.events]
    if outgoing.digest is Digest.NONE:
        return events[0]
    return {
        "type": DIGEST,
        "timestamp": _moment(outgoing.created_at),
        "data": {"format_version": FORMAT_VERSION, "every": str(outgoing.digest), "events": events},
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "type": str(event.type),
        "timestamp": _moment(event.happened_at),
        "data": {
            "format_version": FORMAT_VERSION,
            "id": event.id,
            "site": event.site,
            "severity": event.severity and str(event.severity),
            "scan_id": event.scan_id,
            "report_id": event.report_id,
            "job_id": event.job_id,
            "subject": event.subject,
            "facts": event.facts,
        },
    }


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
