"""The statements of the queue that PostgreSQL says otherwise, under the texts that SQLite is given.

There writers do not exclude each other, so each says what it holds: rows that it takes are locked one by one,
and rows that somebody else has locked are left to him.
"""

from __future__ import annotations

import re

from scanjobs.db import dialect
from scanjobs.jobs import chord_statements as chords
from scanjobs.jobs import limit_statements as limits
from scanjobs.jobs import looking_statements as looks
from scanjobs.jobs import statements as sqlite

CHANNEL = "left('scanjobs.' || current_schema(), 63)"
"""Where workers listen; several installations in one database do not wake each other's."""

RING = f"SELECT pg_notify({CHANNEL}, '')"

_QUEUED = "jobs.state = 'queued'"
_KEYLESS = "limit_key IS NULL"
"""A job with a key that was accepted since they were looked for is left to the next claim."""


def _after(statement: str, word: str) -> str:
    """What a statement says from this word on."""
    return statement[statement.index(word) :]


def _before(statement: str, word: str) -> str:
    """What a statement says before this word."""
    return statement[: statement.index(word)]


def _taking(rows: str, statement: str, returning: str = "") -> str:
    """A statement on the rows that a selection has locked for it; those that others have locked are left."""
    changes = _before(statement, "WHERE")
    source = "USING" if changes.lstrip().startswith("DELETE") else "FROM"
    return f"""
        WITH taken AS MATERIALIZED ({rows} FOR UPDATE OF jobs SKIP LOCKED)
        {changes} {source} taken WHERE jobs.seq = taken.seq {returning}
    """


def _inserting(statement: str) -> str:
    """An insertion of jobs for many rows at once, in their order."""
    before, _, rest = statement.partition("VALUES")
    _, _, after = rest.partition(")")
    return f"""
        {before}
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, (value ->> 5)::bigint,
               value ->> 6, (value ->> 7)::float8, (value ->> 8)::float8, (value ->> 9)::float8, value ->> 10
          FROM json_array_elements(:rows::json) WITH ORDINALITY AS given (value, place) ORDER BY place
        {after}
    """


_CLAIMED = "RETURNING jobs.seq, id, task, queue, payload, attempt, batch_id, priority"

MOST_AT_ONCE = 1000
"""How many jobs of a queue are claimed at once at most. The server knows it when it plans, so it sees that
the claim is cheap however many wait, and keeps the plan."""

# Take jobs of these queues in their order, of each as many as there is room for. Where a job is due or has a
# key, that is not all there is to do: then it takes none and answers one row without a job. All of it is one
# look at the database, so no job can come between.
CLAIM_AT_ONCE = f"""
    WITH more AS MATERIALIZED (
        SELECT ({sqlite.HAS_DUE}) OR ({limits.HAS_KEYED}) AS is_needed,
               CASE WHEN :is_losable THEN set_config('synchronous_commit', 'off', true) END
    ),
    taken AS MATERIALIZED (
        SELECT first.seq
          -- Planned the same whatever is asked.
          FROM unnest((SELECT :queues::text[]), (SELECT :rooms::bigint[])) AS mine (queue, room)
         CROSS JOIN LATERAL (
            SELECT seq FROM (SELECT seq FROM jobs
                              WHERE {_QUEUED} AND queue = mine.queue
                                AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = mine.queue)
                              ORDER BY priority DESC, seq LIMIT {MOST_AT_ONCE}
                                FOR UPDATE OF jobs SKIP LOCKED) AS waiting
             LIMIT mine.room
         ) AS first
         WHERE NOT (SELECT is_needed FROM more) LIMIT (SELECT :limit::bigint)
    ),
    claimed AS (
        {_before(sqlite.CLAIM_JOBS, "WHERE")} WHERE jobs.seq = ANY (ARRAY(SELECT seq FROM taken)) {_CLAIMED}
    )
    SELECT * FROM claimed
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM more WHERE is_needed
"""

_AMONG = "(SELECT value FROM json_each(:ids))"

