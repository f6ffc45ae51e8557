"""Rings idle workers after a commit: one datagram to each worker's socket, so that nobody polls."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from scanjobs.config import Settings


def bell_folder(settings: Settings) -> Path:
    """Where the workers of one database have their sockets: short, since a socket's path has 108 bytes."""
    base = os.environ.get("XDG_RUNTIME_DIR") or f"{tempfile.gettempdir()}/scanjobs-{os.getuid()}"
    name = hashlib.sha256(settings.database_url.encode()).hexdigest()[:12]
    return Path(base) / "scanjobs" / name


class Bell:
    """The socket on which one worker can be woken."""

    def __init__(self, settings: Settings, worker_id: str) -> None:
        folder = bell_folder(settings)
        self._path = folder / worker_id[:13]
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        # Without a bell the worker still looks once a second, so its failure is no reason to stop.
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.socket.bind(str(self._path))

    def silence(self) -> None:
        """Forget every ring so far."""
        with suppress(BlockingIOError):
            while True:
                self.socket.recv(16)

    def close(self, *, remove: bool = True) -> None:
        """Close it; a child after a fork closes its copy without removing the worker's."""
        self.socket.close()
        if remove:
            self._path.unlink(missing_ok=True)


def ring(settings: Settings) -> None:
    """Wake every worker of this database. A socket whose worker is gone is removed."""
    try:
        paths = list(bell_folder(settings).iterdir())
    except OSError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in paths:
            try:
                sender.sendto(b"!", str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:  # its buffer is full: it has been rung already
                continue
