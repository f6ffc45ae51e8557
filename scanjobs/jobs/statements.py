"""The queue's own SQL, each statement with a name and a sentence."""

from __future__ import annotations

import sqlalchemy as sa

# Accept a job.
INSERT_JOB = sa.text("""
    INSERT INTO jobs (id, batch_id, task, queue, state, priority, payload, created_at, run_at)
    VALUES (:id, :batch_id, :task, :queue, :state, :priority, :payload, :created_at, :run_at)
""")

# Is there anything for these queues? Answered from the partial indexes, without a lock.
HAS_READY_JOB = sa.text("""
    SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND queue IN :queues
                   AND (:batch_id IS NULL OR batch_id = :batch_id))
        OR EXISTS (SELECT 1 FROM jobs WHERE state IN ('scheduled', 'retrying') AND run_at <= :now)
""").bindparams(sa.bindparam("queues", expanding=True))

# When does the next waiting job become due?
NEXT_DUE_AT = sa.text("SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'retrying')")

# Jobs whose time has come join the queue.
QUEUE_DUE_JOBS = sa.text("""
    UPDATE jobs SET state = 'queued' WHERE state IN ('scheduled', 'retrying') AND run_at <= :now
""")

# A worker takes jobs: from now on they have an owner, a token and an expiry.
CLAIM_JOBS = sa.text("""
    UPDATE jobs
       SET state = 'running', worker_id = :worker_id, lease_token = :lease_token,
           lease_expires_at = :lease_expires_at, attempt = attempt + 1, started_at = :now,
           progress = NULL, progress_phase = NULL
     WHERE seq IN (SELECT seq FROM jobs WHERE state = 'queued' AND queue IN :queues
                   AND (:batch_id IS NULL OR batch_id = :batch_id)
                   ORDER BY priority DESC, seq LIMIT :limit)
    RETURNING seq, id, task, queue, payload, attempt, batch_id, priority
""").bindparams(sa.bindparam("queues", expanding=True))

# A worker says that it still lives and holds its jobs.
EXTEND_LEASES = sa.text("""
    UPDATE jobs SET lease_expires_at = :lease_expires_at WHERE state = 'running' AND worker_id = :worker_id
""")

# The outcome of a job; written by nobody but the holder of the token.
FINISH_JOB = sa.text("""
    UPDATE jobs
       SET state = :state, finished_at = :now, result = :result, error = :error, hint = :hint,
           traceback = :traceback, progress = CASE WHEN :state = 'succeeded' THEN 100 ELSE progress END,
           lease_token = NULL, lease_expires_at = NULL
     WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
""")

# The attempt failed, another will follow.
RETRY_JOB = sa.text("""
    UPDATE jobs
       SET state = 'retrying', run_at = :run_at, payload = :payload, error = :error, hint = :hint,
           traceback = :traceback, worker_id = NULL, lease_token = NULL, lease_expires_at = NULL,
           progress = NULL, progress_phase = NULL
     WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
""")

# A worker that leaves gives back what it did not finish; the attempt does not count.
RELEASE_JOB = sa.text("""
    UPDATE jobs
       SET state = 'queued', attempt = attempt - 1, started_at = NULL, worker_id = NULL,
           lease_token = NULL, lease_expires_at = NULL, progress = NULL, progress_phase = NULL
     WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
""")

# Who holds running jobs, and how to ask whether they live.
OWNERS_OF_RUNNING_JOBS = sa.text("""
    SELECT jobs.worker_id, workers.boot_id, workers.lock_path, max(jobs.lease_expires_at)
      FROM jobs LEFT JOIN workers ON workers.id = jobs.worker_id
     WHERE jobs.state = 'running' AND jobs.worker_id <> :worker_id
     GROUP BY jobs.worker_id, workers.boot_id, workers.lock_path
""")

