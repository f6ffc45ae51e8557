"""The SQL of what Huey keeps beside its queue, by key, and of the outcomes of jobs that it asks for."""

from __future__ import annotations

from scanjobs.jobs.looking_statements import FINAL

PUT_VALUE = """
    INSERT INTO key_values (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
GET_VALUE = "SELECT value FROM key_values WHERE key = :key"
POP_VALUE = "DELETE FROM key_values WHERE key = :key RETURNING value"

# Huey asks for messages as bytes; a damaged one must not hide the others.
SELECT_QUEUED = """
    SELECT CAST(payload AS BLOB) FROM jobs WHERE state = 'queued' ORDER BY priority DESC, seq LIMIT :limit
"""
SELECT_SCHEDULED = """
    SELECT CAST(payload AS BLOB) FROM jobs WHERE state IN ('scheduled', 'retrying')
     ORDER BY run_at, seq LIMIT :limit
"""

# What became of a job that has ended.
SELECT_OUTCOME = f"""
    SELECT id, state, result, error, traceback FROM jobs WHERE id = :job_id AND {FINAL}
"""

# Values are what Huey put here, counters excepted, and what jobs returned.
_IS_COUNTER = "substr(key, 1, length(:counter)) = :counter"
SELECT_VALUES = f"""
    SELECT id, CAST(result AS BLOB) FROM jobs WHERE {FINAL} AND result IS NOT NULL
    UNION ALL
    SELECT key, value FROM key_values WHERE NOT {_IS_COUNTER}
"""
COUNT_VALUES = f"SELECT count(*) FROM ({SELECT_VALUES}) AS kept"
DELETE_VALUES = f"DELETE FROM key_values WHERE NOT {_IS_COUNTER}"
DELETE_COUNTERS = f"DELETE FROM key_values WHERE {_IS_COUNTER}"

# A returned result is forgotten before its time; the rest of the row stays.
DROP_RESULTS = f"UPDATE jobs SET result = NULL WHERE {FINAL} AND result IS NOT NULL"
DROP_RESULT = f"{DROP_RESULTS} AND id = :job_id"

# Does the attempt that took a lock still hold it?
MAY_HOLD_LOCK = """
    SELECT EXISTS (SELECT 1 FROM jobs WHERE id = :job_id
                      AND (state = 'succeeded' OR state = 'running' AND lease_token = :lease_token))
"""
