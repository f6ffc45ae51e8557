"""Events: appended in the transaction of what happened, read by those who tell people of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import named_rows
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity

_INSERT = """
    INSERT INTO events
        (id, type, happened_at, site, severity, scan_id, report_id, job_id, subject, facts, is_read)
    VALUES (:id, :type, :happened_at, :site, :severity, :scan_id, :report_id, :job_id, :subject, :facts,
            NOT EXISTS (SELECT 1 FROM subscriptions WHERE NOT is_paused))
"""
# Those that a newer scanjobs wrote into this database, of a type that is not known here, are for its workers.
_KNOWN = ", ".join(f"'{one}'" for one in EventType)
_IS_UNREAD = f"NOT is_read AND type IN ({_KNOWN})"
_HAS_UNREAD = f"SELECT EXISTS (SELECT 1 FROM events WHERE {_IS_UNREAD})"  # noqa: S608 - our own words
_SELECT = """
    SELECT seq, id, type, happened_at, site, severity, scan_id, report_id, job_id, subject, facts FROM events
"""
_UNREAD = f"{_SELECT} WHERE {_IS_UNREAD} ORDER BY seq LIMIT :limit"
_OF_JOB = f"{_SELECT} WHERE job_id = :job_id ORDER BY seq"
_SET_READ = "UPDATE events SET is_read = ? WHERE seq = ?"


def append(settings: Settings, event: Event) -> None:
    """Write down what happened, within the transaction that makes it so; without one it is its own.

    Where nobody has subscribed to anything it is read already, and stays for those who look back.
    """
    with driver.write(settings) as connection:
        connection.execute(
            _INSERT,
            {
                "id": event.id,
                "type": str(event.type),
                "happened_at": event.happened_at.timestamp(),
                "site": event.site,
                "severity": event.severity and str(event.severity),
                "scan_id": event.scan_id,
                "report_id": event.report_id,
                "job_id": event.job_id,
                "subject": event.subject,
                "facts": json.dumps(event.facts, ensure_ascii=False),
            },
        )


def has_unread(settings: Settings) -> bool:
    """Whether events wait for deliveries to be made of them."""
    with driver.read(settings) as connection:
        return bool(connection.execute(_HAS_UNREAD).fetchone()[0])


def unread(settings: Settings, limit: int) -> list[tuple[int, Event]]:
    """Events of which no deliveries were made, the oldest first, each with its number."""
    return _read(settings, _UNREAD, {"limit": limit})


def mark_read(settings: Settings, seqs: Sequence[int]) -> None:
    """Deliveries were made of these events, within the present transaction."""
    with driver.write(settings) as connection:
        connection.executemany(_SET_READ, [(True, seq) for seq in seqs])


def of_job(settings: Settings, job_id: str) -> list[Event]:
    """What happened by a job."""
    return [event for _, event in _read(settings, _OF_JOB, {"job_id": job_id})]


def event_of(row: Mapping[str, Any]) -> Event:
    """A row as a value."""
    facts = row["facts"]
    happened_at = row["happened_at"]
    return Event(
        id=row["id"],
        type=EventType(row["type"]),
        happened_at=happened_at
        if isinstance(happened_at, datetime)
        else datetime.fromtimestamp(happened_at, UTC),
        site=row["site"],
        severity=Severity(row["severity"]) if row["severity"] else None,
        scan_id=row["scan_id"],
        report_id=row["report_id"],
        job_id=row["job_id"],
        subject=row["subject"],
        facts=json.loads(facts) if isinstance(facts, str) else facts,
    )


def _read(settings: Settings, statement: str, values: Mapping[str, Any]) -> list[tuple[int, Event]]:
    with driver.read(settings) as connection:
        return [(row["seq"], event_of(row)) for row in named_rows(connection, statement, values)]