# Jobs of a dead worker go back into the queue. They are counted: a job that takes its worker down
# with it would otherwise come back for ever.
RESCUE_JOBS = sa.text("""
    UPDATE jobs
       SET rescues = rescues + 1, attempt = attempt - 1,
           state = CASE WHEN rescues + 1 >= :most_rescues THEN 'failed' ELSE 'queued' END,
           finished_at = CASE WHEN rescues + 1 >= :most_rescues THEN :now END,
           error = CASE WHEN rescues + 1 >= :most_rescues THEN :error ELSE error END,
           started_at = NULL, worker_id = NULL, lease_token = NULL, lease_expires_at = NULL,
           progress = NULL, progress_phase = NULL
     WHERE state = 'running' AND worker_id = :worker_id
    RETURNING id, task, queue, state
""")

# How far a running job is.
SET_PROGRESS = sa.text("""
    UPDATE jobs SET progress = :progress, progress_phase = :progress_phase
     WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
""")

# A worker begins, lives, leaves.
INSERT_WORKER = sa.text("""
    INSERT INTO workers (id, host, boot_id, pid, lock_path, queues, only_batch, concurrency,
                         started_at, seen_at)
    VALUES (:id, :host, :boot_id, :pid, :lock_path, :queues, :only_batch, :concurrency, :now, :now)
""")
TOUCH_WORKER = sa.text("""
    UPDATE workers SET seen_at = :now, stopped_at = NULL, succeeded = :succeeded, failed = :failed
     WHERE id = :worker_id
""")
STOP_WORKER = sa.text("UPDATE workers SET stopped_at = :now WHERE id = :worker_id AND stopped_at IS NULL")

# For those who look.
JOB_COLUMNS = """
    id, batch_id, task, queue, state, priority, attempt, payload, progress, progress_phase,
    created_at, run_at, started_at, finished_at, worker_id, result, error, hint, traceback
"""
SELECT_JOB = sa.text(f"SELECT {JOB_COLUMNS} FROM jobs WHERE id = :job_id")  # noqa: S608 - columns, no input
SELECT_BATCH = sa.text(
    f"SELECT {JOB_COLUMNS} FROM jobs WHERE batch_id = :batch_id ORDER BY seq"  # noqa: S608
)
SELECT_RUNNING = sa.text(
    f"SELECT {JOB_COLUMNS} FROM jobs WHERE state = 'running' ORDER BY started_at LIMIT :limit"  # noqa: S608
)
SELECT_FINISHED = sa.text(
    f"SELECT {JOB_COLUMNS} FROM jobs WHERE state IN ('succeeded', 'failed', 'cancelled')"  # noqa: S608
    " ORDER BY finished_at DESC LIMIT :limit"
)
COUNT_WAITING = sa.text("""
    SELECT queue, state, count(*), min(created_at) FROM jobs
     WHERE state IN ('scheduled', 'queued', 'running', 'retrying') GROUP BY queue, state
""")
COUNT_UNFINISHED_OF_BATCH = sa.text("""
    SELECT count(*) FROM jobs WHERE batch_id = :batch_id AND state IN ('scheduled', 'queued', 'retrying')
""")
SELECT_WORKERS = sa.text("""
    SELECT id, host, boot_id, pid, lock_path, queues, only_batch, concurrency, started_at, seen_at, succeeded,
           failed, (SELECT count(*) FROM jobs WHERE state = 'running' AND worker_id = workers.id) AS running
      FROM workers WHERE stopped_at IS NULL ORDER BY seq
""")

# What Huey keeps beside its queue.
PUT_VALUE = sa.text("""
    INSERT INTO key_values (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
""")
GET_VALUE = sa.text("SELECT value FROM key_values WHERE key = :key")
GET_VALUES = sa.text("SELECT key, value FROM key_values WHERE key IN :keys").bindparams(
    sa.bindparam("keys", expanding=True)
)
POP_VALUE = sa.text("DELETE FROM key_values WHERE key = :key RETURNING value")
PUT_VALUE_IF_EMPTY = sa.text("""
    INSERT INTO key_values (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING
""")
