"""Holds back jobs whose key is at its limit, and lets them go when it is not.

It happens where jobs are claimed, in the same transaction, so a limit holds across all workers of a database.
How many of a key run is counted from the rows of running jobs: what a dead worker held is free when its jobs
are rescued, and there is no counter to go wrong. A job that is held back stands aside, out of the index that
claims are made from, so nothing waits behind it. Which one of a key goes next is decided by priority and age.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from scanjobs.db.connection import Connection
from scanjobs.domain.jobs import QUEUES, WITH_OTHERS
from scanjobs.jobs import limit_statements, story

MOST_HELD = 200
"""How many jobs one transaction holds back at most, so that it stays short."""


class Gate:
    """What one transaction of a worker decides about keys."""

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection = connection
        self._now = now
        self._keys: set[str] = set()
        """Those of which a job begins or is held back."""
        self.has_more_to_hold = False
        """Whether the transaction is to be followed by another, since it has held back enough."""

    def admit(self, look_ahead: str, values: Mapping[str, Any], room: int, lease_token: str) -> list[int]:
        """Hold back what may not begin; answers which jobs are to be claimed, by their seq.

        Args:
            look_ahead: The statement that reads the jobs a claim would take, in their order.
            values: What it is about.
            room: How many could be claimed.
            lease_token: By which they will be held.
        """
        taken: Counter[str] = Counter()
        full: set[str] = set()
        going: list[int] = []
        held = 0
        while len(going) < room:
            rows = self._connection.execute(
                look_ahead, {**values, "limit": room - len(going), "offset": len(going)}
            ).fetchall()
            if not rows:
                break
            if held >= MOST_HELD:
                self.has_more_to_hold = True
                break
            for seq, job_id, key, at_once, rate, rate_seconds in rows:
                if key is None:
                    going.append(seq)
                    continue
                if key not in self._keys:
                    # On a server others may be about to let jobs of this key begin.
                    self._connection.execute(limit_statements.LOCK_KEY, {"key": key})
                self._keys.add(key)
                if key in full or not self._has_place(key, at_once, rate, taken[key]):
                    full.add(key)
                    self._hold(seq, key)
                    held += 1
                    break  # the ones after it move up
                taken[key] += 1
                going.append(seq)
                if rate is not None:
                    self._connection.execute(
                        limit_statements.INSERT_KEY_START,
                        (key, job_id, lease_token, self._now + rate_seconds),
                    )
        return going

    def settle(self, keys: Collection[str] = ()) -> bool:
        """Let go what may begin now of these keys, and of those it has met; answers whether there was any.

        It belongs behind whatever ends a job, or begins one: whoever begins brings the next.
        """
        let_go = [self._let_go(key, queue) for key in self._keys.union(keys) for queue in QUEUES]
        return any(let_go)

    def _has_place(self, key: str, at_once: int | None, rate: int | None, taken: int) -> bool:
        if (
            at_once is not None
            and self._number(limit_statements.COUNT_RUNNING_OF_KEY, key) + taken >= at_once
        ):
            return False
        return rate is None or len(self._starts(key)) < rate

    def _hold(self, seq: int, key: str) -> None:
        self._connection.execute(
            limit_statements.SET_ASIDE,
            {
                "seq": seq,
                "now": self._now,
                "with_others": WITH_OTHERS.timestamp(),
                "line": story.line(self._now, "held", key=key),
            },
        )

    def _let_go(self, key: str, queue: str) -> bool:
        """Let the first of a key go where there is a place; where only time is missing, say when."""
        values = {"key": key, "queue": queue}
        first = self._connection.execute(limit_statements.SELECT_FIRST_HELD, values).fetchone()
        if first is None:
            return False
        seq, priority, run_at, at_once, rate = first
        places = MOST_HELD
        if at_once is not None:
            places = at_once - self._number(limit_statements.COUNT_RUNNING_OF_KEY, key)
        if rate is not None:
            starts = self._starts(key)
            if len(starts) >= rate and places > 0 and run_at > (due_at := starts[len(starts) - rate]):
                self._connection.execute(limit_statements.SET_DUE, {"seq": seq, "due_at": due_at})
            places = min(places, rate - len(starts))
        if places <= 0:
            return False
        # Some that wait for a worker already may come first. Those of another queue do not count: whether a
        # worker comes for them, nobody knows, and a claim will hold back who is too many.
        before = {**values, "priority": priority, "seq": seq, "limit": places}
        places -= self._connection.execute(limit_statements.COUNT_READY_OF_KEY, before).fetchone()[0]
        if places <= 0:
            return False
        self._connection.execute(limit_statements.LET_GO, {**values, "limit": places})
        return True

    def _starts(self, key: str) -> list[float]:
        """Until when each begin of this key counts that still does, the soonest first."""
        rows = self._connection.execute(limit_statements.SELECT_KEY_STARTS, {"key": key, "now": self._now})
        return [until for (until,) in rows.fetchall()]

    def _number(self, statement: str, key: str) -> int:
        return int(self._connection.execute(statement, {"key": key}).fetchone()[0])
