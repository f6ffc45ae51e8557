"""Puts a text in place whole, for a command that waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from scanjobs.errors import ReportError, StorageError
from scanjobs.files import write_atomically


def put(path: Path, text: str, *, option: str) -> None:
    """Write a text as UTF-8; `option` named the path.

    Raises:
        StorageError: it cannot be written.
    """
    # A lone surrogate becomes an escape, which JSON reads as what it was.
    content = text.encode("utf-8", "backslashreplace")

    def draw(file: BinaryIO) -> None:
        file.write(content)

    try:
        write_atomically(path, draw)
    except (StorageError, ReportError) as error:
        # What it says speaks of jobs and their workers.
        reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else None
        raise StorageError(
            f"{path} cannot be written: {reason or 'it is no file'}.",
            hint=f"Choose another path with {option}.",
        ) from error
