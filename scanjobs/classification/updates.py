"""Keeps a newer cookie database in the data folder, and finds the one in force."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scanjobs.classification.data_file import version_order
from scanjobs.classification.database import CookieDatabase, default_database
from scanjobs.config import Settings
from scanjobs.errors import CookieDataError, DataFolderError, StorageError
from scanjobs.files import put_in_place

FILE_NAME = "cookies.json"
"""Of the database in the data folder; without it the bundled one is in force."""
_MOST_BYTES = 100_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """What came of bringing a database."""

    before: str | None
    """Version and revision that were in force; None where the file could not be read."""
    now: str


def database_in_force(settings: Settings) -> CookieDatabase:
    """The database of the data folder, else the bundled one.

    Raises:
        CookieDataError: the one in the data folder is damaged.
    """
    path = settings.home / FILE_NAME
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return default_database()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read: {error.strerror}.", hint="Check its permissions."
        ) from error
    # Workers live long: another file there is another database, from the next scan on.
    return _load(path, state.st_mtime_ns, state.st_size, state.st_ino)


def update(settings: Settings, file: Path, *, force: bool = False) -> Update:
    """Put a file of cookie data in force, whole or not at all.

    Raises:
        CookieDataError: it cannot be read, is damaged, or is older than what is in force and not forced.
        StorageError: the data folder cannot be written.
    """
    data = _read(file)
    new = _database(data, file)
    before = _version_in_force(settings)
    if before and not force and version_order(new.version) < version_order(before):
        raise CookieDataError(
            f"{file} is of version {_plain(new.version)}, and {_plain(before)} is in force, which is newer.",
            hint="Add --force to use it all the same, or --builtin for the one that came with scanjobs.",
        )
    _put(settings.home / FILE_NAME, data)
    return Update(before=before, now=new.version)


def use_builtin(settings: Settings) -> Update:
    """Go back to the database that came with the program.

    Raises:
        StorageError: the data folder cannot be written.
    """
    before = _version_in_force(settings)
    path = settings.home / FILE_NAME
    try:
        path.unlink(missing_ok=True)
    except NotADirectoryError:
        pass
    except OSError as error:
        raise StorageError(f"{path} cannot be removed: {error.strerror}.") from error
    return Update(before=before, now=default_database().version)


def known_databases(settings: Settings) -> tuple[CookieDatabase, ...]:
    """The databases that labels may come from: the one in force, if it can be read, and the bundled one."""
    with suppress(CookieDataError, StorageError):
        return database_in_force(settings), default_database()
    return (default_database(),)


def _plain(version: str) -> str:
    return version.partition("+")[0]


def _version_in_force(settings: Settings) -> str | None:
    try:
        return database_in_force(settings).version
    except CookieDataError:
        return None  # what is damaged is not in the way of what mends it


@lru_cache(maxsize=2)
def _load(path: Path, changed_at: int, size: int, inode: int) -> CookieDatabase:
    try:
        return _database(_read(path), path)
    except CookieDataError as error:
        raise CookieDataError(
            error.message,
            hint="`scanjobs cookies update FILE` replaces it, `update --builtin` removes it.",
        ) from error


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CookieDataError(f"{file} is too large to be a cookie database.")
        return file.read_bytes()
    except OSError as error:
        raise CookieDataError(f"{file} cannot be read: {error.strerror}.") from error


def _database(data: bytes, file: Path) -> CookieDatabase:
    try:
        return CookieDatabase.from_json(data)
    except CookieDataError as error:
        raise CookieDataError(
            f"{file} is no usable cookie database. {error.message}",
            hint="scripts/build_cookie_data.py writes such files.",
        ) from error


def _put(path: Path, data: bytes) -> None:
    try:
        put_in_place(path, lambda file: file.write(data))
    except OSError as error:
        raise DataFolderError(path.parent, error.strerror) from error
