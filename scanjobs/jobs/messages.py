"""What travels in the queue: a task and its arguments as JSON, never a pickle."""

from __future__ import annotations

import json
from typing import Any

from huey.registry import Message
from huey.utils import SKIPPED, Error

from scanjobs.errors import JobError
from scanjobs.jobs.codec import MARK, decode_value, encode_value, marked, skipped, to_json, unmarked

FORMAT_VERSION = 1
# 1: Huey's message, field by field; dates, durations and errors marked by their type.

_PLAIN = ("id", "name", "retries", "retry_delay", "priority", "timeout", "retry_backoff")
_MOMENTS = ("eta", "expires_resolved")


class MessageError(JobError):
    """A message in the queue cannot be read."""


def encode(message: Message) -> str:
    """The message as JSON text.

    Raises:
        MessageError: an argument is neither plain data nor a date, a duration or an error.
    """
    try:
        return to_json({"v": FORMAT_VERSION, **_as_json(message)})
    except (TypeError, ValueError) as error:
        raise _unfit(error) from error


def decode(text: str) -> Message:
    """The message back from JSON text.

    Raises:
        MessageError: it is damaged, or of a later version.
    """
    try:
        values = json.loads(text)
        version = values["v"]
        if version == FORMAT_VERSION:
            return _from_json(values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MessageError(f"The message of the job is damaged: {error!r}.") from error
    raise MessageError(
        f"The message of the job has format {version!r}, this worker reads {FORMAT_VERSION}.",
        hint="Run a worker of the version that submitted it.",
    )


class Form:
    """The messages of one task, alike but for id and arguments: encoded once, filled in for each call."""

    _ID = "\x00id"

    def __init__(self, message: Message) -> None:
        """Of a message without arguments."""
        text = encode(message._replace(id=self._ID, args=(), kwargs={}))
        self._before, rest = text.split(to_json(self._ID))
        self._between, self._after = rest.split('"kwargs":{}')

    def filled(self, identifier: str, kwargs: dict[str, Any]) -> str:
        """The message of one call, as `encode` would write it.

        Raises:
            MessageError: an argument is neither plain data nor a date, a duration or an error.
        """
        try:
            arguments = to_json(marked(kwargs))
        except (TypeError, ValueError) as error:
            raise _unfit(error) from error
        return f'{self._before}"{identifier}"{self._between}"kwargs":{arguments}{self._after}'


class JsonSerializer:
    """What Huey uses for results, locks and revocations; a result may be the error of a task."""

    def serialize(self, data: Any) -> bytes:
        """Bytes of JSON."""
        if isinstance(data, Error):
            return encode_value({MARK: "failed", "value": data.metadata}).encode()
        return encode_value(skipped() if data is SKIPPED else data).encode()

    def deserialize(self, data: bytes) -> Any:
        """The value back."""
        return decode_value(data.decode())


def _unfit(error: Exception) -> MessageError:
    return MessageError(
        f"The task was given something that cannot be queued: {error}.",
        hint="Hand over ids and words: texts, numbers, lists and dictionaries of them.",
    )


def _as_json(message: Message) -> dict[str, Any]:
    values: dict[str, Any] = {key: value for key in _PLAIN if (value := getattr(message, key)) is not None}
    for key in (*_MOMENTS, "expires"):
        if (value := getattr(message, key)) is not None:
            values[key] = marked(value)
    values["args"] = marked(list(message.args))
    values["kwargs"] = marked(message.kwargs)
    for key in ("on_complete", "on_error"):
        if (following := getattr(message, key)) is not None:
            values[key] = _as_json(following)
    if message.chord_config is not None:
        identifier, size, index, callback = message.chord_config
        values["chord"] = [identifier, size, index, _as_json(callback)]
    return values


def _from_json(values: dict[str, Any]) -> Message:
    chord = values.get("chord")
    return Message(
        **{key: values.get(key) for key in _PLAIN},
        **{key: unmarked(values.get(key)) for key in (*_MOMENTS, "expires")},
        args=tuple(unmarked(values["args"])),
        kwargs=unmarked(values["kwargs"]),
        on_complete=_from_json(values["on_complete"]) if "on_complete" in values else None,
        on_error=_from_json(values["on_error"]) if "on_error" in values else None,
        chord_config=None if chord is None else (*chord[:3], _from_json(chord[3])),
    )
