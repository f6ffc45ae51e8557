"""The queue's own SQL, each statement with a name and a sentence; plain, since it runs on the driver.

Where PostgreSQL has to say something otherwise, `statements_postgres` does, by the same name.
"""

from __future__ import annotations

# --- accept ---------------------------------------------------------------------------------------------

# Accept a job. The order of the values is that of `storage.row_of`.
INSERT_JOB = """
    INSERT INTO jobs (id, batch_id, task, queue, state, priority, payload, created_at, run_at, expires_at,
                      unique_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

# The next step of a pipeline: accepted once, however often the step before it is run.
INSERT_FOLLOW_UP = f"{INSERT_JOB} ON CONFLICT (id) DO NOTHING"

HAS_JOB = "SELECT EXISTS (SELECT 1 FROM jobs WHERE id = :job_id)"

# Does a job with this key wait already?
SELECT_WAITING_TWIN = """
    SELECT id FROM jobs
     WHERE unique_key = ? AND unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying') LIMIT 1
"""

# --- claim ----------------------------------------------------------------------------------------------

# When does the next waiting job become due?
NEXT_DUE_AT = "SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'retrying')"

# Has the time of some waiting job come, or passed? By the first moment, which costs the same whatever it is.
HAS_DUE = f"""
    SELECT coalesce(({NEXT_DUE_AT}) <= :now, false)
        OR coalesce((SELECT min(expires_at) FROM jobs
                      WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')) <= :now,
                    false)
"""

# Would a claim find anything in these queues? Answered from partial indexes, without a lock.
HAS_WORK = f"""{HAS_DUE}
        OR EXISTS (SELECT 1 FROM json_each(:queues) AS mine
                    WHERE EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND queue = mine.value)
                      AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = mine.value))
"""

# Or among these very jobs?
HAS_WORK_AMONG = f"""{HAS_DUE}
        OR EXISTS (SELECT 1 FROM jobs
                    WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'queued')
"""

# How many jobs of this queue could be claimed now, if there are not too many to count?
COUNT_BACKLOG = """
    SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = 'queued' AND queue = :queue
                             AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = :queue)
                           LIMIT :limit) AS backlog
"""

# Jobs whose time has come join the queue.
QUEUE_DUE_JOBS = """
    UPDATE jobs SET state = 'queued' WHERE state IN ('scheduled', 'retrying') AND run_at <= :now
"""

# Jobs that nobody started in time are over.
EXPIRE_JOBS = """
    UPDATE jobs
       SET state = 'cancelled', finished_at = :now, error = 'It expired before a worker could start it.',
           story = story || :line
     WHERE expires_at <= :now AND expires_at IS NOT NULL AND state IN ('scheduled', 'queued', 'retrying')
"""

_TAKE = """
    UPDATE jobs
       SET state = 'running', worker_id = :worker_id, lease_token = :lease_token,
           lease_expires_at = :lease_expires_at, attempt = attempt + 1, started_at = :now,
           held_at = NULL, progress = NULL, progress_phase = NULL, cancel = NULL, story = story || :line
"""
_TAKEN = " RETURNING seq, id, task, queue, payload, attempt, batch_id, priority"

# A worker takes jobs of one queue: from now on they have an owner, a token and an expiry.
CLAIM_JOBS = f"""{_TAKE}
     WHERE seq IN (SELECT seq FROM jobs WHERE state = 'queued' AND queue = :queue
                   ORDER BY priority DESC, seq LIMIT :limit)
       AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = :queue){_TAKEN}
"""

# A worker takes some of these very jobs, whatever their queue.
CLAIM_AMONG = f"""{_TAKE}
     WHERE seq IN (SELECT seq FROM jobs WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'queued'
                   ORDER BY priority DESC, seq LIMIT :limit){_TAKEN}
"""

# A worker takes these jobs, which it has looked at in this transaction.
CLAIM_THESE = f"""{_TAKE}
     WHERE seq IN (SELECT CAST(value AS INTEGER) FROM json_each(:seqs)) AND state = 'queued'{_TAKEN}
"""

# --- hold -----------------------------------------------------------------------------------------------

# A worker says that it still lives and holds its jobs.
EXTEND_LEASES = """
    UPDATE jobs SET lease_expires_at = :lease_expires_at WHERE state = 'running' AND worker_id = :worker_id
"""

# How far a running job is.
SET_PROGRESS = """
    UPDATE jobs SET progress = ?, progress_phase = ? WHERE seq = ? AND lease_token = ? AND state = 'running'
"""

# Which of a worker's jobs are to be cancelled?
SELECT_CANCELS = """
    SELECT seq, cancel FROM jobs WHERE state = 'running' AND worker_id = :worker_id AND cancel IS NOT NULL
