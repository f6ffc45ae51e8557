"""Takes jobs for a worker: from its queues by turns, by priority and age, as far as shares and keys allow."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.db.dialect import BEGIN_LOSABLE
from scanjobs.domain.clock import Clock
from scanjobs.domain.ids import short
from scanjobs.jobs import chords, limit_statements, statements, statements_postgres, story, wakeup
from scanjobs.jobs.holding import Gate
from scanjobs.jobs.values import Claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Which jobs a worker serves."""

    queues: tuple[str, ...]
    most: Mapping[str, int] = field(default_factory=dict)
    """How many jobs of a queue at once, where that is less than the worker's whole concurrency."""
    only: tuple[str, ...] = ()
    """Ids: if there are any, these jobs and no other."""


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """What one worker may claim, and how it does."""

    settings: Settings
    worker_id: str
    share: Share
    clock: Clock
    _turns: Iterator[int] = field(default_factory=count)

    def has_work(self) -> bool:
        """Whether a claim would find something; takes no lock."""
        with driver.read(self.settings) as connection:
            values = {"now": self.clock.timestamp(), "queues": json.dumps(self.share.queues), **self._only()}
            statement = statements.HAS_WORK_AMONG if self.share.only else statements.HAS_WORK
            return bool(connection.execute(statement, values).fetchone()[0])

    def backlog(self, most: int, held: Mapping[str, int]) -> int:
        """How many more jobs could be claimed now, counted up to about `most`; takes no lock."""
        if self.share.only:
            return int(self.has_work())
        with driver.read(self.settings) as connection:
            return sum(
                connection.execute(statements.COUNT_BACKLOG, {"queue": queue, "limit": room}).fetchone()[0]
                for queue, room in self._rooms(self.share.queues, most, held)
            )

    def claim(self, free: int, held: Mapping[str, int]) -> list[Claim]:
        """Claim up to `free` jobs, in a transaction of their own or in the one around it, behind its changes.

        For their own nobody waits for the disk: a claim that is undone leaves its job in the queue, and its
        outcome takes it along.

        Args:
            free: How many jobs the worker can take.
            held: How many jobs of each queue it holds already.
        """
        if free <= 0:
            return []
        rooms = self._rooms_by_turns(free, held)
        if self._asks_once:
            with driver.alone(self.settings) as connection:
                claims = self._claim_at_once(connection, rooms, free)
            if claims is not None:
                return claims
        elif not self.has_work():
            return []
        with driver.write(self.settings, BEGIN_LOSABLE) as connection:
            return self._claim_by_steps(connection, rooms, free)

    @property
    def _asks_once(self) -> bool:
        """Whether one question to a server usually is the whole claim."""
        return self.settings.database_path is None and not self.share.only

    def _rooms(self, queues: Sequence[str], free: int, held: Mapping[str, int]) -> list[tuple[str, int]]:
        """Those queues that its share allows jobs of, and how many of those that there is room for."""
        most = self.share.most
        rooms = [
            (queue, min(free, most[queue] - held.get(queue, 0)) if queue in most else free)
            for queue in queues
        ]
        return [(queue, room) for queue, room in rooms if room > 0]

    def _rooms_by_turns(self, free: int, held: Mapping[str, int]) -> list[tuple[str, int]]:
        """The same for all its queues, of which none is served first every time."""
        queues = self.share.queues
        first = next(self._turns) % len(queues)
        return self._rooms(queues[first:] + queues[:first], free, held)

    def _claim_at_once(
        self, connection: Connection, rooms: Sequence[tuple[str, int]], free: int
    ) -> list[Claim] | None:
        """Claim by one statement; None where that is not enough, since a job is due or has a key."""
        values = {
            **self._values(self.clock.timestamp()),
            "queues": [queue for queue, _ in rooms],
            "rooms": [room for _, room in rooms],
            "limit": free,
            "is_losable": not connection.in_transaction,
        }
        rows = connection.execute(statements_postgres.CLAIM_AT_ONCE, values).fetchall()
        if rows and rows[0][0] is None:
            return None
        claims = _claims(rows, values["lease_token"])
        places = {queue: place for place, (queue, _) in enumerate(rooms)}
        return sorted(claims, key=lambda claim: places[claim.queue])

    def _claim_by_steps(
        self, connection: Connection, rooms: Sequence[tuple[str, int]], free: int
    ) -> list[Claim]:
        """Let jobs that are due join the queue, then claim, past those that have to wait for their key."""
        now = self.clock.timestamp()
        are_due, are_keyed = connection.execute(limit_statements.ARE_DUE_ARE_KEYED, {"now": now}).fetchone()
        if are_due:
            self._promote(connection, now)
            are_keyed = connection.execute(limit_statements.HAS_KEYED).fetchone()[0]
        gate = Gate(connection, now) if are_keyed else None
        claims = self._take(connection, rooms, free, self._values(now), gate)
        if gate is not None:
            is_open = gate.settle()
            if is_open or gate.has_more_to_hold:
                wakeup.ring_on_commit(self.settings, connection)
        return claims

    def _take(
        self,
        connection: Connection,
        rooms: Sequence[tuple[str, int]],
        free: int,
        values: Mapping[str, Any],
        gate: Gate | None,
    ) -> list[Claim]:
        """Claim jobs, as far as the gate lets them through where there is one."""
        token = values["lease_token"]

        def claim(statement: str, look_ahead: str, which: Mapping[str, str], room: int) -> list[Claim]:
            asked = {**values, **which, "limit": room}
            if gate is not None:
                seqs = gate.admit(look_ahead, which, room, token)
                statement, asked = statements.CLAIM_THESE, {**values, "seqs": json.dumps(seqs)}
            return _claims(connection.execute(statement, asked).fetchall(), token)

        if self.share.only:
            return claim(statements.CLAIM_AMONG, limit_statements.LOOK_AHEAD_AMONG, self._only(), free)
        claims: list[Claim] = []
        for queue, room in rooms:
            left = min(room, free - len(claims))
            if left > 0:
                claims += claim(statements.CLAIM_JOBS, limit_statements.LOOK_AHEAD, {"queue": queue}, left)
        return claims

    def _values(self, now: float) -> dict[str, Any]:
        """What is written into the rows of jobs that are claimed."""
        return {
            "worker_id": self.worker_id,
            "lease_token": secrets.token_hex(8),
            "lease_expires_at": now + self.settings.lease_seconds,
            "now": now,
            "line": story.line(now, "claimed", worker=short(self.worker_id)),
        }

    def _only(self) -> dict[str, str]:
        return {"ids": json.dumps(self.share.only)}

    def _promote(self, connection: Connection, now: float) -> None:
        """Let jobs whose time has come join the queue, and end those whose time has passed."""
        connection.execute(statements.QUEUE_DUE_JOBS, {"now": now})
        values = {"now": now, "line": story.line(now, "expired")}
        if connection.execute(statements.EXPIRE_JOBS, values).rowcount:
            chords.settle(connection, now)


def _claims(rows: Sequence[tuple[object, ...]], token: object) -> list[Claim]:
    # RETURNING promises no order.
    ordered = sorted(rows, key=lambda row: (-row[7], row[0]))  # type: ignore[operator]
    return [
        Claim(seq, job_id, str(token), task, queue, payload, attempt, batch_id)  # type: ignore[arg-type]
        for seq, job_id, task, queue, payload, attempt, batch_id, _ in ordered
    ]
