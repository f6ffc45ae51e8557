"""Chords: a callback that begins when every member has ended, whatever ended it.

Members are counted as a set of rows, not by a counter: a member that runs twice after a crash counts once,
and one that is cancelled, purged, expired or lost for good counts too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import chord_statements
from scanjobs.jobs.codec import failed, skipped, to_json


def begin(connection: Connection, callback_id: str, member_ids: Sequence[str], now: float) -> None:
    """Let a callback, whose row is there already, wait for these jobs."""
    rows = [(callback_id, position, job_id) for position, job_id in enumerate(member_ids)]
    connection.executemany(chord_statements.INSERT_CHORD_MEMBER, rows)
    if not rows:
        _call_back(connection, callback_id, now)


def settle(connection: Connection, now: float, ended: Sequence[str] | None = None) -> None:
    """Note which members have ended, and queue the callbacks that waited for them.

    It belongs into every transaction that may end a job.

    Args:
        connection: Of that transaction.
        now: When it happens.
        ended: Ids of the jobs that ended; where nobody knows them, every member is looked at.
    """
    if not connection.execute(chord_statements.HAS_CHORD).fetchone()[0]:  # nearly always
        return
    if ended is None:
        asked, noting, values = chord_statements.AWAITED, chord_statements.NOTE_ENDED_MEMBERS, {}
    else:
        asked, noting = chord_statements.AWAITED_AMONG, chord_statements.NOTE_ENDED_AMONG
        values = {"ids": json.dumps(ended)}
    for (callback_id,) in connection.execute(asked, values).fetchall():
        # Two who end the last two members at once would each see the other's as running still.
        driver.hold(connection, callback_id)
    noted = connection.execute(noting, values).fetchall()
    for callback_id in dict.fromkeys(callback_id for (callback_id,) in noted):
        waiting = connection.execute(chord_statements.WAITS_FOR_MEMBERS, {"callback_id": callback_id})
        if not waiting.fetchone()[0]:
            _call_back(connection, callback_id, now)


def _call_back(connection: Connection, callback_id: str, now: float) -> None:
    """Hand the members' results to the callback and queue it; a callback that was cancelled stays so."""
    members = connection.execute(chord_statements.SELECT_MEMBERS, {"callback_id": callback_id}).fetchall()
    found = connection.execute(chord_statements.SELECT_PAYLOAD, {"job_id": callback_id}).fetchone()
    if found is not None:
        connection.execute(
            chord_statements.QUEUE_CALLBACK,
            {
                "job_id": callback_id,
                "payload": _with_results(found[0], [_result(*member) for member in members]),
                "now": now,
            },
        )
    connection.execute(chord_statements.DELETE_CHORD, {"callback_id": callback_id})


def _result(job_id: str, state: str, result: str | None, error: str | None) -> Any:
    """What Huey hands to a callback: the value, an error, or that it was skipped."""
    match state:
        case JobState.SUCCEEDED:
            return None if result is None else json.loads(result)
        case JobState.FAILED:
            return failed(job_id, error)
        case _:
            return skipped()


def _with_results(payload: str, results: Sequence[Any]) -> str:
    try:
        message = json.loads(payload)
        message["args"].append(results)
    except (KeyError, TypeError, ValueError, AttributeError):
        return payload  # damaged by hand: the worker that reads it says so
    return to_json(message)
