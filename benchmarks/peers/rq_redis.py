"""The jobs in RQ."""

from __future__ import annotations

import os

from redis import Redis
from rq import Queue

from peers import hold, trace

queue = Queue(connection=Redis.from_url(os.environ["REDIS_URL"]))


def noop(payload: str) -> None:
    trace.tally()


def mark(sent_at: float) -> None:
    trace.mark(sent_at)


def submit(payload: str) -> None:
    queue.enqueue(noop, payload)


def send_mark(sent_at: float) -> None:
    queue.enqueue(mark, sent_at)


def send_hold(how: str) -> None:
    queue.enqueue(hold.hold, how, job_timeout=hold.LIMIT_SECONDS)
