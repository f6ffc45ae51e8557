"""Puts a file in place whole or not at all: written beside its target, synced, then moved."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from scanjobs.errors import ReportError, ScanjobsError, StorageError

LONGEST_STEM = 60
"""Characters of the target's name that its unfinished file bears, so that the longer name still fits."""


def write_atomically(path: Path, draw: Callable[[BinaryIO], object]) -> tuple[int, str]:
    """Let `draw` write a file and put it at `path`; answers its size in bytes and its SHA-256.

    Until everything is on the disk the target stays as it was. The unfinished file has no name, so that
    nothing of it stays when the process is killed; where the file system knows no such files, it is
    `.name.….part` beside the target, and removed whatever goes wrong short of a kill.
    """
    with errors_explained(path):
        return put_in_place(path, draw)


def put_in_place(path: Path, draw: Callable[[BinaryIO], object]) -> tuple[int, str]:
    """What `write_atomically` does, with the errors of the operating system as they are."""
    refuse_what_is_no_file(path)
    path = path.resolve()  # a link stays, and what it points at is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name[:LONGEST_STEM]}.{secrets.token_hex(4)}.part")
    is_placed = False
    try:
        with _nameless(path.parent) or unfinished.open("xb+") as file:
            draw(file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            file.seek(0)
            sha256 = _digest(file)
            if not unfinished.exists():
                is_placed = _name(file, path) or not _name(file, unfinished)
        if not is_placed:
            unfinished.replace(path)
    except BaseException:
        # Also when interrupted or out of time: a later run starts from nothing.
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return size, sha256


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _nameless(folder: Path) -> BinaryIO | None:
    """A file without a name in this folder, or None where the system cannot make one or name it later."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
            return None
        raise


def _name(file: BinaryIO, path: Path) -> bool:
    """Give a nameless file its name; False where another file has it."""
    # With a folder's descriptor Python calls linkat(2), which follows the link in /proc; link(2) does not.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{file.fileno()}", path, src_dir_fd=folder)
    except FileExistsError:
        return False
    finally:
        os.close(folder)
    return True


def refuse_what_is_no_file(path: Path) -> None:
    """Fail before anything is drawn where a folder, a device or a pipe has that name.

    Raises:
        ReportError: there is something that is no file.
        OSError: the file system does not take such a name.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise ReportError(f"{path} is no file but a device or a pipe.", hint="Name a file with --output.")


def sync_folder(folder: Path) -> None:
    """Make the new name survive a loss of power, where the file system can promise that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def errors_explained(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence and a way out."""
    try:
        yield
    except OSError as error:
        raise _explained(error, path) from error
    except ValueError as error:
        if "\0" not in str(path) and not isinstance(error, UnicodeError):
            raise
        raise ReportError(
            "A report cannot be written to a path with characters that are no text.",
            hint="Choose another path with --output.",
        ) from error


def _explained(error: OSError, path: Path) -> ScanjobsError:
    """The refusal of an operating system as a sentence and a way out."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return StorageError(
                f"There is no room left for the report in {path.parent}.",
                hint="Free some space or choose another folder with --output, then `scanjobs jobs retry` it.",
            )
        case errno.EROFS:
            return StorageError(
                f"{path.parent} is on a file system that can only be read.",
                hint="Choose another folder with --output.",
            )
        case errno.EACCES | errno.EPERM:
            return StorageError(
                f"{path.parent} may not be written to by this user.",
                hint="Give the user of the worker write access, or choose another folder with --output.",
            )
        case errno.EISDIR:
            return ReportError(
                f"{path} is a folder, so no report can be written there.",
                hint="Add a file name to --output.",
            )
        case errno.ENOTDIR | errno.EEXIST:
            return ReportError(
                f"{path.parent} is not a folder, so no report can be written into it.",
                hint="Choose another folder with --output.",
            )
        case errno.ENAMETOOLONG:
            return ReportError(
                "The name of the report is longer than the file system allows.",
                hint="Choose a shorter path with --output.",
            )
        case _:
            return StorageError(
                f"The report could not be written to {path}: {error.strerror or error}.",
                hint="Look at the disk and its mount, then `scanjobs jobs retry` it.",
            )
