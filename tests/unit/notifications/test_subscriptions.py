"""Who hears of what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.notifications import Channel, Digest, Subscription, Target
from scanjobs.errors import UsageError
from scanjobs.notifications.subscriptions import USUAL_EVENTS, checked, wants

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def subscription(**changes: Any) -> Subscription:
    usual: dict[str, Any] = {
        "id": "1",
        "name": "dpo",
        "events": ("*",),
        "targets": (Target(channel=Channel.EMAIL, address="dpo@shop.example"),),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Subscription(**{**usual, **changes})


def event(type: EventType = EventType.COMPLIANCE_VIOLATION, **changes: Any) -> Event:
    return Event(**{"id": "1", "type": type, "happened_at": NOW, "site": "shop.example", **changes})


@pytest.mark.parametrize(
    ("patterns", "is_wanted"),
    [
        (("*",), True),
        (("compliance.violation",), True),
        (("compliance.*",), True),
        (("report.*", "compliance.violation"), True),
        (("report.*",), False),
        (("*.failed",), False),
    ],
)
def test_events_are_wanted_by_type(patterns: tuple[str, ...], is_wanted: bool) -> None:
    assert wants(subscription(events=patterns), event()) is is_wanted


def test_events_of_other_sites_are_not_wanted() -> None:
    one_site = subscription(sites=("shop.example",))

    assert wants(one_site, event())
    assert not wants(one_site, event(site="other.example"))
    assert wants(one_site, event(EventType.WORKER_UNHEALTHY, site=None))


def test_violations_below_the_least_severity_are_not_wanted() -> None:
    grave = subscription(minimum_severity=Severity.HIGH)

    assert wants(grave, event(severity=Severity.CRITICAL))
    assert wants(grave, event(severity=Severity.HIGH))
    assert not wants(grave, event(severity=Severity.MEDIUM))
    assert wants(grave, event(EventType.SCAN_IMPORTED))


def test_words_are_brought_into_one_form() -> None:
    asked = subscription(sites=("https://www.shop.example/cart", "shop.example"), events=())

    assert checked(asked).sites == ("shop.example",)
    assert checked(asked).events == USUAL_EVENTS


@pytest.mark.parametrize(
    "changes",
    [
        {"events": ("scan.finished",)},
        {"sites": ("no site at all",)},
        {"name": "-"},
        {"name": "two\nlines"},
        {"targets": ()},
        {"zone": "Mars/Olympus"},
        {"digest": Digest.DAILY, "digest_at": "8"},
    ],
)
def test_what_has_no_meaning_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        checked(subscription(**changes))

    assert caught.value.hint
