"""When a message goes out: after quiet hours by the clock of the reader, and with its digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.notifications import Digest, QuietHours, Subscription
from scanjobs.errors import UsageError
from scanjobs.notifications.timing import due_at, out_of_quiet, quiet_hours

BERLIN = ZoneInfo("Europe/Berlin")


def subscription(**changes: Any) -> Subscription:
    """Of somebody in Berlin who sleeps at night."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    usual: dict[str, Any] = {
        "id": "1",
        "name": "dpo",
        "events": ("*",),
        "zone": "Europe/Berlin",
        "quiet": QuietHours(start="22:00", end="07:00"),
        "created_at": then,
        "updated_at": then,
    }
    return Subscription(**{**usual, **changes})


def berlin(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BERLIN)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [
        (berlin(2026, 3, 2, 21, 59), berlin(2026, 3, 2, 21, 59)),
        (berlin(2026, 3, 2, 22, 0), berlin(2026, 3, 3, 7, 0)),
        (berlin(2026, 3, 3, 6, 59), berlin(2026, 3, 3, 7, 0)),
        (berlin(2026, 3, 3, 7, 0), berlin(2026, 3, 3, 7, 0)),
    ],
)
def test_quiet_hours_reach_over_midnight(at: datetime, goes_out: datetime) -> None:
    assert out_of_quiet(subscription(), at) == goes_out


def test_quiet_hours_within_a_day() -> None:
    noon = subscription(quiet=QuietHours(start="12:00", end="13:30"))

    assert out_of_quiet(noon, berlin(2026, 3, 2, 12, 15)) == berlin(2026, 3, 2, 13, 30)
    assert out_of_quiet(noon, berlin(2026, 3, 2, 13, 30)) == berlin(2026, 3, 2, 13, 30)


def test_the_night_of_a_clock_change_ends_by_the_clock_on_the_wall() -> None:
    """In Berlin the clocks go forward on 2026-03-29 and back on 2026-10-25."""
    assert out_of_quiet(subscription(), berlin(2026, 3, 28, 23, 0)) - datetime(
        2026, 3, 28, 22, 0, tzinfo=UTC
    ) == timedelta(hours=7)
    assert out_of_quiet(subscription(), berlin(2026, 10, 24, 23, 0)) - datetime(
        2026, 10, 24, 21, 0, tzinfo=UTC
    ) == timedelta(hours=9)


def test_quiet_hours_that_end_in_a_skipped_hour_end_with_it() -> None:
    early = subscription(quiet=QuietHours(start="22:00", end="02:30"))

    assert out_of_quiet(early, berlin(2026, 3, 28, 23, 0)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@given(st.integers(0, 366 * 86_400))
def test_what_is_let_out_is_out_of_the_quiet_hours(seconds: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    out = out_of_quiet(subscription(), at)

    assert out >= at
    assert 7 <= out.astimezone(BERLIN).hour < 22
    assert out_of_quiet(subscription(), out) == out


def test_digests_go_out_at_the_hour_or_once_a_day() -> None:
    awake = subscription(quiet=None)
    at = berlin(2026, 3, 2, 9, 10)
    hourly = subscription(quiet=None, digest=Digest.HOURLY)
    daily = subscription(quiet=None, digest=Digest.DAILY, digest_at="08:00")

    assert due_at(awake, at) == at
    assert due_at(hourly, at) == berlin(2026, 3, 2, 10, 0)
    assert due_at(daily, at) == berlin(2026, 3, 3, 8, 0)
    assert due_at(daily, berlin(2026, 3, 3, 8, 0)) == berlin(2026, 3, 4, 8, 0)


def test_a_digest_waits_for_quiet_hours_too() -> None:
    assert due_at(subscription(digest=Digest.HOURLY), berlin(2026, 3, 2, 23, 10)) == berlin(2026, 3, 3, 7, 0)


@pytest.mark.parametrize("words", ["22:00", "22-7", "25:00-07:00", "22:00-22:00", "night"])
def test_quiet_hours_without_meaning_are_refused(words: str) -> None:
    with pytest.raises(UsageError):
        quiet_hours(words)


def test_quiet_hours_are_kept_in_one_form() -> None:
    assert quiet_hours("22:00 - 7:05") == QuietHours(start="22:00", end="07:05")
