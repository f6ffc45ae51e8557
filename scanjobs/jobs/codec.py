"""Values as JSON text: plain data as it is; dates, durations and errors marked by their type."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, cast

import orjson

MARK = "__scanjobs__"
"""The key that says what an object stands for."""

_PLAIN = frozenset({str, int, bool, type(None)})


def to_json(value: Any) -> str:
    """Plain data, as `marked` gives it, as the shortest JSON text.

    Raises:
        TypeError, ValueError: JSON has no form for it.
    """
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # a number of more than 64 bits, or truly impossible
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()  # half of a character is no text
        return text


def encode_value(value: Any) -> str:
    """A result or an argument as JSON text.

    Raises:
        TypeError, ValueError: JSON has no form for it; NaN is no number there.
    """
    return to_json(marked(value))


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


def failed(job_id: str, error: str | None, traceback: str | None = None) -> dict[str, Any]:
    """In place of the result of a job that failed; read back as Huey's `Error`."""
    told = {"task_id": job_id, "error": error, "traceback": traceback, "retries": 0}
    return {MARK: "failed", "value": told}


def skipped() -> dict[str, Any]:
    """In place of the result of a job that was cancelled or expired; read back as Huey's `SKIPPED`."""
    return {MARK: "skipped"}


def _huey_utils() -> ModuleType:
    # Whoever only looks at jobs should not load Huey, and hardly any job has such an argument.
    from huey import utils

    return cast("ModuleType", utils)


def marked(value: Any) -> Any:
    """The value with everything that JSON does not know replaced by an object that says what it is."""
    if type(value) in _PLAIN:
        return value
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
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} is no number in JSON")
        case str() | int() | float():
            return value
        case _:
            raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


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
        case "failed":
            return _huey_utils().Error(value["value"])
        case "skipped":
            return _huey_utils().SKIPPED
        case _:
            return {key: unmarked(item) for key, item in value.items()}
