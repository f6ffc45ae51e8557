"""Durations by class: what is read from them is near the truth, and hours can be added up."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.statistics import RELATIVE_ERROR, JobCounts, durations_of, summed, together

SECONDS = st.lists(st.floats(0.001, 1e7), min_size=1, max_size=200)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99, 1.0])
@given(every=SECONDS)
def test_a_quantile_is_within_the_stated_error(every: list[float], share: float):
    exact = sorted(every)[max(1, -int(-share * len(every) // 1)) - 1]

    told = durations_of(every).quantile(share)

    assert told == pytest.approx(exact, rel=RELATIVE_ERROR * 1.000001)


@given(first=SECONDS, second=SECONDS)
def test_those_of_two_hours_together_are_those_of_both(first: list[float], second: list[float]):
    apart = together([durations_of(first), durations_of(second)])
    whole = durations_of(first + second)

    assert apart.classes == whole.classes
    assert apart.seconds == pytest.approx(whole.seconds)


def test_many_durations_are_few_classes():
    """A year of any queue stays small: a millisecond to a day are 183 classes at most."""
    rng = random.Random(7)

    durations = durations_of(10 ** rng.uniform(-3, 4.93) for _ in range(20_000))

    assert durations.count == 20_000
    assert len(durations.classes) <= 184


def test_how_many_took_no_longer():
    durations = durations_of([0.0, 0.5, 2.0, 300.0])

    assert [durations.up_to(limit) for limit in (0.001, 1, 10, 1000)] == [1, 2, 3, 4]


def test_nothing_has_neither_quantile_nor_rate():
    nothing = summed([])

    assert nothing.running.quantile(0.5) is None
    assert nothing.failure_rate is None


def test_cancelled_jobs_are_no_failures():
    assert JobCounts(succeeded=3, failed=1, cancelled=4).failure_rate == 0.25
