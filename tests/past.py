"""Rows of what has happened: jobs that ended, deliveries that went out, workers that died."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.ids import new_id


def insert(settings: Settings, table: str, **values: Any) -> str:
    """One row; answers its id."""
    values = {"id": new_id(), **values}
    plain = {
        name: value.timestamp() if isinstance(value, datetime) else value for name, value in values.items()
    }
    names = ", ".join(plain)
    places = ", ".join(f":{name}" for name in plain)
    with driver.write(settings) as connection:
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", plain)
    return str(values["id"])


def job(settings: Settings, created_at: datetime, **changes: Any) -> str:
    """A job that waits in the queue since then."""
    values = {
        "task": "my_module.work",
        "queue": "default",
        "state": "queued",
        "priority": 0,
        "payload": "{}",
        "created_at": created_at,
        "run_at": created_at,
    }
    return insert(settings, "jobs", **(values | changes))


def ended_job(
    settings: Settings,
    finished_at: datetime,
    *,
    waited: float = 1.0,
    ran: float = 2.0,
    state: str = "succeeded",
    **changes: Any,
) -> str:
    """A job that waited and ran for so many seconds."""
    started = finished_at.timestamp() - ran
    values = {
        "created_at": datetime.fromtimestamp(started - waited, finished_at.tzinfo),
        "state": state,
        "started_at": started,
        "finished_at": finished_at,
        "attempt": 1,
    }
    values |= changes
    return job(settings, values.pop("created_at"), **values)


def delivery(settings: Settings, ended_at: datetime | None, state: str = "delivered", **changes: Any) -> str:
    """A delivery that ended then, or waits."""
    values = {
        "subscription_id": "a subscription",
        "recipient": "dpo",
        "channel": "email",
        "address": "dpo@shop.example",
        "digest": "none",
        "state": state,
        "created_at": ended_at,
        "due_at": ended_at,
        "attempts": 1,
        "ended_at": ended_at,
    }
    return insert(settings, "deliveries", **(values | changes))


def worker(settings: Settings, seen_at: datetime, **changes: Any) -> str:
    """A worker on another host that was seen then."""
    values = {
        "host": "elsewhere.example",
        "boot_id": "another boot",
        "pid": 4711,
        "lock_path": "/nowhere/worker.lock",
        "queues": "default,reports,notifications",
        "is_private": False,
        "concurrency": 2,
        "started_at": seen_at,
        "seen_at": seen_at,
    }
    return insert(settings, "workers", **(values | changes))