"""

# --- finish ---------------------------------------------------------------------------------------------

# Outcomes, many at once; each written by nobody but the holder of its token.
FINISH_JOBS = """
    UPDATE jobs
       SET state = done.state, started_at = done.started_at, finished_at = done.ended_at,
           result = done.result, error = done.error, hint = done.hint, traceback = done.traceback,
           progress = CASE WHEN done.state = 'succeeded' THEN 100 ELSE progress END,
           lease_token = NULL, lease_expires_at = NULL, cancel = NULL, story = story || done.line
      FROM (SELECT value ->> 0 AS seq, value ->> 1 AS token, value ->> 2 AS state, value ->> 3 AS started_at,
                   value ->> 4 AS result, value ->> 5 AS error, value ->> 6 AS hint, value ->> 7 AS traceback,
                   value ->> 8 AS line, value ->> 9 AS ended_at
              FROM json_each(:rows)) AS done
     WHERE jobs.seq = done.seq AND jobs.lease_token = done.token AND jobs.state = 'running'
    RETURNING jobs.seq
"""

# The attempt failed, or met a lock or a limit; another will follow, unless somebody has asked for its end.
RETRY_JOB = """
    UPDATE jobs
       SET state = CASE WHEN cancel IS NULL THEN :state ELSE 'cancelled' END, attempt = attempt - :undone,
           finished_at = CASE WHEN cancel IS NOT NULL THEN :now END,
           run_at = :run_at, payload = :payload, error = :error, hint = :hint,
           traceback = :traceback, worker_id = NULL, lease_token = NULL, lease_expires_at = NULL,
           cancel = NULL, progress = NULL, progress_phase = NULL,
           story = story || CASE WHEN cancel IS NULL THEN :line ELSE :cancel_line END
     WHERE seq = :seq AND lease_token = :lease_token AND state = 'running'
"""

# A worker that leaves gives back what it did not finish; the attempt does not count. What somebody has
# asked to end does not come back.
_RELEASE = """
    UPDATE jobs
       SET state = CASE WHEN cancel IS NULL THEN 'queued' ELSE 'cancelled' END, attempt = attempt - 1,
           finished_at = CASE WHEN cancel IS NOT NULL THEN :now END,
           error = CASE WHEN cancel IS NOT NULL THEN :reason ELSE error END,
           started_at = NULL, worker_id = NULL, lease_token = NULL, lease_expires_at = NULL, cancel = NULL,
           progress = NULL, progress_phase = NULL,
           story = story || :line || CASE WHEN cancel IS NULL THEN '' ELSE :cancel_line END
"""
RELEASE_JOB = f"{_RELEASE} WHERE seq = :seq AND lease_token = :lease_token AND state = 'running'"

# What a worker holds by tokens that it never heard of: the answer to its claim was lost on the way.
RELEASE_UNHEARD = f"""{_RELEASE}
     WHERE state = 'running' AND worker_id = :worker_id
       AND lease_token NOT IN (SELECT value FROM json_each(:tokens))
"""

# --- rescue ---------------------------------------------------------------------------------------------

# Who may hold jobs, and how to ask whether they live: every other worker that has not left, and whoever
# has running jobs without being one.
OTHER_OWNERS = """
    SELECT id, boot_id, lock_path, seen_at + :lease_seconds FROM workers
     WHERE stopped_at IS NULL AND id <> :worker_id
    UNION ALL
    SELECT jobs.worker_id, NULL, NULL, max(jobs.lease_expires_at) FROM jobs
     WHERE jobs.state = 'running' AND jobs.worker_id <> :worker_id
       AND NOT EXISTS (SELECT 1 FROM workers WHERE workers.id = jobs.worker_id AND stopped_at IS NULL)
     GROUP BY jobs.worker_id
"""

# Jobs of a dead worker go back into the queue. They are counted: a job that takes its worker down
# with it would otherwise come back for ever.
RESCUE_JOBS = """
    UPDATE jobs
       SET rescues = rescues + 1, attempt = attempt - 1,
           state = CASE WHEN cancel IS NOT NULL THEN 'cancelled'
                        WHEN rescues + 1 >= :most_rescues THEN 'failed' ELSE 'queued' END,
           finished_at = CASE WHEN cancel IS NOT NULL OR rescues + 1 >= :most_rescues THEN :now END,
           error = CASE WHEN cancel IS NOT NULL THEN :reason
                        WHEN rescues + 1 >= :most_rescues THEN :error ELSE error END,
           started_at = NULL, worker_id = NULL, lease_token = NULL, lease_expires_at = NULL,
           cancel = NULL, progress = NULL, progress_phase = NULL,
           story = story || :line || CASE WHEN cancel IS NOT NULL THEN :cancel_line
                                          WHEN rescues + 1 >= :most_rescues THEN :last_line ELSE '' END
     WHERE state = 'running' AND worker_id = :worker_id
    RETURNING id, task, queue, state, payload, attempt
