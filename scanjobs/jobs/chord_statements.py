"""The SQL of chords: which members have ended, and the callback that waits for them."""

from __future__ import annotations

from scanjobs.jobs.looking_statements import FINAL

INSERT_CHORD_MEMBER = "INSERT INTO chord_members (callback_id, position, job_id) VALUES (?, ?, ?)"

# Does any callback wait for members?
HAS_CHORD = "SELECT EXISTS (SELECT 1 FROM chord_members)"

# The next step of a pipeline takes the place of the one before.
REPLACE_MEMBER = "UPDATE chord_members SET job_id = ? WHERE callback_id = ? AND position = ?"

# A member that begins anew is waited for again.
AWAIT_MEMBER = "UPDATE chord_members SET has_ended = 0 WHERE job_id = :job_id"

# Which callbacks wait for anybody, or for one of these?
AWAITED = "SELECT DISTINCT callback_id FROM chord_members WHERE has_ended = 0 ORDER BY callback_id"
AWAITED_AMONG = """
    SELECT DISTINCT callback_id FROM chord_members
     WHERE job_id IN (SELECT value FROM json_each(:ids)) AND has_ended = 0 ORDER BY callback_id
"""

NOTE_ENDED_MEMBERS = f"""
    UPDATE chord_members SET has_ended = 1
     WHERE has_ended = 0
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = chord_members.job_id AND NOT jobs.{FINAL})
    RETURNING callback_id
"""
NOTE_ENDED_AMONG = """
    UPDATE chord_members SET has_ended = 1
     WHERE job_id IN (SELECT value FROM json_each(:ids)) AND has_ended = 0
    RETURNING callback_id
"""
WAITS_FOR_MEMBERS = """
    SELECT EXISTS (SELECT 1 FROM chord_members WHERE callback_id = :callback_id AND has_ended = 0)
"""
SELECT_MEMBERS = """
    SELECT chord_members.job_id, coalesce(jobs.state, 'cancelled'), jobs.result, jobs.error
      FROM chord_members LEFT JOIN jobs ON jobs.id = chord_members.job_id
     WHERE callback_id = :callback_id ORDER BY position
"""
SELECT_PAYLOAD = "SELECT payload FROM jobs WHERE id = :job_id"
QUEUE_CALLBACK = """
    UPDATE jobs SET state = 'queued', run_at = :now, payload = :payload
     WHERE id = :job_id AND state = 'scheduled'
"""
DELETE_CHORD = "DELETE FROM chord_members WHERE callback_id = :callback_id"
