"""Puts database, reports and configuration into one file while others work, and takes them out again."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from scanjobs import __version__
from scanjobs.classification import updates
from scanjobs.config import Settings
from scanjobs.db import schema, workers
from scanjobs.db.connection import connect
from scanjobs.db.refusals import translated
from scanjobs.errors import ConfigurationError, DatabaseTooNewError, DataFolderError, StorageError
from scanjobs.files import put_in_place, sync_folder
from scanjobs.notifications.own_templates import folder_of as messages_folder_of
from scanjobs.reports import own_templates

CONTENTS = "backup.json"
DATABASE = "scanjobs.db"
CONFIGURATION = "config.toml"
COOKIE_DATA = updates.FILE_NAME
REPORTS = "reports"
FORMAT = 1
"""Version of the layout of a backup."""
PAGES_A_STEP = 1000
"""Pages of the database copied before writers get a turn."""

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """What a backup holds."""

    created_at: datetime
    tool_version: str
    revision: str
    """Version of the database."""
    files: dict[str, tuple[int, str]]
    """Size in bytes and SHA-256 of each file, by its path in the backup."""

    @property
    def reports(self) -> int:
        """How many report files it holds."""
        return sum(name.startswith(f"{REPORTS}/") for name in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())


def default_target(settings: Settings) -> Path:
    """A file in the folder one is in, named by the time."""
    _file_of(settings)
    return Path(f"scanjobs-{settings.clock.now():%Y-%m-%dT%H%M%S}.tar")


def back_up(
    settings: Settings, target: Path, on_progress: OnProgress = lambda doing, done, total: None
) -> Backup:
    """Write the database as it is at one moment, the reports and the configuration into a tar file.

    Workers and commands go on meanwhile. Reports, logo and templates outside the data folder are not taken
    along.

    Raises:
        ConfigurationError: the database is on a server.
        StorageError: there is no database yet, it is damaged, or something cannot be read or written.
    """
    source = _file_of(settings)
    if not source.exists():
        raise StorageError(f"There is no database {source} yet.", hint="Import a scan first.")
    if target.exists() and not target.is_file():
        raise _unwritable(target, "it is no file")
    schema.ensure(settings)
    with _scratch(settings) as folder, translated(settings):
        _copy_database(source, copy := folder / DATABASE, on_progress)
        found = {**_other_files(settings), DATABASE: copy}
        backup = _backup(settings, copy)

        def draw(file: BinaryIO) -> None:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for done, (name, path) in enumerate(found.items()):
                    on_progress("Writing", done, len(found))
                    if (added := _add(tar, name, path)) is not None:
                        backup.files[name] = added
                _add_contents(tar, folder / CONTENTS, backup)

        try:
            put_in_place(target, draw)
        except OSError as error:
            raise _unwritable(target, error.strerror) from error
    return backup


def restore(
    settings: Settings,
    source: Path,
    *,
    replace: bool = False,
    on_progress: OnProgress = lambda doing, done, total: None,
) -> Backup:
    """Put a backup into the data folder; every file is compared with its digest before anything is moved.

    The database is moved last, so that whatever interrupts leaves the installation as it was, with some
    reports more. A database that is there is kept beside it under another name.

    Raises:
        ConfigurationError: the database is to be on a server.
        DatabaseTooNewError: the backup comes from a newer scanjobs.
        StorageError: the file is no whole backup; there is a database and `replace` is False; a worker lives.
    """
    target = _file_of(settings)
    if target.exists():
        _refuse_to_disturb(settings, target, replace=replace)
    _make_folder(settings.home)
    with _scratch(settings) as folder:
        backup = _unpack(source, folder, on_progress)
        if backup.revision not in schema.REVISIONS:
            raise DatabaseTooNewError(
                f"{source} holds a database of version {backup.revision}, "
                f"this program knows versions up to {schema.HEAD}."
            )
        _check(folder / DATABASE)
        for name in backup.files:
            if name != DATABASE:
                _move(folder / name, settings.home / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            _set_aside(target)
        _move(folder / DATABASE, target)
    return backup


def _file_of(settings: Settings) -> Path:
    if settings.database_path is None:
        raise ConfigurationError(
            "The database is on a server, which has tools of its own for this.",
            hint="Use pg_dump and pg_restore, and copy the folder of the reports.",
        )
    return settings.database_path


def _unwritable(target: Path, reason: str | None) -> StorageError:
    return StorageError(
        f"The backup could not be written to {target}: {(reason or 'refused').lower()}.",
        hint="Name another file; nothing was left there.",
    )


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    """A folder on the disk of the installation that goes at the end."""
    folder = settings.home / f".backup-{secrets.token_hex(4)}"
    _make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataFolderError(folder, error.strerror) from error


def _copy_database(source: Path, copy: Path, on_progress: OnProgress) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        on_progress("Copying the database", total - remaining, total)

    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(copy)) as there:
        here.execute("BEGIN")  # one moment, however many pages others write meanwhile
        here.execute("SELECT 1 FROM sqlite_master").fetchone()
        here.backup(there, pages=PAGES_A_STEP, progress=told)
        there.execute("PRAGMA journal_mode = DELETE")
    _check(copy)


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            answer = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise StorageError(f"The database is damaged: {answer}.", hint="Take an older backup.")


def _other_files(settings: Settings) -> dict[str, Path]:
    """What lies in the data folder beside the database and is worth keeping."""
    found = {}
    for name in (CONFIGURATION, COOKIE_DATA):
        if (path := settings.home / name).is_file():
            found[name] = path
    for path in _files_of_ones_own(settings):
        if path.is_file() and path.is_relative_to(settings.home):
            found[path.relative_to(settings.home).as_posix()] = path
    for path in sorted(settings.reports_folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.endswith(".part"):
            found[f"{REPORTS}/{path.relative_to(settings.reports_folder).as_posix()}"] = path
    return found


def _files_of_ones_own(settings: Settings) -> Iterator[Path]:
    """What reports and messages are drawn with."""
    if settings.branding.logo:
        yield settings.home / settings.branding.logo
    if (folder := own_templates.folder_of(settings)) is not None:
        yield from own_templates.files_in(folder)
    yield from own_templates.files_in(messages_folder_of(settings))


def _add(tar: tarfile.TarFile, name: str, path: Path) -> tuple[int, str] | None:
    """Add a file as it is now; None where somebody deleted it since it was listed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = 0o600, 0, 0, "", ""
        tar.addfile(entry, file)
    return entry.size, digest


