"""When a failed attempt is made again."""

from __future__ import annotations

import random

from scanjobs.errors import NotFoundError, StorageError
from scanjobs.jobs.retries import CAP_SECONDS, backoff_seconds, is_permanent


def test_waits_grow_to_a_cap_and_use_their_whole_range():
    chance = random.Random(1)

    for attempt, ceiling in ((1, 2), (2, 4), (3, 8), (9, CAP_SECONDS), (500, CAP_SECONDS)):
        waits = [backoff_seconds(attempt, chance=chance) for _ in range(500)]
        assert 0 <= min(waits) < ceiling * 0.1
        assert ceiling * 0.9 < max(waits) <= ceiling


def test_what_would_fail_again_is_permanent():
    assert is_permanent(NotFoundError("There is no scan."))
    assert not is_permanent(StorageError("The disk is full."))
    assert not is_permanent(RuntimeError())
