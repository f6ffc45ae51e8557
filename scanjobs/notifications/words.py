"""The words of messages: counts, moments, severities, and commands that can be pasted."""

from __future__ import annotations

import shlex
from datetime import datetime

from scanjobs.domain.english import moment
from scanjobs.domain.events import EventType

KINDS = {
    EventType.SCAN_IMPORTED: "Scan",
    EventType.SCAN_FAILED: "Scan failed",
    EventType.REPORT_COMPLETED: "Report",
    EventType.REPORT_FAILED: "Report failed",
    EventType.COMPLIANCE_VIOLATION: "Violation",
    EventType.CHANGE_DETECTED: "Change",
    EventType.ANOMALY_DETECTED: "Anomaly",
    EventType.SCHEDULE_CREATED: "Schedule",
    EventType.SCHEDULE_UPDATED: "Schedule",
    EventType.SCHEDULE_FAILED: "Schedule failed",
    EventType.WORKER_UNHEALTHY: "Health",
}
"""What a message is about, in a word or two."""
VERDICTS = {
    "failed": "failed",
    "attention": "needs attention",
    "clean": "nothing found",
    "withheld": "withheld",
}


def moment_of(text: str | None) -> str | None:
    """A moment that was written down by ISO 8601; as it stands where it is none."""
    if not text:
        return None
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return text


def command(*words: str | None) -> str:
    """A command as one can paste it into a shell, whatever its words are."""
    return shlex.join(["scanjobs", *(word for word in words if word is not None)])


def size(octets: int) -> str:
    """`113 KB`."""
    value, unit = float(octets), "bytes"
    for larger in ("KB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}"
