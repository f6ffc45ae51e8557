"""What is wrong since when, so that it is told once and not at every look."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from scanjobs.config import Settings
from scanjobs.db import driver

_SELECT = "SELECT name, since FROM alarms ORDER BY name"
_RAISE = """
    INSERT INTO alarms (name, since, message) VALUES (:name, :since, :message) ON CONFLICT (name) DO NOTHING
"""
_CLEAR = "DELETE FROM alarms WHERE name = :name"


def raised(settings: Settings) -> dict[str, datetime]:
    """Every alarm by its name, and since when it is one."""
    with driver.read(settings) as connection:
        rows = connection.execute(_SELECT).fetchall()
    return {name: datetime.fromtimestamp(since, UTC) for name, since in rows}


def sound(settings: Settings, messages: Sequence[tuple[str, str]], at: datetime) -> list[str]:
    """Raise alarms by name and message; answers the names of those that are new.

    Of two that raise the same at the same time, one is told that it is new.
    """
    new = []
    with driver.write(settings) as connection:
        for name, message in messages:
            values = {"name": name, "since": at.timestamp(), "message": message}
            if connection.execute(_RAISE, values).rowcount == 1:
                new.append(name)
    return new


def clear(settings: Settings, names: Collection[str]) -> None:
    """Take alarms back."""
    with driver.write(settings) as connection:
        for name in names:
            connection.execute(_CLEAR, {"name": name})
