"""Takes a written report along with its mail, if it is still what was recorded and small enough."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.domain.events import Event
from scanjobs.notifications.one_line import one_line

LONGEST_NAME = 120
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes along with a mail."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


def report_of(settings: Settings, event: Event) -> tuple[Attachment | None, str | None]:
    """The report that an event tells of; or None, and why it stays where it is."""
    facts = event.facts
    limit = settings.mail.attach_megabytes
    if (facts.get("size") or 0) > limit * 1_000_000:
        return None, f"It is not attached: it is larger than {limit:g} MB."
    try:
        path = Path(facts["path"])
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode) or state.st_size != facts.get("size"):
                return None, "It is not attached: the file is not what was written any more."
            data = file.read(state.st_size + 1)
    except (OSError, ValueError, KeyError, TypeError):
        return None, "It is not attached: the file cannot be read any more."
    if hashlib.sha256(data).hexdigest() != facts.get("sha256"):
        return None, "It is not attached: the file is not what was written any more."
    media_type = _MEDIA_TYPES.get(str(facts.get("format")), "application/octet-stream")
    return Attachment(name=one_line(path.name, LONGEST_NAME), media_type=media_type, data=data), None
