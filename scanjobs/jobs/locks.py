"""Locks that fall with the job that held them, and rate limits that count each call once."""

from __future__ import annotations

import json

from huey.api import RateLimit

from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.jobs import kept_statements
from scanjobs.jobs.values import Claim

_HELD_BY = "held_by"


def held_by(claim: Claim) -> bytes:
    """The value of a lock that a running job takes."""
    return json.dumps({_HELD_BY: [claim.job_id, claim.lease_token]}).encode()


def is_forsaken(connection: Connection, value: bytes) -> bool:
    """Whether this is the lock of an attempt that ended without letting go, by its death for instance.

    A job that succeeded and kept its lock meant to, and so did whoever took one outside a job.
    """
    if not value.startswith(b'{"%s"' % _HELD_BY.encode()):
        return False
    job_id, lease_token = json.loads(value)[_HELD_BY]
    values = {"job_id": job_id, "lease_token": lease_token}
    return not connection.execute(kept_statements.MAY_HOLD_LOCK, values).fetchone()[0]


class ExactRateLimit(RateLimit):  # type: ignore[misc]  # Huey has no types
    """Huey's rate limit, counted in one transaction: else two that begin a window both count as its first."""

    @driver.retried
    def acquire(self) -> None:
        """Count this call.

        Raises:
            RateLimitExceeded: there were enough in this window; this one is not counted.
        """
        with driver.write(self._huey.storage.settings) as connection:
            driver.hold(connection, self._window_key)
            super().acquire()
