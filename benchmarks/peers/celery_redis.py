"""The two jobs in Celery on Redis, acknowledged after they ran."""

from __future__ import annotations

import os

from celery import Celery

from peers import trace

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4)


@app.task
def noop(payload: str) -> None:
    trace.tally()


@app.task
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


submit, send_mark = noop.delay, mark.delay
