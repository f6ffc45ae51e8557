"""The SQL of limits by key: who may begin, who stands aside, who goes next."""

from __future__ import annotations

from scanjobs.jobs.statements import HAS_DUE

# Limits of a job, written beside its row.
SET_KEY_LIMIT = """
    UPDATE jobs SET limit_key = ?, at_once = ?, rate = ?, rate_seconds = ? WHERE id = ?
"""

# Does any job wait for a worker that has a key? Any job for others of its key? Nearly never.
_OF_A_KEY = "limit_key IS NOT NULL AND state IN ('queued', 'running')"
_HELD = "held_at IS NOT NULL AND state = 'scheduled'"
HAS_KEYED = f"SELECT EXISTS (SELECT 1 FROM jobs WHERE {_OF_A_KEY} AND state = 'queued')"
# Both that make a claim more than taking what comes first, asked at once.
ARE_DUE_ARE_KEYED = f"SELECT ({HAS_DUE}), ({HAS_KEYED})"
HAS_HELD = f"SELECT EXISTS (SELECT 1 FROM jobs WHERE {_HELD})"

# What CLAIM_JOBS would take, and CLAIM_AMONG.
_AHEAD = "SELECT seq, id, limit_key, at_once, rate, rate_seconds FROM jobs"
LOOK_AHEAD = f"""
    {_AHEAD} WHERE state = 'queued' AND queue = :queue
       AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = :queue)
     ORDER BY priority DESC, seq LIMIT :limit OFFSET :offset
"""
LOOK_AHEAD_AMONG = f"""
    {_AHEAD} WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'queued'
     ORDER BY priority DESC, seq LIMIT :limit OFFSET :offset
"""

# Nobody else lets jobs of this key begin until this transaction ends; with one file nobody can anyway.
LOCK_KEY = "SELECT :key"

# How many jobs of a key run; how many wait for a worker in one queue and come before this one.
COUNT_RUNNING_OF_KEY = f"""
    SELECT count(*) FROM jobs WHERE {_OF_A_KEY} AND state = 'running' AND limit_key = :key
"""
COUNT_READY_OF_KEY = f"""
    SELECT count(*) FROM (SELECT 1 FROM jobs
                           WHERE {_OF_A_KEY} AND state = 'queued' AND limit_key = :key AND queue = :queue
                             AND (priority > :priority OR priority = :priority AND seq < :seq)
                           LIMIT :limit) AS ready
"""

# A job stands aside until others of its key have ended, or until it is time.
SET_ASIDE = """
    UPDATE jobs SET state = 'scheduled', held_at = :now, run_at = :with_others, story = story || :line
     WHERE seq = :seq
"""
_NEXT_HELD = f"""
    FROM jobs WHERE {_HELD} AND limit_key = :key AND queue = :queue ORDER BY priority DESC, seq
"""
SELECT_FIRST_HELD = f"SELECT seq, priority, run_at, at_once, rate {_NEXT_HELD} LIMIT 1"
SET_DUE = "UPDATE jobs SET run_at = :due_at WHERE seq = :seq"
LET_GO = f"""
    UPDATE jobs SET state = 'queued', held_at = NULL, run_at = created_at
     WHERE seq IN (SELECT seq {_NEXT_HELD} LIMIT :limit)
"""

# The keys of these jobs.
SELECT_KEYS_OF = """
    SELECT DISTINCT limit_key FROM jobs
     WHERE seq IN (SELECT CAST(value AS INTEGER) FROM json_each(:seqs)) AND limit_key IS NOT NULL
"""
SELECT_KEYS_AMONG = """
    SELECT DISTINCT limit_key FROM jobs
     WHERE id IN (SELECT value FROM json_each(:ids)) AND limit_key IS NOT NULL
"""

# Keys for which jobs are held back, after this one, by one look into the index for each.
SELECT_HELD_KEYS = f"""
    WITH RECURSIVE keys (name, place) AS (
        SELECT (SELECT min(limit_key) FROM jobs WHERE {_HELD} AND limit_key > :after), 1
        UNION ALL
        SELECT (SELECT min(limit_key) FROM jobs WHERE {_HELD} AND limit_key > name), place + 1
          FROM keys WHERE name IS NOT NULL AND place < :limit
    )
    SELECT name FROM keys WHERE name IS NOT NULL
"""

# When jobs of a key began, as long as that counts.
INSERT_KEY_START = """
    INSERT INTO key_starts (limit_key, job_id, lease_token, counts_until) VALUES (?, ?, ?, ?)
"""
SELECT_KEY_STARTS = """
    SELECT counts_until FROM key_starts WHERE limit_key = :key AND counts_until > :now ORDER BY counts_until
"""
UNDO_KEY_START = """
    DELETE FROM key_starts
     WHERE limit_key = (SELECT limit_key FROM jobs WHERE seq = :seq)
       AND job_id = :job_id AND lease_token = :lease_token
"""
DELETE_OLD_KEY_STARTS = "DELETE FROM key_starts WHERE counts_until <= :now"