"""

# What happened to a job beside its states.
ADD_TO_STORY = "UPDATE jobs SET story = story || :line WHERE id = :job_id"

# --- workers --------------------------------------------------------------------------------------------

# A worker begins, lives, leaves.
INSERT_WORKER = """
    INSERT INTO workers (id, host, boot_id, pid, lock_path, queues, is_private, concurrency, pool, children,
                         started_at, seen_at)
    VALUES (:id, :host, :boot_id, :pid, :lock_path, :queues, :is_private, :concurrency, :pool, :children,
            :now, :now)
"""
SET_CHILDREN = "UPDATE workers SET children = :children WHERE id = :worker_id"
TOUCH_WORKER = """
    UPDATE workers SET seen_at = :now, stopped_at = NULL, succeeded = :succeeded, failed = :failed
     WHERE id = :worker_id
"""
STOP_WORKER = "UPDATE workers SET stopped_at = :now WHERE id = :worker_id AND stopped_at IS NULL"

# A dead one is found once.
STOP_DEAD_WORKER = f"{STOP_WORKER} RETURNING host, pid"

# --- control --------------------------------------------------------------------------------------------

# A waiting job is cancelled at once.
CANCEL_WAITING = """
    UPDATE jobs SET state = 'cancelled', finished_at = :now, error = :reason, story = story || :line
     WHERE id = :job_id AND state IN ('scheduled', 'queued', 'retrying')
"""

# Whatever is decided about a job by looking at it, nobody else decides about it meanwhile.
HOLD_JOB = "SELECT seq FROM jobs WHERE id = :job_id"

# A running one is asked to end, or made to.
CANCEL_RUNNING = "UPDATE jobs SET cancel = :how WHERE id = :job_id AND state = 'running'"

# A failed or cancelled job begins anew.
RESTART_JOB = """
    UPDATE jobs
       SET state = 'queued', attempt = 0, rescues = 0, run_at = :now, expires_at = NULL, started_at = NULL,
           finished_at = NULL, worker_id = NULL, result = NULL, error = NULL, hint = NULL, traceback = NULL,
           progress = NULL, progress_phase = NULL, payload = :payload, story = story || :line
     WHERE id = :job_id AND state IN ('failed', 'cancelled')
"""

# A queue is emptied: what waits in it is cancelled.
PURGE_QUEUE = """
    UPDATE jobs SET state = 'cancelled', finished_at = :now, error = 'Its queue was purged.',
                    story = story || :line
     WHERE queue = :queue AND state IN ('scheduled', 'queued', 'retrying')
"""

# Every queue is emptied: what waits for a worker is cancelled, or what waits for its time.
_PURGE = """
    UPDATE jobs SET state = 'cancelled', finished_at = :now, error = 'Its queue was purged.',
                    story = story || :line
"""
PURGE_QUEUED = f"{_PURGE} WHERE state = 'queued'"
PURGE_SCHEDULED = f"{_PURGE} WHERE state IN ('scheduled', 'retrying')"

PAUSE_QUEUE = "INSERT INTO paused_queues (name, paused_at) VALUES (:queue, :now) ON CONFLICT DO NOTHING"
RESUME_QUEUE = "DELETE FROM paused_queues WHERE name = :queue"
SELECT_PAUSED = "SELECT name FROM paused_queues"

# --- pruning --------------------------------------------------------------------------------------------

# Return values expire, but those that a callback waits for; the rest of the row stays.
FORGET_RESULTS = """
    UPDATE jobs SET result = NULL
     WHERE seq IN (SELECT seq FROM jobs
                    WHERE result IS NOT NULL AND finished_at < :before AND finished_at >= :since
                      AND NOT EXISTS (SELECT 1 FROM chord_members WHERE job_id = jobs.id)
                    ORDER BY finished_at LIMIT :limit)
"""

# History goes after a while, the oldest first; the last run of an entry stays.
DELETE_OLD_JOBS = """
    DELETE FROM jobs
     WHERE seq IN (SELECT seq FROM jobs
                    WHERE state IN ('succeeded', 'failed', 'cancelled') AND finished_at < :before
                      AND NOT EXISTS (SELECT 1 FROM chord_members WHERE job_id = jobs.id)
                      AND NOT EXISTS (SELECT 1 FROM schedules WHERE last_job_id = jobs.id)
                    ORDER BY finished_at LIMIT :limit)
"""
OLD_JOBS = """
    SELECT id, task, state, finished_at FROM jobs
     WHERE state IN ('succeeded', 'failed', 'cancelled') AND finished_at < :before
       AND NOT EXISTS (SELECT 1 FROM chord_members WHERE job_id = jobs.id)
       AND NOT EXISTS (SELECT 1 FROM schedules WHERE last_job_id = jobs.id)
     ORDER BY finished_at
"""
OLDEST_OF_NEWEST = """
    SELECT finished_at FROM jobs WHERE state IN ('succeeded', 'failed', 'cancelled')
     ORDER BY finished_at DESC LIMIT 1 OFFSET :others
"""
DELETE_OLD_WORKERS = "DELETE FROM workers WHERE stopped_at < :before"
