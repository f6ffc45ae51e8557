"""The children of one worker: as many as it should have, each replaced when it dies or has done enough."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from scanjobs.jobs.children.contract import Child, Kind
from scanjobs.jobs.values import Claim, Completion

MOST_AHEAD = 32
WORK_AHEAD_SECONDS = 0.02
"""A child is given as many jobs as it will probably do in this time, at most 32 and at least one."""
LONG_SECONDS = 0.1
PIPE_CHARACTERS = 16_000
"""What may wait in a pipe; it holds more than 100 KB, and a character takes four bytes at most."""


class Pool:
    """Starts, deals and buries."""

    def __init__(self, kind: Kind, size: int, most_jobs: int | None) -> None:
        self.kind = kind
        self._size = size
        self._most_jobs = most_jobs
        self.close_inherited: Callable[[], None] = lambda: None
        self.children: list[Child] = []
        self.waiting: list[Claim] = []
        """Claimed, and not yet given to a child."""
        self._usual_seconds = WORK_AHEAD_SECONDS

    def fill(self) -> None:
        """Start children until there are enough that may take jobs.

        Those that may not, and are still at work, are as many again at most: a child that cannot be ended
        might never leave.
        """
        fresh = sum(not self._is_spent(child) for child in self.children)
        for _ in range(min(self._size - fresh, 2 * self._size - len(self.children))):
            self.children.append(self.kind.start(self._close_inherited))

    def resize(self, size: int) -> None:
        """Have so many children from now on: more are started; fewer by those that are idle, and no other."""
        self._size = size
        idle = [child for child in self.children if not child.claims and not self._is_spent(child)]
        surplus = sum(not self._is_spent(child) for child in self.children) - size
        for child in sorted(idle, key=lambda one: -one.taken)[: max(0, surplus)]:  # soon spent anyway
            child.ending = "surplus"
            child.dismiss()
        self.fill()

    @property
    def busy(self) -> int:
        """How many children are at work."""
        return sum(bool(child.claims) for child in self.children)

    def free(self) -> int:
        """How many more jobs to claim: one for every idle child, and some ahead while jobs are short.

        Jobs that take their time are not claimed ahead: another worker may be free for them.
        """
        if self._depth() > 1:
            return 2 * self._depth() * self._size - sum(1 for _ in self.claims())
        return max(0, self._idle() - len(self.waiting))

    def worth_keeping(self) -> int:
        """How much of what was claimed ahead to keep: all of it, unless it waits behind long jobs here."""
        if self._depth() > 1 and not any(self.working_since(child) > LONG_SECONDS for child in self.children):
            return len(self.waiting)
        return self._idle()

    def held(self) -> Mapping[str, int]:
        """How many jobs of each queue are held."""
        return Counter(claim.queue for claim in self.claims())

    def claims(self) -> Iterator[Claim]:
        """Every job that is held, given to a child or not."""
        yield from self.waiting
        for child in self.children:
            yield from child.claims

    def deal(self) -> list[Claim]:
        """Give what waits to the children with the least to do; answers what was given."""
        given: list[Claim] = []
        depth = self._depth()
        for child in sorted(self.children, key=lambda one: len(one.claims)):
            room = 0 if self._is_spent(child) else depth - len(child.claims)
            if child.claims:
                room = min(room, self._fitting(child))
            if room > 0 and self.waiting:
                hand, self.waiting = self.waiting[:room], self.waiting[room:]
                child.give(hand)
                given += hand
        return given

    def note(self, done: Sequence[Completion]) -> None:
        """Learn how long jobs take."""
        for completion in done:
            if completion.started_at is not None and completion.ended_at is not None:
                took = max(0.0, completion.ended_at - completion.started_at)
                # A longer one is believed at once, shorter ones after a few.
                weight = 0.5 if took > self._usual_seconds else 0.1
                self._usual_seconds += weight * (took - self._usual_seconds)

    def retire(self) -> None:
        """Let children that have done enough leave, once somebody fresh is there."""
        self.fill()
        for child in self.children:
            if self._is_spent(child) and not child.claims and child.ending is None:
                child.ending = "recycled"
                child.dismiss()

    def remove(self, child: Child) -> int | None:
        """Bury a dead child; what it had not begun waits again."""
        exit_code = child.bury()
        self.children.remove(child)
        return exit_code

    def working_since(self, child: Child) -> float:
        """For how many seconds it has worked on its first job."""
        return time.monotonic() - child.since if child.claims else 0.0

    def _idle(self) -> int:
        return sum(not child.claims and not self._is_spent(child) for child in self.children)

    def _close_inherited(self) -> None:
        self.close_inherited()
        for sibling in self.children:
            sibling.close()

    def _fitting(self, child: Child) -> int:
        """How many of those that wait fit into the pipe of a child that is busy, and so does not read.

        Writing into a full pipe would stop the supervisor, and with it limits, leases and cancellation.
        """
        used, fitting = sum(len(claim.payload) for claim in child.claims), 0
        for claim in self.waiting:
            used += len(claim.payload)
            if used > PIPE_CHARACTERS:
                break
            fitting += 1
        return fitting

    def _depth(self) -> int:
        return max(1, min(MOST_AHEAD, int(WORK_AHEAD_SECONDS / max(self._usual_seconds, 1e-6))))

    def _is_spent(self, child: Child) -> bool:
        return child.ending is not None or (self._most_jobs is not None and child.taken >= self._most_jobs)
