"""When a worker says that it lives, on a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from scanjobs.jobs import heartbeat
from scanjobs.jobs.heartbeat import Heartbeat


class Time:
    """Seconds that have passed, and a wall clock that somebody may set."""

    def __init__(self):
        self.passed = 0.0
        self.was_set_by = 0.0

    def monotonic(self):
        return self.passed

    def timestamp(self):
        return self.passed + self.was_set_by

    def now(self):
        return datetime.fromtimestamp(self.timestamp(), UTC)


class Leases:
    """Remembers when they were extended."""

    def __init__(self, time):
        self._time = time
        self.extended_at = [0.0]

    def extend(self, succeeded, failed):
        self.extended_at.append(self._time.passed)


@pytest.fixture
def time(monkeypatch):
    time = Time()
    monkeypatch.setattr(heartbeat, "time", time)
    return time


def beating(time, lease_seconds):
    leases = Leases(time)
    return Heartbeat(leases=leases, clock=time, lease_seconds=lease_seconds), leases


@pytest.mark.parametrize("lease_seconds", [1.0, 2.0, 3.0, 30.0, 600.0])
def test_a_lease_is_extended_when_at_most_half_of_it_has_passed(time, lease_seconds):
    """The shortest one that can be set, too, though a worker looks around once a second."""
    beats, leases = beating(time, lease_seconds)

    while time.passed < 5 * lease_seconds:
        time.passed += beats.pause + 0.01
        beats.step(0, 0)

    times = leases.extended_at
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) <= 0.55 * lease_seconds
    assert min(gaps) >= lease_seconds / 3, "and not more often than is needed"
    assert beats.trusts_leases


def test_a_worker_that_was_held_up_does_not_believe_leases_for_a_while(time):
    """Whatever held it up, a locked database for instance, may have held up their owners too."""
    beats, leases = beating(time, 30.0)

    time.passed += 25
    beats.step(0, 0)

    assert leases.extended_at == [0.0, 25.0]
    assert not beats.trusts_leases
    time.passed += 11
    assert beats.trusts_leases


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_was_set_extends_leases_at_once(time, seconds):
    beats, leases = beating(time, 30.0)
    time.passed, time.was_set_by = 1.0, seconds

    beats.step(0, 0)

    assert leases.extended_at == [0.0, 1.0]
    assert not beats.trusts_leases
