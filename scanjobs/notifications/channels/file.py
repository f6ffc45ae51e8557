"""Appends events to a file, a line of JSON each."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.domain.notifications import Outgoing, Target
from scanjobs.errors import DeliveryError, UsageError
from scanjobs.files import sync_folder
from scanjobs.notifications.messages import message


def send(settings: Settings, outgoing: Outgoing) -> str:
    """Append the event or the digest as one line that survives a loss of power, with its id."""
    path = _path(outgoing.target)
    record = {"id": outgoing.id, **message(settings, outgoing).data}
    line = json.dumps(record, allow_nan=False).encode("ascii") + b"\n"
    try:
        return f"{_append(path, line):,} bytes appended"
    except OSError as error:
        raise DeliveryError(
            f"{path} cannot be written: {(error.strerror or 'refused').lower()}.",
            hint="Let the user of the workers write there.",
        ) from error


def check(settings: Settings, target: Target) -> None:
    """It is a whole path to a file, or to a new one in a folder that is there, and can be written."""
    path = _path(target)
    try:
        is_there = path.exists()
        if is_there and not path.is_file():
            raise UsageError(f"{path} is no file.", hint="Name a file; it is made if it is not there.")
        if not path.parent.is_dir():
            raise UsageError(f"The folder {path.parent} is not there.", hint="Make it first.")
        needed = (path, os.R_OK | os.W_OK) if is_there else (path.parent, os.W_OK | os.X_OK)
        may_write = os.access(*needed)
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        raise UsageError(f"{path} cannot be looked at: {reason}.") from error
    if not may_write:
        raise UsageError(f"{path} cannot be written by this user.", hint="Change its permissions.")


def _path(target: Target) -> Path:
    try:
        path = Path(target.address).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{target.address}: nobody here is called so.") from error
    if "\0" in target.address:
        raise UsageError("The name of the file has characters that are no text.")
    if not path.is_absolute():
        raise UsageError(
            f"The file {target.address} is named by a relative path, which workers cannot find.",
            hint="Name it by its whole path.",
        )
    return path


def _append(path: Path, line: bytes) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise DeliveryError(f"{path} is no file.", hint="Name a file; it is made if it is not there.")
        if state.st_size and os.pread(descriptor, 1, state.st_size - 1) != b"\n":
            line = b"\n" + line  # a full disk or a loss of power cut the line before
        written = os.write(descriptor, line)
        os.fsync(descriptor)
        if written < len(line):
            raise DeliveryError(f"There was no room for a whole line in {path}.", hint="Free some space.")
    finally:
        os.close(descriptor)
    sync_folder(path.parent)
    return written
