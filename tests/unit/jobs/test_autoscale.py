"""How many children: quickly more, slowly fewer, and no wave is followed."""

from __future__ import annotations

from scanjobs.jobs.autoscale import GROW_SECONDS, LEAVE_SECONDS, QUIET_SECONDS, Autoscale


def test_a_backlog_that_is_gone_within_a_moment_changes_nothing():
    scale = Autoscale(3, 10, 0.0)
    scale.decide(0.0, backlog=5, busy=3)
    scale.decide(GROW_SECONDS / 2, backlog=0, busy=3)
    scale.decide(GROW_SECONDS, backlog=5, busy=3)

    assert scale.decide(1.4 * GROW_SECONDS, backlog=5, busy=3) == 3


def test_a_backlog_that_stays_doubles_the_children_up_to_the_most():
    scale = Autoscale(3, 10, 0.0)

    assert [scale.decide(n * GROW_SECONDS, backlog=50, busy=3) for n in range(4)] == [3, 6, 10, 10]


def test_no_more_children_are_started_than_jobs_wait():
    scale = Autoscale(3, 10, 0.0)
    scale.decide(0.0, backlog=1, busy=3)

    assert scale.decide(GROW_SECONDS, backlog=1, busy=3) == 4


def test_children_leave_one_by_one_after_a_quiet_while():
    scale = Autoscale(1, 4, 0.0)
    scale.size = 4
    scale.decide(0.0, backlog=0, busy=4)

    assert scale.decide(QUIET_SECONDS - 0.1, backlog=0, busy=0) == 4
    assert scale.decide(QUIET_SECONDS, backlog=0, busy=0) == 3
    assert scale.decide(QUIET_SECONDS + LEAVE_SECONDS / 2, backlog=0, busy=0) == 3
    later = [scale.decide(QUIET_SECONDS + n * LEAVE_SECONDS, backlog=0, busy=0) for n in (1, 2, 3, 4)]
    assert later == [2, 1, 1, 1]


def test_one_busy_moment_keeps_them():
    scale = Autoscale(1, 4, 0.0)
    scale.size = 4
    scale.decide(QUIET_SECONDS - 1, backlog=0, busy=4)

    assert scale.decide(QUIET_SECONDS + 1, backlog=0, busy=0) == 4


def test_children_that_are_needed_stay():
    scale = Autoscale(1, 4, 0.0)
    scale.size = 4

    sizes = [scale.decide(seconds, backlog=0, busy=2) for seconds in range(60)]

    assert sizes[-1] == 2


def test_it_looks_again_when_the_moment_is_over():
    scale = Autoscale(1, 4, 0.0)
    assert scale.patience(0.0) is None

    scale.decide(0.0, backlog=1, busy=1)

    assert scale.patience(0.0) == GROW_SECONDS
