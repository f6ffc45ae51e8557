"""Ids and sites of scans by plain SQL, for whoever has no time to load the ORM."""

from __future__ import annotations

from scanjobs.config import Settings
from scanjobs.db import driver

_NEWEST = "SELECT id, site FROM scans WHERE state = 'ready' ORDER BY seq DESC LIMIT :limit"


def newest_names(settings: Settings, limit: int) -> list[tuple[str, str]]:
    """Id and site of the newest scans."""
    with driver.read(settings) as connection:
        return [(row[0], row[1]) for row in connection.execute(_NEWEST, {"limit": limit}).fetchall()]
