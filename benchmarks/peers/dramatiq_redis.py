"""The jobs in Dramatiq on Redis."""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from peers import trace

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))


@dramatiq.actor
def noop(payload: str) -> None:
    trace.tally()


@dramatiq.actor
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


submit, send_mark = noop.send, mark.send
