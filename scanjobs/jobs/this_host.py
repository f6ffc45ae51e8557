"""Looks at processes of this host: whether they are the workers they say, and how much memory they use."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def holds(pid: int, path: str) -> bool:
    """Whether this process has this file open.

    The same number may be another process in another container, and one that began after the worker died.
    """
    with suppress(OSError):
        wanted = Path(path).stat()
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if os.path.samestat(descriptor.stat(), wanted):
                    return True
    return False


def memory_of(pid: int) -> int | None:
    """Bytes that a process and all that it has started have in memory; None where nobody tells."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return None
    return resident + sum(memory_of(child) or 0 for child in _children_of(pid))


def _children_of(pid: int) -> list[int]:
    """What its threads have started; none where the kernel does not tell."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found
