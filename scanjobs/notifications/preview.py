"""Writes what messages look like as files, of invented events, before anybody is told anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanjobs.config import Settings
from scanjobs.domain.events import EventType
from scanjobs.domain.notifications import Channel, Digest, Outgoing, Target
from scanjobs.errors import StorageError, UsageError
from scanjobs.files import put_in_place
from scanjobs.notifications.channels.email import mail_of
from scanjobs.notifications.channels.slack import payload_of
from scanjobs.notifications.channels.webhook import body_of, headers_of, keys_in
from scanjobs.notifications.messages import message
from scanjobs.notifications.samples import NOON, sample

SECRET = "whsec_c2NhbmpvYnMgcHJldmlldyBvbmx5LCBubyBzZWNyZXQ="  # noqa: S105 - it says so itself
"""The key by which webhooks of previews are signed."""
DIGEST = "digest"
_TARGETS = {
    Channel.EMAIL: Target(channel=Channel.EMAIL, address="you@harbour-lamps.example"),
    Channel.SLACK: Target(channel=Channel.SLACK, address="env:SLACK_URL"),
    Channel.WEBHOOK: Target(channel=Channel.WEBHOOK, address="https://hooks.harbour-lamps.example/scanjobs"),
}


def write_previews(settings: Settings, folder: Path, types: Sequence[EventType] | None = None) -> list[Path]:
    """Write the messages of these events, or of every one and a digest; answers the files.

    Raises:
        TemplateError: something is wrong with a template of one's own.
        UsageError: there is a file where the folder should be.
        StorageError: the folder cannot be written.
    """
    if not settings.mail.sender:
        settings = replace(settings, mail=replace(settings.mail, sender="scanjobs@harbour-lamps.example"))
    chosen = list(EventType) if types is None else list(dict.fromkeys(types))
    outgoing = [_outgoing(str(type), [type]) for type in chosen]
    if types is None:
        outgoing.append(_outgoing(DIGEST, chosen, Digest.DAILY))
    files = {name: text for one in outgoing for name, text in _files_of(settings, one).items()}
    return [_written(folder / name, text) for name, text in files.items()]


def _outgoing(name: str, types: Sequence[EventType], digest: Digest = Digest.NONE) -> Outgoing:
    return Outgoing(
        id=f"preview-{name}",
        recipient="you",
        target=_TARGETS[Channel.EMAIL],
        created_at=NOON,
        events=tuple(map(sample, types)),
        digest=digest,
    )


def _files_of(settings: Settings, outgoing: Outgoing) -> dict[str, bytes]:
    """Each file that shows a message, by name."""
    name = outgoing.id.removeprefix("preview-")
    mail, slack, webhook = (
        message(settings, replace(outgoing, target=target)) for target in _TARGETS.values()
    )
    body = body_of(webhook.data)
    posted = {
        "headers": headers_of(outgoing.id, outgoing.created_at, body, keys_in(SECRET, "the preview")),
        "secret": SECRET,
        "body": body.decode("ascii"),
        "data": webhook.data,
    }
    return {
        f"{name}.html": mail.html.encode(),
        f"{name}.txt": f"{mail.subject}\n\n{mail.text}".encode(),
        f"{name}.eml": mail_of(settings, outgoing, mail).as_bytes(),
        f"{name}.slack.json": _json(payload_of(slack)),
        f"{name}.webhook.json": _json(posted),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _written(path: Path, data: bytes) -> Path:
    try:
        put_in_place(path, lambda file: file.write(data))
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{path.parent} is no folder.", hint="Name a folder for the files.") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {(error.strerror or 'refused').lower()}.") from error
    return path
