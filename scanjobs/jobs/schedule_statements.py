"""The schedule's own SQL, each statement with a name and a sentence; plain, since it runs on the driver."""

from __future__ import annotations

_UNFINISHED = "state IN ('scheduled', 'queued', 'running', 'retrying')"
_RUNS = "NOT is_paused AND NOT is_undeclared"

# --- entries --------------------------------------------------------------------------------------------

INSERT_ENTRY = """
    INSERT INTO schedules (id, name, task, kwargs, timing, zone, start_at, catch_up, overlap, priority,
                           declared_in, declaration, is_paused, next_at, story)
    VALUES (:id, :name, :task, :kwargs, :timing, :zone, :start_at, :catch_up, :overlap, :priority,
            :declared_in, :declaration, :is_paused, :next_at, :story)
    ON CONFLICT (name) DO NOTHING
"""

# Whoever writes an entry names the version that was read, so that nobody writes over somebody else.
UPDATE_ENTRY = """
    UPDATE schedules
       SET task = :task, kwargs = :kwargs, timing = :timing, zone = :zone, start_at = :start_at,
           catch_up = :catch_up, overlap = :overlap, priority = :priority, is_edited = :is_edited,
           next_at = :next_at, waiting_at = :waiting_at, last_at = :last_at, last_job_id = :last_job_id,
           last_error = :last_error, runs = :runs, skipped = :skipped, story = :story, version = version + 1
     WHERE id = :id AND version = :version
"""
SET_PAUSED = "UPDATE schedules SET is_paused = :is_paused WHERE id = :id"
SET_DECLARED = """
    UPDATE schedules
       SET is_undeclared = :is_undeclared, declared_in = :declared_in, declaration = :declaration
     WHERE id = :id
"""
DELETE_ENTRY = "DELETE FROM schedules WHERE id = :id"

_ENTRIES = """
    SELECT schedules.*, jobs.state AS job_state, jobs.error AS job_error
      FROM schedules LEFT JOIN jobs ON jobs.id = schedules.last_job_id
"""
SELECT_ENTRIES = f"{_ENTRIES} ORDER BY schedules.name"
SELECT_ENTRY = f"{_ENTRIES} WHERE schedules.name = :name"

# What runs next, for those who look.
SELECT_COMING = f"""{_ENTRIES}
     WHERE {_RUNS} AND schedules.next_at IS NOT NULL ORDER BY schedules.next_at, schedules.seq LIMIT :limit
"""

# --- ticks ----------------------------------------------------------------------------------------------

# Entries with a slot that has come, or one that waits for an earlier run to end.
SELECT_DUE = f"""{_ENTRIES}
     WHERE {_RUNS} AND (schedules.next_at <= :now OR schedules.waiting_at IS NOT NULL)
     ORDER BY schedules.next_at, schedules.seq
"""

# When is the next slot of each task?
SELECT_NEXT = f"SELECT task, min(next_at) FROM schedules WHERE {_RUNS} AND next_at > :now GROUP BY task"

# One scheduler alone may serve an entry as it was read.
CLAIM_ENTRY = "UPDATE schedules SET version = version + 1 WHERE id = :id AND version = :version"

# Does a run of this entry wait or run?
HAS_UNFINISHED = f"SELECT EXISTS (SELECT 1 FROM jobs WHERE schedule_id = :id AND {_UNFINISHED})"

# Did this slot become a job already?
HAS_SLOT = "SELECT EXISTS (SELECT 1 FROM jobs WHERE schedule_id = :id AND slot = :slot)"

# Which of these jobs are runs of an entry?
SELECT_RUNS = """
    SELECT jobs.id, schedules.name, jobs.slot FROM jobs JOIN schedules ON schedules.id = jobs.schedule_id
     WHERE jobs.id IN (SELECT value FROM json_each(:ids)) ORDER BY jobs.seq
"""

# The job is a run of an entry, in one of its slots or beside them.
MARK_JOB = """
    UPDATE jobs SET schedule_id = :id, slot = :slot, story = story || :line
     WHERE id = :job_id AND schedule_id IS NULL
"""
