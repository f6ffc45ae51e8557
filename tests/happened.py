"""What happened, as a test looks back at it, and visits for something to happen in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.db import driver, events
from scanjobs.db.connection import named_rows
from scanjobs.domain.events import Event
from tests.factories import NOON


def happened(settings: Settings, types: str = "") -> list[Event]:
    """Every event whose type begins so, the oldest first."""
    with driver.read(settings) as connection:
        rows = named_rows(connection, "SELECT * FROM events ORDER BY seq", {})
    return [event for event in map(events.event_of, rows) if event.type.startswith(types)]


def recorded_visit(path: Path, cookies: Iterable[str], at: datetime = NOON) -> Path:
    """A HAR file of one page of shop.example that sets these cookies, each for a visit."""
    headers = [
        {"name": "Set-Cookie", "value": f"{name}=1; Path=/; Secure; HttpOnly; SameSite=Lax"}
        for name in cookies
    ]
    entry = {
        "startedDateTime": at.isoformat(),
        "time": 1,
        "request": {
            "method": "GET",
            "url": "https://shop.example/",
            "httpVersion": "HTTP/2",
            "headers": [],
            "cookies": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "HTTP/2",
            "headers": [*headers, {"name": "Content-Type", "value": "text/html"}],
            "cookies": [],
            "content": {"size": 0, "mimeType": "text/html"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 0,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
    }
    log = {"version": "1.2", "creator": {"name": "Test", "version": "1"}, "pages": [], "entries": [entry]}
    path.write_text(json.dumps({"log": log}))
    return path
