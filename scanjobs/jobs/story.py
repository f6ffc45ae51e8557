"""The story of a job: what happened to it and when, a line of JSON each on its row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.jobs import JobEvent


def line(at: float, event: str, **facts: Any) -> str:
    """One event as a line; facts that are None are left out."""
    told = {key: value for key, value in facts.items() if value is not None}
    if not told:
        return f'[{at:.6f}, "{event}"]\n'
    return f'[{at:.6f}, "{event}", {json.dumps(told, ensure_ascii=False)}]\n'


def read(text: str) -> tuple[JobEvent, ...]:
    """The events of a story, in their order."""
    events = []
    for words in text.splitlines():
        at, event, *facts = json.loads(words)
        events.append(
            JobEvent(at=datetime.fromtimestamp(at, UTC), event=event, facts=facts[0] if facts else {})
        )
    return tuple(events)
