"""How many children a worker should have: more while jobs wait, fewer after a quiet while.

The two have different measures, so that the number does not follow every wave: it grows within moments, since
somebody waits for the jobs, and shrinks within minutes, since an idle child costs a few megabytes and nothing
else.
"""

from __future__ import annotations

GROW_SECONDS = 0.2
"""Jobs that waited so long need more children. Those there are take a job within milliseconds of ending one,
and a fork costs about ten: a burst that they work off meanwhile is not worth it."""
QUIET_SECONDS = 10.0
"""So long there must have been a child to spare before one leaves: bursts come again."""
LEAVE_SECONDS = 1.0
"""Between one that leaves and the next, so that a burst after a pause still meets most of them."""


class Autoscale:
    """Decides from what it is told at every turn of a worker."""

    def __init__(self, least: int, most: int, now: float) -> None:
        """Begin with the least.

        Args:
            least: How many children there always are.
            most: How many there are never more than.
            now: A monotonic time, as in all its questions.
        """
        self.size = least
        self.least, self.most = least, most
        self._waited_since: float | None = None
        self._spare_since = self._left_at = now

    def decide(self, now: float, *, backlog: int, busy: int) -> int:
        """How many children there should be now.

        Args:
            now: The time.
            backlog: How many jobs wait that no child is free for.
            busy: How many children are at work.
        """
        if backlog or busy >= self.size:
            self._spare_since = now
        if not backlog:
            self._waited_since = None
        elif self._waited_since is None:
            self._waited_since = now
        elif now - self._waited_since >= GROW_SECONDS:
            # Twice as many in each moment: ten are there in less than a second, and few for a few jobs.
            self.size = min(self.most, self.size + min(backlog, self.size))
            self._waited_since = now
        if (
            self.size > self.least
            and now - self._spare_since >= QUIET_SECONDS
            and now - self._left_at >= LEAVE_SECONDS
        ):
            self.size -= 1
            self._left_at = now
        return self.size

    def patience(self, now: float) -> float | None:
        """How long until it may decide to grow; None where nothing waits."""
        if self._waited_since is None or self.size >= self.most:
            return None
        return max(0.0, self._waited_since + GROW_SECONDS - now)
