"""Reads secrets from the environment or from files that nobody else can read, and repeats them nowhere."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from scanjobs.errors import ConfigurationError

LARGEST = 65_536
"""Bytes of a file with a secret."""
SHAPE = "Name it as env:NAME or file:PATH."
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_reference(text: str) -> bool:
    """Whether this tells where a secret is found."""
    return text.startswith(("env:", "file:"))


def read_secret(reference: str) -> str:
    """What stands in the environment or the file that a reference names, without the line's end.

    Raises:
        ConfigurationError: it is not there, others can read it, or the reference is none.
    """
    kind, _, place = reference.partition(":")
    if kind == "env" and _NAME.fullmatch(place):
        secret = os.environ.get(place, "").strip()
        if not secret:
            raise ConfigurationError(
                f"The environment variable {place}, where a secret is expected, is not set.",
                hint="Set it for the workers as well, for instance in their systemd unit.",
            )
        return secret
    if kind == "file" and place:
        try:
            return _from_file(Path(place).expanduser())
        except RuntimeError as error:
            raise ConfigurationError(f"{place}: nobody here is called so.", hint=SHAPE) from error
    # What was given may be the secret itself: it is not repeated.
    raise ConfigurationError("A secret is told by where it is found, never itself.", hint=SHAPE)


def _from_file(path: Path) -> str:
    if not path.is_absolute():
        raise ConfigurationError(
            f"The file of a secret, {path}, is named by a relative path, which workers cannot find.",
            hint="Name it by its whole path.",
        )
    try:
        # A pipe without a writer would otherwise be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise ConfigurationError(f"{path}, where a secret is expected, is no file.", hint=SHAPE)
            if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(
                    f"The file {path} holds a secret and can be read by others.", hint=f"chmod 600 {path}"
                )
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "its name is no path").lower()
        raise ConfigurationError(
            f"The file {path}, where a secret is expected, cannot be read: {reason}.",
            hint="Let the user of the workers own it.",
        ) from error
    try:
        secret = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        # Its bytes would be quoted by the cause.
        raise ConfigurationError(f"The file {path}, where a secret is expected, is no text.") from None
    if not secret or len(data) > LARGEST:
        reason = "is empty" if not secret else f"is larger than {LARGEST:,} bytes"
        raise ConfigurationError(f"The file {path}, where a secret is expected, {reason}.")
    return secret
