"""Durations and moments as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer

from scanjobs.commands.moments import parse_duration, parse_moment


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("45s", timedelta(seconds=45)),
        ("10m", timedelta(minutes=10)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("1.5 d", timedelta(hours=36)),
        ("1w", timedelta(days=7)),
    ],
)
def test_durations(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "10 parsecs", "1h30"])
def test_no_durations(text):
    with pytest.raises(typer.BadParameter, match="no duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36526d", "9999999999999d", "9" * 400 + "w"])
def test_what_no_calendar_can_hold_is_too_long(text):
    with pytest.raises(typer.BadParameter, match="36525d is the longest"):
        parse_duration(text)


def test_moments_know_their_zone():
    assert parse_moment("2026-12-01T08:00+02:00") == datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    assert parse_moment("2026-12-01T08:00Z") == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_a_time_of_day_is_the_next_one():
    noon = datetime(2026, 12, 1, 12, 0).astimezone()

    assert parse_moment("13:30", noon) == noon.replace(hour=13, minute=30)
    assert parse_moment("08:00", noon) == noon.replace(hour=8) + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01", "9999-12-31T23:00-12:00"])
def test_no_moments(text):
    with pytest.raises(typer.BadParameter, match="no moment"):
        parse_moment(text)
