"""A year of schedules in a few seconds, on a clock that is stepped, by schedulers that come and go."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from crondst import CronDst

from scanjobs.db import session
from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import CatchUp, Declaration, Overlap
from scanjobs.jobs import beat, schedule
from scanjobs.jobs.rows import select
from scanjobs.jobs.ticker import Ticker
from scanjobs.jobs.values import Completion
from tests.factories import NOON

END = NOON + timedelta(days=366)
GRACE_SECONDS = 60


def by_cron(expression: str, zone: str) -> list[float]:
    """Every slot of the year, as an independent cron has it."""
    slots = CronDst(expression).iter(NOON.astimezone(ZoneInfo(zone)))
    return [slot.timestamp() for slot in takewhile(lambda slot: slot <= END, slots)]


def by_hand(hours: float = 0, months: int = 0) -> list[float]:
    """Every slot of a rhythm in UTC; the start is the second of a month."""
    if months:
        at = [(NOON.month - 1 + number) for number in range(months, 13, months)]
        slots = [NOON.replace(year=NOON.year + one // 12, month=one % 12 + 1) for one in at]
    else:
        slots = [NOON + timedelta(hours=hours * number) for number in range(1, int(366 * 24 / hours) + 1)]
    return [slot.timestamp() for slot in slots if slot <= END]


@dataclass
class Expected:
    """What should become of an entry, told in the simplest words there are."""

    slots: list[float]
    catch_up: CatchUp
    overlap: Overlap
    made: list[float] = field(default_factory=list)
    seen: float = NOON.timestamp()
    runs: bool = False

    def at(self, now: float) -> None:
        """A scheduler runs now."""
        due = self.slots[bisect_right(self.slots, self.seen) : bisect_right(self.slots, now)]
        self.seen = max(self.seen, now)
        if self.catch_up is not CatchUp.ALL:
            due = due[-1:]
        if self.catch_up is CatchUp.SKIP:
            due = [slot for slot in due if now - slot <= GRACE_SECONDS]
        if due and not (self.overlap is Overlap.SKIP and self.runs):
            self.made += due
            self.runs = True


CRONS = [
    ("15 * * * *", "Africa/Casablanca", CatchUp.ALL, Overlap.ALLOW),
    ("0 */3 * * *", "Australia/Lord_Howe", CatchUp.ALL, Overlap.ALLOW),
    ("*/20 1-3 * * *", "Europe/Berlin", CatchUp.ALL, Overlap.ALLOW),
    ("30 2 * * *", "Europe/Berlin", CatchUp.ALL, Overlap.ALLOW),
    ("45 1 * * *", "Australia/Lord_Howe", CatchUp.ALL, Overlap.ALLOW),
    ("0 9 * * 1-5", "America/New_York", CatchUp.ONCE, Overlap.ALLOW),
    ("30 * * * *", "Europe/Berlin", CatchUp.ONCE, Overlap.SKIP),
    ("*/5 2,3 * * *", "Europe/Berlin", CatchUp.SKIP, Overlap.ALLOW),
    ("0 0 1 * *", "America/Sao_Paulo", CatchUp.ONCE, Overlap.SKIP),
]


@pytest.mark.timeout(300)
def test_a_year_of_schedules(settings, queue, clock, leases):
    """Each slot once, compared with an independent cron."""
    chance = random.Random(2026)
    expected: dict[str, Expected] = {}

    def add(when: str, zone: str, slots: list[float], catch_up: CatchUp, overlap: Overlap) -> None:
        name = f"entry{len(expected)}"
        asked = Declaration(
            name=name,
            task=queue.work.full_name,
            when=when,
            zone=zone,
            kwargs={},
            catch_up=catch_up,
            overlap=overlap,
        )
        schedule.add(settings, asked, clock=clock)
        expected[name] = Expected(slots, catch_up, overlap)

    for when, zone, catch_up, overlap in CRONS:
        add(when, zone, by_cron(when, zone), catch_up, overlap)
    add("every 150m", "UTC", by_hand(hours=2.5), CatchUp.ALL, Overlap.ALLOW)
    add("every 1d", "UTC", by_hand(hours=24), CatchUp.ONCE, Overlap.SKIP)
    add("every 1mo", "UTC", by_hand(months=1), CatchUp.ALL, Overlap.ALLOW)

    schedulers = [Ticker(queue, settings, clock) for _ in range(3)]
    worker = leases("worker-a", "default")
    while clock.seconds < END.timestamp():
        step = chance.random()
        if step < 0.02:  # the clock is put back, or a host had another time
            clock.forward(-chance.uniform(1, 40 * 3600))
        elif step < 0.04:  # nobody was there
            clock.forward(chance.uniform(3600, 6 * 86_400))
        else:
            clock.forward(chance.choice([1, 600, 3600, chance.uniform(0, 86_400), 43_200]))
        clock.seconds = min(clock.seconds, END.timestamp())
        if chance.random() < 0.1:
            session.dispose()
            schedulers[chance.randrange(3)] = Ticker(queue, settings, clock)
        chance.shuffle(schedulers)
        for scheduler in schedulers[: chance.randint(1, 3)]:
            scheduler._look_at = float("-inf")  # it sleeps a second of real time otherwise
            beat.run_once(scheduler)
        for entry in expected.values():
            entry.at(clock.seconds)
        if chance.random() < 0.7:
            claims, _ = worker.turn([], free=10_000)
            worker.turn([Completion(claim=one, state=JobState.SUCCEEDED) for one in claims], free=0)
            for entry in expected.values():
                entry.runs = False

    made = defaultdict(list)
    for name, slot in select(
        settings,
        "SELECT name, slot FROM jobs JOIN schedules ON schedules.id = schedule_id ORDER BY jobs.seq",
    ):
        made[name].append(slot)
    for name, entry in expected.items():
        assert made[name] == entry.made, f"{name}: {schedule.entry(settings, name).when}"
        assert all(before < after for before, after in pairwise(made[name]))
    assert made["entry0"] == expected["entry0"].slots
    assert sum(map(len, made.values())) > 15_000
    moved = {
        datetime.fromtimestamp(slot, UTC).astimezone(ZoneInfo("Europe/Berlin")).date()
        for slot in made["entry3"]
    }
    assert len(moved) == len(made["entry3"]) == 366