dialect.register(
    {
        # Workers hear of it when it is committed, and only then.
        sqlite.INSERT_JOB: f"WITH accepted AS ({sqlite.INSERT_JOB} RETURNING seq) {RING} FROM accepted",
        sqlite.INSERT_FOLLOW_UP: (
            f"WITH accepted AS ({sqlite.INSERT_FOLLOW_UP} RETURNING seq) {RING} FROM accepted"
        ),
        # The twin stays as it is until it is known what becomes of this submit.
        sqlite.SELECT_WAITING_TWIN: f"{sqlite.SELECT_WAITING_TWIN} FOR UPDATE",
        sqlite.QUEUE_DUE_JOBS: _taking(
            f"SELECT seq FROM jobs {_after(sqlite.QUEUE_DUE_JOBS, 'WHERE')}", sqlite.QUEUE_DUE_JOBS
        ),
        sqlite.EXPIRE_JOBS: _taking(
            f"SELECT seq FROM jobs {_after(sqlite.EXPIRE_JOBS, 'WHERE')}", sqlite.EXPIRE_JOBS
        ),
        sqlite.CLAIM_JOBS: _taking(
            f"""SELECT seq FROM jobs
                 WHERE {_QUEUED} AND {_KEYLESS} AND queue = :queue
                   AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = :queue)
                 ORDER BY priority DESC, seq LIMIT :limit""",
            sqlite.CLAIM_JOBS,
            _CLAIMED,
        ),
        sqlite.CLAIM_AMONG: _taking(
            f"""SELECT seq FROM jobs WHERE id IN {_AMONG} AND {_QUEUED} AND {_KEYLESS}
                 ORDER BY priority DESC, seq LIMIT :limit""",
            sqlite.CLAIM_AMONG,
            _CLAIMED,
        ),
        # What it looks at is its own until it has claimed it or set it aside.
        limits.LOOK_AHEAD: f"{limits.LOOK_AHEAD} FOR UPDATE OF jobs SKIP LOCKED",
        limits.LOOK_AHEAD_AMONG: f"{limits.LOOK_AHEAD_AMONG} FOR UPDATE OF jobs SKIP LOCKED",
        **{
            statement: statement.replace("AS INTEGER", "AS bigint")
            for statement in (sqlite.CLAIM_THESE, limits.SELECT_KEYS_OF)
        },
        limits.LOCK_KEY: "SELECT pg_advisory_xact_lock(hashtextextended('scanjobs.limit.' || :key, 0))",
        sqlite.FINISH_JOBS: """
            UPDATE jobs
               SET state = done.state, started_at = done.started_at, finished_at = done.ended_at,
                   result = done.result, error = done.error, hint = done.hint, traceback = done.traceback,
                   progress = CASE WHEN done.state = 'succeeded' THEN 100 ELSE progress END,
                   lease_token = NULL, lease_expires_at = NULL, cancel = NULL, story = story || done.line
              FROM (SELECT (value ->> 0)::bigint AS seq, value ->> 1 AS token, value ->> 2 AS state,
                           (value ->> 3)::float8 AS started_at, value ->> 4 AS result, value ->> 5 AS error,
                           value ->> 6 AS hint, value ->> 7 AS traceback, value ->> 8 AS line,
                           (value ->> 9)::float8 AS ended_at
                      FROM json_array_elements(:rows::json)) AS done
             WHERE jobs.seq = done.seq AND jobs.lease_token = done.token AND jobs.state = 'running'
            RETURNING jobs.seq
        """,
        sqlite.RESCUE_JOBS: _taking(
            "SELECT seq FROM jobs WHERE state = 'running' AND worker_id = :worker_id",
            sqlite.RESCUE_JOBS,
            "RETURNING id, task, queue, state, payload, attempt",
        ),
        sqlite.HOLD_JOB: f"{sqlite.HOLD_JOB} FOR UPDATE",
        # A NULL has to say of what kind it is.
        looks.SELECT_JOBS: re.sub(
            r":(state|queue|task|worker|words) IS NULL",
            r":\1::text IS NULL",
            re.sub(r":(\w*since|\w*until) IS NULL", r":\1::float8 IS NULL", looks.SELECT_JOBS),
        ).replace(" LIKE ", " ILIKE "),
        sqlite.FORGET_RESULTS: _taking(
            """SELECT seq FROM jobs
                WHERE result IS NOT NULL AND finished_at < :before AND finished_at >= :since
                  AND NOT EXISTS (SELECT 1 FROM chord_members WHERE job_id = jobs.id)
                ORDER BY finished_at LIMIT :limit""",
            sqlite.FORGET_RESULTS,
        ),
        sqlite.DELETE_OLD_JOBS: _taking(
            """SELECT seq FROM jobs
                WHERE state IN ('succeeded', 'failed', 'cancelled') AND finished_at < :before
                  AND NOT EXISTS (SELECT 1 FROM chord_members WHERE job_id = jobs.id)
                  AND NOT EXISTS (SELECT 1 FROM schedules WHERE last_job_id = jobs.id)
                ORDER BY finished_at LIMIT :limit""",
            sqlite.DELETE_OLD_JOBS,
        ),
        **{
            # A truth there is no number.
            statement: statement.replace("has_ended = 0", "NOT has_ended").replace(
                "SET has_ended = 1", "SET has_ended = true"
            )
            for statement in (
                chords.AWAITED,
                chords.AWAITED_AMONG,
                chords.NOTE_ENDED_MEMBERS,
                chords.NOTE_ENDED_AMONG,
                chords.WAITS_FOR_MEMBERS,
            )
        },
        chords.AWAIT_MEMBER: chords.AWAIT_MEMBER.replace("has_ended = 0", "has_ended = false"),
    },
    many={
        sqlite.INSERT_JOB: (
            f"WITH accepted AS ({_inserting(sqlite.INSERT_JOB)} RETURNING seq) {RING} FROM accepted LIMIT 1"
        ),
        sqlite.INSERT_FOLLOW_UP: (
            f"WITH accepted AS ({_inserting(sqlite.INSERT_FOLLOW_UP)} RETURNING seq) {RING}"
            " FROM accepted LIMIT 1"
        ),
    },
    once=[CLAIM_AT_ONCE],
)
