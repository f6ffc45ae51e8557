"""Events: they stand or fall with what happened, and wait only where somebody wants to hear of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import driver, events, models
from scanjobs.db.session import reading, transaction
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.ids import new_id

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def violation(**changes: object) -> Event:
    values = {
        "id": new_id(),
        "type": EventType.COMPLIANCE_VIOLATION,
        "happened_at": NOW,
        "site": "shop.example",
        "severity": Severity.HIGH,
        "scan_id": "5f3a9c1e",
        "job_id": "a job",
        "facts": {"failed": 3, "findings": [{"rule_id": "C01", "title": "Zähler"}]},
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type]


def subscribe(settings: Settings) -> None:
    with transaction(settings) as session:
        session.execute(
            sa.insert(models.Subscription).values(
                id=new_id(),
                name="dpo",
                events=["*"],
                sites=[],
                minimum_severity="info",
                targets=[],
                zone="UTC",
                digest="none",
                digest_at="08:00",
                attach=False,
                created_at=NOW,
                updated_at=NOW,
            )
        )


def test_an_event_is_read_back_as_it_was(settings: Settings) -> None:
    event = violation()
    subscribe(settings)
    events.append(settings, event)

    assert [told for _, told in events.unread(settings, 10)] == [event]
    assert events.of_job(settings, "a job") == [event]


def test_what_nobody_wants_does_not_wait(settings: Settings) -> None:
    """It stays for those who look back."""
    events.append(settings, violation())

    assert not events.has_unread(settings)
    assert len(events.of_job(settings, "a job")) == 1


@pytest.mark.parametrize("begin", [transaction, driver.write])
def test_an_event_falls_with_what_happened(settings: Settings, begin: object) -> None:
    subscribe(settings)
    with pytest.raises(ZeroDivisionError), begin(settings):  # type: ignore[operator]
        events.append(settings, violation())
        raise ZeroDivisionError

    assert not events.has_unread(settings)
    assert events.of_job(settings, "a job") == []


def test_a_read_event_does_not_come_again(settings: Settings) -> None:
    subscribe(settings)
    events.append(settings, violation())
    events.append(settings, violation())
    with transaction(settings):
        events.mark_read(settings, [seq for seq, _ in events.unread(settings, 1)])

    assert len(events.unread(settings, 10)) == 1


def test_the_rows_are_what_the_models_say(settings: Settings) -> None:
    events.append(settings, violation(severity=None))
    with reading(settings) as session:
        row = session.scalars(sa.select(models.Event)).one()

    assert row.happened_at == NOW
    assert row.facts["findings"][0]["title"] == "Zähler"
    assert row.severity is None
