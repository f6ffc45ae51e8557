"""Invents an event of every kind, to look at what messages say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = "harbour-lamps.example"
_SCAN = "79f8dccb-1f6e-4c0b-9c55-0e7a3f4b2d10"
_OLDER = "1ad91265-7d2a-4b8e-8a4e-5f0f6f3c9b21"
_JOB = "f592d617-0b1d-4a39-b6a7-93a1f0f3b6de"
_REPORT = "6bbf34e9-25f0-4f0e-8c55-4f4ad9c8e6a1"
_FINDINGS = [
    {
        "rule_id": "C01",
        "title": "A cookie that needs consent is stored before any choice",
        "severity": "critical",
        "summary": "2 cookies that need consent were stored before any choice. 1 more may need it.",
        "items": 3,
    },
    {
        "rule_id": "C04",
        "title": "Something that needs consent is stored in spite of a refusal",
        "severity": "critical",
        "summary": "One cookie or stored item that needs consent was there after rejecting.",
        "items": 3,
    },
    {
        "rule_id": "S01",
        "title": "SameSite=None without Secure",
        "severity": "high",
        "summary": "One cookie is set with SameSite=None but without Secure.",
        "items": 1,
    },
    {
        "rule_id": "S03",
        "title": "No Secure on an HTTPS site",
        "severity": "medium",
        "summary": "3 cookies of a site with HTTPS may travel unencrypted, because Secure is missing.",
        "items": 3,
    },
]
_REPORT_FACTS = {
    "kind": "scan",
    "format": "pdf",
    "path": "/home/you/.local/share/scanjobs/reports/harbour-lamps.example-2026-03-02-6bbf34e9.pdf",
    "language": "en",
}
_ENTRY = {"task": "generate_portfolio", "when": "0 8 * * 1", "zone": "Europe/Berlin"}
_FACTS: dict[EventType, dict[str, Any]] = {
    EventType.SCAN_IMPORTED: {
        "cookies": 14,
        "third_party_cookies": 4,
        "storage": 3,
        "hosts": 5,
        "phases": ["before", "accepted", "rejected"],
        "complete": True,
        "score": 16,
        "verdict": "failed",
        "failed_rules": 9,
    },
    EventType.SCAN_FAILED: {
        "files": ["before.har", "accepted.har"],
        "error": "before.har ends early, after 41 of its entries.",
        "hint": "Record it again, or add --salvage to keep the entries that are complete.",
    },
    EventType.REPORT_COMPLETED: {**_REPORT_FACTS, "size": 113_420, "sha256": "9f86d081884c7d65" * 4},
    EventType.REPORT_FAILED: {
        **_REPORT_FACTS,
        "error": "There is no room left for the report in /home/you/.local/share/scanjobs/reports.",
        "hint": "Free some space, then try it again.",
        "attempts": 4,
    },
    EventType.COMPLIANCE_VIOLATION: {
        "failed": 9,
        "score": 16,
        "counts": {"critical": 2, "high": 1, "medium": 4, "low": 2},
        "findings": _FINDINGS,
    },
    EventType.CHANGE_DETECTED: {
        "older_scan_id": _OLDER,
        "since": "2026-02-23T12:00:00+00:00",
        "added": 3,
        "removed": 1,
        "changed": 2,
        "added_names": ["_fbp (.harbour-lamps.example)", "IDE (.doubleclick.example)", "_gcl_au"],
        "removed_names": ["legacy_session"],
        "findings": [
            {
                "rule_id": "C01",
                "title": "A cookie that needs consent is stored before any choice",
                "kind": "added",
                "severity": "critical",
            }
        ],
    },
    EventType.ANOMALY_DETECTED: {
        "scans": 12,
        "measures": [
            {"name": "cookies", "value": 45, "usual": 14, "low": 11, "high": 18},
            {"name": "third parties", "value": 19, "usual": 5, "low": 4, "high": 7},
        ],
    },
    EventType.SCHEDULE_CREATED: {**_ENTRY, "next_at": "2026-03-09T07:00:00+00:00", "changed": None},
    EventType.SCHEDULE_UPDATED: {
        **_ENTRY,
        "next_at": "2026-03-09T07:00:00+00:00",
        "changed": "when: 0 7 * * 1 became 0 8 * * 1",
    },
    EventType.SCHEDULE_FAILED: {
        **_ENTRY,
        "error": "The templates folder /home/you/.local/share/scanjobs/templates is not there.",
        "hint": "Make it, or mend the setting 'branding.templates'.",
        "slot": "2026-03-02T07:00:00+00:00",
    },
    EventType.WORKER_UNHEALTHY: {
        "reasons": [
            "It has not been heard of for 2 minutes.",
            "It uses 2.1 GB of memory, four times what it began with.",
        ],
        "host": "scans-1.harbour-lamps.example",
        "pid": 4711,
        "jobs": 2,
    },
}
_SITED = (
    EventType.SCAN_IMPORTED,
    EventType.REPORT_COMPLETED,
    EventType.REPORT_FAILED,
    EventType.COMPLIANCE_VIOLATION,
    EventType.CHANGE_DETECTED,
    EventType.ANOMALY_DETECTED,
)
_SUBJECTS = {
    EventType.SCAN_FAILED: "before.har",
    EventType.SCHEDULE_CREATED: "weekly-portfolio",
    EventType.SCHEDULE_UPDATED: "weekly-portfolio",
    EventType.SCHEDULE_FAILED: "weekly-portfolio",
    EventType.WORKER_UNHEALTHY: "3c9b21f0",
}
_OF_JOBS = (
    EventType.SCAN_FAILED,
    EventType.REPORT_COMPLETED,
    EventType.REPORT_FAILED,
    EventType.SCHEDULE_FAILED,
)


def sample(type: EventType) -> Event:
    """An event of this kind, always the same."""
    number = list(EventType).index(type)
    return Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        type=type,
        happened_at=NOON + timedelta(minutes=number),
        site=SITE if type in _SITED else None,
        severity=Severity.CRITICAL if type is EventType.COMPLIANCE_VIOLATION else None,
        scan_id=_SCAN if type in _SITED else None,
        report_id=_REPORT if type in (EventType.REPORT_COMPLETED, EventType.REPORT_FAILED) else None,
        job_id=_JOB if type in _OF_JOBS else None,
        subject=_SUBJECTS.get(type),
        facts=_FACTS[type],
    )
