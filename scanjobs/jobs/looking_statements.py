"""The SQL of those who only look: jobs, counts, workers; answered from indexes, however much there is."""

from __future__ import annotations

from scanjobs.domain.jobs import WITH_OTHERS

# Who only waits for others of its key is as good as queued.
_WAITS_FOR_OTHERS = f"held_at IS NOT NULL AND state = 'scheduled' AND run_at >= {WITH_OTHERS.timestamp():.0f}"
_SHOWN_STATE = f"CASE WHEN {_WAITS_FOR_OTHERS} THEN 'queued' ELSE state END"
_COLUMNS = f"""
    id, batch_id, task, queue, {_SHOWN_STATE} AS state, priority, attempt, rescues, payload, progress,
    progress_phase, created_at, run_at, expires_at, started_at, finished_at, worker_id, cancel, result,
    error, hint, traceback, story, limit_key, at_once, rate, rate_seconds,
    CASE WHEN state = 'scheduled' THEN held_at END AS held_at
"""
FINAL = "state IN ('succeeded', 'failed', 'cancelled')"
SELECT_JOB = f"SELECT {_COLUMNS} FROM jobs WHERE id = :job_id"
SELECT_JOBS_BY_PREFIX = f"""
    SELECT {_COLUMNS} FROM jobs WHERE id >= :prefix AND id < :beyond ORDER BY id LIMIT 4
"""
SELECT_NEWEST_JOB = f"SELECT {_COLUMNS} FROM jobs ORDER BY seq DESC LIMIT 1"
SELECT_JOBS = f"""
    SELECT {_COLUMNS} FROM jobs
     WHERE (:state IS NULL OR {_SHOWN_STATE} = :state) AND (:queue IS NULL OR queue = :queue)
       AND (:task IS NULL OR task = :task) AND (:worker IS NULL OR worker_id LIKE :worker)
       AND (:since IS NULL OR created_at >= :since) AND (:until IS NULL OR created_at < :until)
       AND (:started_since IS NULL OR started_at >= :started_since)
       AND (:started_until IS NULL OR started_at < :started_until)
       AND (:words IS NULL OR payload LIKE :words ESCAPE '\\' OR result LIKE :words ESCAPE '\\'
            OR error LIKE :words ESCAPE '\\')
     ORDER BY seq DESC LIMIT :limit
"""
SELECT_BATCH = f"SELECT {_COLUMNS} FROM jobs WHERE batch_id = :batch_id ORDER BY seq LIMIT :limit"
SELECT_AMONG = f"""
    SELECT {_COLUMNS} FROM jobs WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY seq
"""
SELECT_RUNNING = f"""
    SELECT {_COLUMNS} FROM jobs WHERE state = 'running'
     ORDER BY started_at, priority DESC, seq LIMIT :limit
"""
SELECT_WAITING_FOR_TIME = f"""
    SELECT {_COLUMNS} FROM jobs WHERE state IN ('scheduled', 'retrying') ORDER BY run_at LIMIT :limit
"""
# What a worker of this queue will start next.
SELECT_NEXT_OF = f"""
    SELECT {_COLUMNS} FROM jobs WHERE state = 'queued' AND queue = :queue
     ORDER BY priority DESC, seq LIMIT :limit
"""
SELECT_FAILED = f"""
    SELECT {_COLUMNS} FROM jobs WHERE state = 'failed' AND finished_at > :since
     ORDER BY finished_at DESC LIMIT :limit
"""
SELECT_CANCELLED = f"""
    SELECT {_COLUMNS} FROM jobs WHERE state = 'cancelled' OR (state = 'running' AND cancel IS NOT NULL)
     ORDER BY seq DESC LIMIT :limit
"""
SELECT_FINISHED = f"""
    SELECT {_COLUMNS} FROM jobs WHERE {FINAL} ORDER BY finished_at DESC LIMIT :limit
"""
# What statistics are made of, and where there is anything to make them of.
SELECT_ENDED = f"""
    SELECT queue, task, state, attempt, created_at, run_at, started_at, finished_at FROM jobs
     WHERE {FINAL} AND finished_at >= :since AND finished_at < :until
"""
FIRST_ENDED = f"SELECT min(finished_at) FROM jobs WHERE {FINAL} AND finished_at >= :since"
# What came of jobs since then?
COUNT_OUTCOMES = f"""
    SELECT task, state, count(*) FROM jobs WHERE {FINAL} AND finished_at >= :since GROUP BY task, state
"""
# Jobs whose time has come, but which nobody has put into their queue: no worker runs.
COUNT_DUE = """
    SELECT queue, count(*), min(run_at) FROM jobs
     WHERE state IN ('scheduled', 'retrying') AND run_at <= :now GROUP BY queue
"""
# Since when does a job wait that could have begun before then?
WAITS_SINCE = """
    SELECT CASE WHEN run_at > created_at THEN run_at ELSE created_at END FROM jobs
     WHERE state = 'queued' AND queue = :queue AND created_at < :before AND run_at < :before
     ORDER BY priority DESC, seq LIMIT 1
"""
# Three, since each is answered from a partial index of its own, however many jobs there are.
COUNT_QUEUED = """
    WITH RECURSIVE
    -- Queue by queue and priority by priority, from one step of the index to the next.
    names (queue) AS (
        SELECT min(queue) FROM jobs WHERE state = 'queued'
        UNION ALL
        SELECT (SELECT min(queue) FROM jobs WHERE state = 'queued' AND queue > names.queue)
          FROM names WHERE names.queue IS NOT NULL
    ),
    steps (queue, priority) AS (
        SELECT queue, (SELECT priority FROM jobs WHERE state = 'queued' AND queue = names.queue
                        ORDER BY priority DESC LIMIT 1)
          FROM names WHERE queue IS NOT NULL
        UNION ALL
        SELECT queue, (SELECT priority FROM jobs
                        WHERE state = 'queued' AND queue = steps.queue AND priority < steps.priority
                        ORDER BY priority DESC LIMIT 1)
          FROM steps WHERE priority IS NOT NULL
    ),
    firsts (queue, seq) AS (
        SELECT queue, (SELECT min(seq) FROM jobs
                        WHERE state = 'queued' AND queue = steps.queue AND priority = steps.priority)
          FROM steps WHERE priority IS NOT NULL
    )
    SELECT queue, (SELECT count(*) FROM jobs WHERE state = 'queued' AND queue = firsts.queue),
           (SELECT created_at FROM jobs WHERE seq = oldest)
      FROM (SELECT queue, min(seq) AS oldest FROM firsts GROUP BY queue) AS firsts
"""
COUNT_SCHEDULED = """
    SELECT queue, state, count(*) FROM jobs WHERE state IN ('scheduled', 'retrying') GROUP BY queue, state
"""
COUNT_HELD = f"""
    SELECT queue, count(*), min(created_at) FROM jobs WHERE {_WAITS_FOR_OTHERS} GROUP BY queue
"""
COUNT_RUNNING = "SELECT queue, count(*) FROM jobs WHERE state = 'running' GROUP BY queue"
# How many of each queue ended lately, and since when; the newest alone where they are many.
COUNT_ENDED = f"""
    SELECT queue, count(*), min(finished_at)
      FROM (SELECT queue, finished_at FROM jobs WHERE {FINAL} AND finished_at > :since
             ORDER BY finished_at DESC LIMIT :limit) AS ended
     GROUP BY queue
"""
COUNT_UNFINISHED_AMONG = """
    SELECT count(*) FROM jobs
     WHERE id IN (SELECT value FROM json_each(:ids)) AND state IN ('scheduled', 'queued', 'retrying')
"""
COUNT_WAITING_IN = """
    SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND queue = :queue)
        OR EXISTS (SELECT 1 FROM jobs
                    WHERE state IN ('scheduled', 'retrying') AND state = 'retrying' AND queue = :queue)
        OR EXISTS (SELECT 1 FROM jobs AS held
                    WHERE held_at IS NOT NULL AND state = 'scheduled' AND queue = :queue
                      AND EXISTS (SELECT 1 FROM jobs WHERE limit_key IS NOT NULL
                                     AND state IN ('queued', 'running') AND limit_key = held.limit_key))
"""
# Who holds which jobs, in the order in which they were claimed.
SELECT_HELD = """
    SELECT worker_id, id FROM jobs WHERE state = 'running' ORDER BY started_at, priority DESC, seq
"""
SELECT_WORKERS = """
    SELECT id, host, boot_id, pid, lock_path, queues, is_private, concurrency, pool,
           coalesce(children, concurrency) AS children, started_at, seen_at, succeeded, failed,
           (SELECT count(*) FROM jobs WHERE state = 'running' AND worker_id = workers.id) AS running
      FROM workers WHERE stopped_at IS NULL ORDER BY seq
"""
