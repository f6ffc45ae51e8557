"""Dealing jobs: short ones ahead, but never more than a pipe holds."""

from __future__ import annotations

from collections import deque

from scanjobs.domain.jobs import JobState
from scanjobs.jobs.pool import Pool
from scanjobs.jobs.values import Claim, Completion


class FakeChild:
    """Takes what it is given."""

    def __init__(self) -> None:
        self.claims: deque[Claim] = deque()
        self.taken = 0
        self.ending = None
        self.since = 0.0

    def give(self, claims):
        self.claims.extend(claims)


def claims(number, characters):
    return [Claim(seq, str(seq), "t", "t", "default", "x" * characters, 1, None) for seq in range(number)]


def pool_with_a_child():
    pool = Pool(None, 1, None)
    pool.children.append(FakeChild())
    done = [
        Completion(claim=claim, state=JobState.SUCCEEDED, started_at=1.0, ended_at=1.0001)
        for claim in claims(200, 1)
    ]
    pool.note(done)
    return pool, pool.children[0]


def test_short_jobs_are_dealt_ahead():
    pool, child = pool_with_a_child()
    pool.waiting = claims(20, 100)

    assert len(pool.deal()) == 20
    assert len(child.claims) == 20


def test_a_busy_child_is_given_no_more_than_its_pipe_holds():
    pool, child = pool_with_a_child()
    pool.waiting = claims(1, 50_000)
    pool.deal()
    pool.waiting = claims(10, 50_000)

    assert pool.deal() == []
    assert len(pool.waiting) == 10

    child.claims.clear()

    assert len(pool.deal()) > 0, "an idle child reads whatever it gets"
