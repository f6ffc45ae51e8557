"""Keeps the leases of a worker: says in time that it lives, and notices when it could not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from scanjobs.domain.clock import Clock
from scanjobs.jobs.leases import Leases

LOOK_SECONDS = 1.0
"""How often a worker looks around; more often where leases are so short that this would be too late."""


@dataclass(kw_only=True)
class Heartbeat:
    """When the leases of one worker are to be extended, and whether those of others can be believed."""

    leases: Leases
    clock: Clock
    lease_seconds: float
    _extended_at: float = field(init=False)
    _extended_moment: float = field(init=False)
    _trusts_leases_at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._note_extended()

    @property
    def trusts_leases(self) -> bool:
        """Whether a lease that ran out says that its worker is dead.

        It does not where this worker was held up, by a lock or by being stopped: so may others have been.
        """
        return time.monotonic() >= self._trusts_leases_at

    @property
    def pause(self) -> float:
        """Seconds between two steps: two in each third, so that two thirds are left for a busy machine."""
        return min(LOOK_SECONDS, self.lease_seconds / 6)

    def step(self, succeeded: int, failed: int) -> None:
        """Extend the leases where a third of them has passed, or where the clock was set.

        Args:
            succeeded: How many jobs of the worker have, for those who look at it.
            failed: How many have not.
        """
        third = self.lease_seconds / 3
        since = time.monotonic() - self._extended_at
        # A clock that was set, or a host that slept, moves every lease at once.
        stepped = abs(self.clock.timestamp() - self._extended_moment - since) > max(third / 2, self.pause)
        if since < third and not stepped:
            return
        self.extend(succeeded, failed)
        if since >= 2 * third or stepped:
            self._trusts_leases_at = time.monotonic() + max(third, 2 * LOOK_SECONDS)

    def extend(self, succeeded: int, failed: int) -> None:
        """Extend them now."""
        self.leases.extend(succeeded, failed)
        self._note_extended()

    def _note_extended(self) -> None:
        self._extended_at, self._extended_moment = time.monotonic(), self.clock.timestamp()
