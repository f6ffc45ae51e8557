"""The jobs in Celery on Redis, acknowledged after they ran."""

from __future__ import annotations

import os

from celery import Celery

from peers import hold as holding
from peers import trace

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4)


@app.task
def noop(payload: str) -> None:
    trace.tally()


@app.task
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


@app.task(time_limit=holding.LIMIT_SECONDS)
def hold(how: str) -> None:
    holding.hold(how)


submit, send_mark, send_hold = noop.delay, mark.delay, hold.delay