def _backup(settings: Settings, database: Path) -> Backup:
    """What a backup made now tells of itself; its files join it as they are added."""
    with closing(sqlite3.connect(database)) as copied:
        revision = copied.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return Backup(created_at=settings.clock.now(), tool_version=__version__, revision=revision, files={})


def _add_contents(tar: tarfile.TarFile, path: Path, backup: Backup) -> None:
    """The list of what is in it, at its end: a backup without it is not whole."""
    told = {
        "format": FORMAT,
        "created_at": backup.created_at.isoformat(),
        "tool_version": backup.tool_version,
        "revision": backup.revision,
        "files": {name: {"size": size, "sha256": sha256} for name, (size, sha256) in backup.files.items()},
    }
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    _add(tar, CONTENTS, path)


def _refuse_to_disturb(settings: Settings, database: Path, *, replace: bool) -> None:
    if not replace:
        raise StorageError(
            f"There is a database {database} already.",
            hint="Name another data folder with --home, or add --replace: it is kept under another name.",
        )
    try:
        with translated(settings), closing(connect(settings)) as connection:
            living = workers.living(settings, connection)
    except StorageError:
        return  # it is damaged, which is what backups are for
    if living:
        raise StorageError(
            f"A worker still runs on {settings.database_name} ({', '.join(living)}).",
            hint="Stop it, which lets its running jobs finish, and try again; nothing was changed.",
        )


def _unpack(source: Path, folder: Path, on_progress: OnProgress) -> Backup:
    """Unpack a backup and compare each file with its digest."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            members = [member for member in tar if member.isfile()]
            for done, member in enumerate(members):
                on_progress("Unpacking", done, len(members))
                tar.extract(member, folder, filter="data")
        backup = _contents(json.loads((folder / CONTENTS).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        if not source.exists():
            raise StorageError(f"There is no file {source}.", hint="Check its name.") from error
        raise _not_whole(source) from error
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_whole(source) from error
    except OSError as error:
        raise StorageError(f"{source} could not be unpacked: {error.strerror}.") from error
    for name, (size, sha256) in backup.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or _digest(path) != sha256:
            raise _not_whole(source)
    if DATABASE not in backup.files:
        raise _not_whole(source)
    return backup


def _contents(told: dict[str, Any]) -> Backup:
    if told["format"] != FORMAT:
        raise StorageError(
            f"The backup has the layout {told['format']}, this program knows {FORMAT}.",
            hint="Install a later version.",
        )
    return Backup(
        created_at=datetime.fromisoformat(told["created_at"]),
        tool_version=str(told["tool_version"]),
        revision=str(told["revision"]),
        files={str(name): (int(f["size"]), str(f["sha256"])) for name, f in told["files"].items()},
    )


def _not_whole(source: Path) -> StorageError:
    return StorageError(
        f"{source} is not a whole backup of scanjobs.", hint="Take another one; nothing was changed."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _set_aside(database: Path) -> None:
    """Give the database that is there another name, with nothing of it left in a log beside it."""
    kept = database.with_name(f"{database.name}.replaced-{secrets.token_hex(4)}")
    try:
        with closing(sqlite3.connect(database, timeout=5.0, isolation_level=None)) as held:
            held.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"{database} is in use: {error}.", hint="Stop workers and commands that use it, and try again."
        ) from error
    except sqlite3.DatabaseError:
        for suffix in ("-wal", "-shm"):  # damaged: its log belongs to it and goes along
            with suppress(FileNotFoundError):
                Path(f"{database}{suffix}").rename(f"{kept}{suffix}")
    database.rename(kept)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(path, target)  # noqa: PTH105 - one step, also over a file that is there
    sync_folder(target.parent)
