"""When entries are due: on the days on which clocks are moved, at the ends of months, for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from crondst import CronDst, CronDstError
from hypothesis import example, given, reject
from hypothesis import strategies as st

from scanjobs.errors import UsageError
from scanjobs.jobs.timing import last_until, slots_after, timing_of

START = datetime(2026, 1, 31, 8, tzinfo=ZoneInfo("Europe/Berlin"))
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)


def due(when: str, zone: str, since: str, number: int) -> list[str]:
    """The next slots, as the clocks of the zone show them."""
    begin = datetime.fromisoformat(since).replace(tzinfo=ZoneInfo(zone))
    slots = slots_after(timing_of(when, zone, START), begin, number)
    return [f"{slot.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}" for slot in slots]


@pytest.mark.parametrize(
    ("when", "zone", "since", "slots"),
    [
        # The hour from two to three is skipped: what is due in it runs when it would have begun.
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-27T12:00",
            ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"],
        ),
        ("0 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:30 +0200"]),
        ("0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
        # It comes twice: what is due in it runs the first time.
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00",
            ["10-25 02:30 +0200", "10-26 02:30 +0100"],
        ),
        ("0 30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["10-25 02:30 +0200", "10-26 02:30 +0100"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T02:30", ["10-26 02:30 +0100"]),
        # What is due every hour follows real time.
        (
            "30 * * * *",
            "Europe/Berlin",
            "2026-10-25T01:00",
            ["10-25 01:30 +0200", "10-25 02:30 +0200", "10-25 02:30 +0100", "10-25 03:30 +0100"],
        ),
        (
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-03-29T01:20",
            ["03-29 01:30 +0100", "03-29 03:00 +0200", "03-29 03:30 +0200"],
        ),
        # Clocks that are moved by half an hour.
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00",
            ["10-04 02:30 +1100", "10-05 02:15 +1100"],
        ),
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T12:00",
            ["04-05 01:45 +1100", "04-06 01:45 +1030"],
        ),
        (
            "0 */3 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T23:00",
            ["04-05 00:00 +1100", "04-05 03:00 +1030", "04-05 06:00 +1030"],
        ),
        # Clocks that were moved at midnight.
        (
            "15 0 * * *",
            "America/Sao_Paulo",
            "2018-11-03T12:00",
            ["11-04 01:00 -0200", "11-05 00:15 -0200"],
        ),
        # Clocks that are moved for the month of Ramadan, backward first.
        ("30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00", ["02-15 02:30 +0100", "02-16 02:30 +0000"]),
        ("30 2 * * *", "Africa/Casablanca", "2026-03-21T12:00", ["03-22 03:00 +0100", "03-23 02:30 +0100"]),
        # Days and months are the calendar's.
        (
            "every 1mo",
            "Europe/Berlin",
            "2026-02-01T00:00",
            ["02-28 08:00 +0100", "03-31 08:00 +0200", "04-30 08:00 +0200", "05-31 08:00 +0200"],
        ),
        ("every 1y", "Europe/Berlin", "2026-02-01T00:00", ["01-31 08:00 +0100", "01-31 08:00 +0100"]),
        ("every 1d", "Europe/Berlin", "2026-03-28T07:00", ["03-28 08:00 +0100", "03-29 08:00 +0200"]),
        ("every 2w", "Europe/Berlin", "2026-02-01T00:00", ["02-14 08:00 +0100", "02-28 08:00 +0100"]),
        # Hours are real time.
        ("every 12h", "Europe/Berlin", "2026-03-28T20:00", ["03-29 09:00 +0200", "03-29 21:00 +0200"]),
        ("every 1h30m", "UTC", "2026-01-31T06:00", ["01-31 07:00 +0000", "01-31 08:30 +0000"]),
        ("@daily", "UTC", "2026-12-31T06:00", ["01-01 00:00 +0000"]),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", ["02-29 00:00 +0000"]),
        ("0 9 L * *", "UTC", "2026-02-01T00:00", ["02-28 09:00 +0000", "03-31 09:00 +0000"]),
    ],
)
def test_slots(when, zone, since, slots):
    assert due(when, zone, since, len(slots)) == slots


def field(first: int, last: int) -> st.SearchStrategy[str]:
    """One field of a cron expression: a star, steps, a range, or a list."""
    numbers = st.integers(first, last)
    return st.one_of(
        st.just("*"),
        st.integers(2, (last - first) // 2).map("*/{}".format),
        st.tuples(numbers, numbers).filter(lambda ends: ends[0] < ends[1]).map("{0[0]}-{0[1]}".format),
        st.lists(numbers, min_size=1, max_size=3, unique=True).map(
            lambda several: ",".join(map(str, sorted(several)))
        ),
    )


expressions = st.tuples(
    field(0, 59),
    field(0, 23),
    st.one_of(st.just("*"), field(1, 28)),
    st.one_of(st.just("*"), field(1, 12)),
    st.one_of(st.just("*"), field(0, 6)),
).map(" ".join)
moments = st.integers(0, 20 * 365 * 86_400).map(
    lambda seconds: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(expressions, st.sampled_from(ZONES), moments)
@example("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example("*/20 1-2 * * *", "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 45, tzinfo=UTC))
def test_the_slots_are_those_of_an_independent_cron(expression, zone, moment):
    try:
        independent = CronDst(expression).iter(moment.astimezone(ZoneInfo(zone)))
    except CronDstError:  # it takes a month of thirty days for one that never comes
        reject()

    slots = slots_after(timing_of(expression, zone, START), moment, 20)

    assert slots == [next(independent).astimezone(UTC) for _ in slots]


whens = st.one_of(
    expressions,
    st.tuples(st.integers(1, 400), st.sampled_from(["s", "m", "h", "d", "w", "mo", "y"]))
    .filter(lambda every: every[0] <= 30 or every[1] in "smh")
    .map("every {0[0]}{0[1]}".format),
)


@given(whens, st.sampled_from(ZONES), moments)
def test_slots_rise_and_none_lies_between(when, zone, moment):
    """Asked at any moment between two slots, the next one is the second."""
    timing = timing_of(when, zone, START)
    for slot, following in zip(slots := slots_after(timing, moment, 4), slots[1:], strict=False):
        assert moment < slot < following
        assert timing.next_after(slot + (following - slot) / 2) == following
        assert timing.next_after(following - timedelta(microseconds=1)) == following


@given(whens, st.sampled_from(ZONES), moments, st.integers(0, 12))
def test_the_last_slot_is_found_however_long_ago_the_first_was(when, zone, moment, number):
    timing = timing_of(when, zone, START)
    slots = slots_after(timing, moment, number + 2)
    if len(slots) < number + 2:
        return

    assert last_until(timing, slots[0], slots[number]) == slots[number]
    assert last_until(timing, slots[0], slots[number + 1] - timedelta(seconds=1)) == slots[number]


def test_a_year_of_seconds_is_not_walked_through():
    timing = timing_of("* * * * * *", "Europe/Berlin", START)
    late = START + timedelta(days=365, milliseconds=500)

    assert last_until(timing, START.astimezone(UTC), late) == START + timedelta(days=365)


@pytest.mark.parametrize(
    "when",
    [
        "",
        "soon",
        "30 2 * *",
        "60 2 * * *",
        "30 2 * * * * *",
        "0 0 30 2 *",
        "*/0 * * * *",
        "every ",
        "every 0s",
        "every -5m",
        "every 5",
        "every 1.5h",
        "every 1d12h",
        "every 1mo2w",
        "every 101y",
        "@reboot",
    ],
)
def test_what_has_no_meaning_is_refused_with_a_way_out(when):
    with pytest.raises(UsageError) as refused:
        timing_of(when, "UTC", START)

    assert refused.value.hint


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_zone_that_is_not_there_is_refused(zone):
    with pytest.raises(UsageError, match="no time zone"):
        timing_of("30 2 * * *", zone, START)
