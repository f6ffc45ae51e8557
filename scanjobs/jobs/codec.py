"""Values as JSON text: plain data as it is; dates, durations and errors marked by their type."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

MARK = "__scanjobs__"
"""The key that says what an object stands for."""


def encode_value(value: Any) -> str:
    """A result or an argument as JSON text.

    Raises:
        TypeError, ValueError: JSON has no form for it; NaN is no number there.
    """
    return json.dumps(marked(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode_value(text: str) -> Any:
    """The value back from JSON text."""
    return unmarked(json.loads(text))


def arguments(payload: str) -> dict[str, Any]:
    """What a queued task was called with, for people to look at; empty where the message is damaged."""
    try:
        values = json.loads(payload)
        named = {str(position): value for position, value in enumerate(values["args"])} | values["kwargs"]
    except (KeyError, TypeError, ValueError):
        return {}
    return {key: unmarked(value) for key, value in named.items()}


def marked(value: Any) -> Any:
    """The value with everything that JSON does not know replaced by an object that says what it is."""
    match value:
        case datetime():
            return {MARK: "datetime", "value": value.isoformat()}
        case timedelta():
            return {MARK: "timedelta", "value": value.total_seconds()}
        case BaseException():
            return {MARK: "error", "value": f"{type(value).__name__}: {value}"}
        case dict():
            return {str(key): marked(item) for key, item in value.items()}
        case list() | tuple():
            return [marked(item) for item in value]
        case _:
            return value


def unmarked(value: Any) -> Any:
    """The value with those objects turned back."""
    if isinstance(value, list):
        return [unmarked(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value.get(MARK):
        case "datetime":
            return datetime.fromisoformat(value["value"])
        case "timedelta":
            return timedelta(seconds=value["value"])
        case "error":
            return value["value"]
        case _:
            return {key: unmarked(item) for key, item in value.items()}
