"""Rings idle workers after a commit, so that nobody polls: by a datagram, or by the server they all use.

On one machine each worker has a socket. A PostgreSQL server tells them itself, wherever they are.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.jobs.statements_postgres import RING


class Ringing(Protocol):
    """What a worker waits on to be woken."""

    @property
    def socket(self) -> Any:
        """Becomes readable when it rings; asked anew before each wait."""
        ...

    def silence(self) -> None:
        """Forget every ring so far."""
        ...

    def close(self, *, remove: bool = True) -> None:
        """Close it; a child after a fork closes its copy without taking away the worker's."""
        ...


def bell_of(settings: Settings, worker_id: str) -> Ringing:
    """A bell for this worker, of the kind its database has."""
    if settings.database_path is not None:
        return Bell(settings, worker_id)
    from scanjobs.jobs.listening import ListeningBell  # only where there is a server

    return ListeningBell(settings)


def ring_on_commit(settings: Settings, connection: Connection) -> None:
    """Wake every worker when the transaction of this connection is committed."""
    if settings.database_path is None:
        connection.execute(RING)
    else:
        driver.after_commit(partial(ring, settings))


def bell_folder(settings: Settings) -> Path | None:
    """Where the workers of one database have their sockets; None where no safe place can be had.

    It is short, since the path of a socket has 108 bytes at most, so it is not in the data folder.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime or tempfile.gettempdir()) / ("scanjobs" if runtime else f"scanjobs-{os.getuid()}")
    folder = base / hashlib.sha256(settings.database_url.encode()).hexdigest()[:12]
    try:
        for made in (base, folder):
            with suppress(FileExistsError):
                made.mkdir(mode=0o700)
            found = made.lstat()
            # Somebody else may have been there first, with a link to a folder of ours.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                return None
            if found.st_mode & 0o077:
                made.chmod(0o700)
    except OSError:
        return None
    return folder


class Bell:
    """The socket on which one worker can be woken.

    Without a bell, where no folder can be had for it, the worker still looks once a second.
    """

    def __init__(self, settings: Settings, worker_id: str) -> None:
        self._path: Path | None = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        for _ in range(3):  # the last worker to leave may take the folder away before we are in it
            folder = bell_folder(settings)
            if folder is None:
                return
            with suppress(OSError):
                self.socket.bind(str(folder / worker_id[:13]))
                self._path = folder / worker_id[:13]
                return

    def silence(self) -> None:
        """Forget every ring so far."""
        with suppress(BlockingIOError):
            while True:
                self.socket.recv(16)

    def close(self, *, remove: bool = True) -> None:
        """Close it; a child after a fork closes its copy without removing the worker's."""
        self.socket.close()
        if remove and self._path is not None:
            self._path.unlink(missing_ok=True)
            with suppress(OSError):  # somebody else's socket is in it
                self._path.parent.rmdir()


def ring(settings: Settings) -> None:
    """Wake every worker of this database by its socket. A socket whose worker is gone is removed.

    It has nothing to do on a server, which tells them itself of jobs that were accepted.
    """
    ringer = _ringers.get(settings.database_url)
    if ringer is None or ringer.pid != os.getpid():
        ringer = _ringers[settings.database_url] = _Ringer(settings)
    ringer.ring()


class _Ringer:
    """Remembers whom to wake, since a submit should not look through folders each time."""

    def __init__(self, settings: Settings) -> None:
        self.pid = os.getpid()
        self._settings = settings
        self._folder: int | None = None
        self._paths: list[str] = []
        self._changed_at = -1
        if settings.database_path is not None:
            self._open()
        self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sender.setblocking(False)
        self._mine = threading.Lock()

    def ring(self) -> None:
        with self._mine:  # or two threads would close the same folder
            self._ring()

    def _ring(self) -> None:
        if self._folder is None:
            return
        try:
            found = os.fstat(self._folder)
            if found.st_nlink == 0:  # the last worker took it away, and the next one makes it anew
                self._open()
                found = os.fstat(self._folder)
            if found.st_mtime_ns != self._changed_at:
                self._paths = [entry.path for entry in os.scandir(self._path)]
                self._changed_at = found.st_mtime_ns
        except OSError:
            return
        for path in self._paths:
            try:
                self._sender.sendto(b"!", path)
            except ConnectionRefusedError:
                with suppress(OSError):
                    if stat.S_ISSOCK(os.lstat(path).st_mode):
                        Path(path).unlink()
            except OSError:  # its buffer is full: it has been rung already
                continue

    def _open(self) -> None:
        """Find the folder; an open one costs less to ask whether it has changed than a path."""
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None
        self._changed_at = -1
        path = bell_folder(self._settings)
        if path is not None:
            self._path = path
            with suppress(OSError):
                self._folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


_ringers: dict[str, _Ringer] = {}
