"""Who is alive: a worker holds a lock as long as it lives; who can take the lock knows it is dead."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from scanjobs.db.locks import boot_id, holds_lock
from scanjobs.errors import DataFolderError

_PR_SET_PDEATHSIG = 1


class LifeLock:
    """The lock of one living worker. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path, worker_id: str) -> None:
        self.path = folder / f"{worker_id}.lock"
        try:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True)
            self._descriptor = self._take()
        except OSError as error:
            raise DataFolderError(folder.parent, error.strerror) from error

    def _take(self) -> int:
        while True:
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Whoever tidies up may have removed it before it was locked.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                    return descriptor
            os.close(descriptor)

    def close_inherited(self) -> None:
        """In a child: let go of the copy a fork gave it, or an orphan would keep its dead parent alive."""
        os.close(self._descriptor)

    def release(self, *, is_known: bool = True) -> None:
        """Leave; where nobody could be told, the free lock stays for others to see."""
        if is_known:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)


def remove_lock(path: str | None) -> None:
    """Take away what a dead worker left behind; the lock of one that only stalls stays."""
    if path is None:
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Path(path).unlink()
        finally:
            os.close(descriptor)


def remove_forgotten_locks(folder: Path, known: Collection[str | None]) -> None:
    """Take away the locks of dead workers that no row speaks of: killed before they had one, or after."""
    for path in folder.glob("*.lock"):
        if str(path) not in known:
            remove_lock(str(path))


def is_dead(boot: str | None, lock_path: str | None, seen_until: float, now: float) -> bool:
    """Whether a worker is gone: its lock is free, or its lease has run out, whatever its lock says."""
    return has_let_go(boot, lock_path) or seen_until < now


def has_let_go(boot: str | None, lock_path: str | None) -> bool:
    """Whether a worker of this host has ended: its lock is free."""
    return boot == boot_id() and lock_path is not None and holds_lock(Path(lock_path)) is False


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies (Linux; elsewhere a closed pipe ends it)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the kernel was told
        os._exit(1)
