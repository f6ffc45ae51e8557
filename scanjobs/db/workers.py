"""Asks which workers live, for those who must not get in their way."""

from __future__ import annotations

from pathlib import Path

from scanjobs.config import Settings
from scanjobs.db.connection import Connection
from scanjobs.db.locks import boot_id, holds_lock

_SELECT = "SELECT pid, host, boot_id, lock_path, seen_at FROM workers WHERE stopped_at IS NULL"


def living(settings: Settings, connection: Connection) -> list[str]:
    """Those who live, in words: on this host by their locks, elsewhere by their leases."""
    now = settings.clock.timestamp()
    return [
        f"process {pid}" if boot == boot_id() else f"process {pid} on {host}"
        for pid, host, boot, lock_path, seen_at in connection.execute(_SELECT).fetchall()
        if _lives(settings, boot, Path(lock_path), seen_at + settings.lease_seconds, now)
    ]


def _lives(settings: Settings, boot: str, lock: Path, seen_until: float, now: float) -> bool:
    if holds_lock(lock):
        return True
    is_here = settings.database_path is not None or boot == boot_id()
    return not is_here and seen_until >= now
