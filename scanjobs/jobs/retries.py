"""When a failed attempt is made again."""

from __future__ import annotations

import random

from scanjobs.errors import ScanjobsError

MOST_RETRIES = 3
BASE_SECONDS, CAP_SECONDS = 2.0, 60.0


def is_permanent(error: BaseException) -> bool:
    """Whether another attempt would fail in the same way."""
    return isinstance(error, ScanjobsError) and error.is_permanent


def backoff_seconds(
    attempt: int, base: float = BASE_SECONDS, cap: float = CAP_SECONDS, chance: random.Random | None = None
) -> float:
    """How long to wait after the given attempt (1 for the first): exponential, with full jitter.

    Full jitter spreads retries of many jobs best: "Exponential Backoff And Jitter", AWS Architecture
    Blog, 2015.
    """
    ceiling = min(cap, base * 2.0 ** min(max(attempt, 1) - 1, 1000))
    return (chance or random).uniform(0, ceiling)
