"""What we expect of a source of evidence, and what it is asked to take in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureTarget:
    """One file to take in, and how."""

    path: Path
    phase: ConsentPhase = ConsentPhase.UNKNOWN
    salt: bytes
    """The same for every capture of one scan, so that values can be compared within it."""
    keep_values: bool = False
    """True keeps cookie values; otherwise only their fingerprints leave this room."""
    salvage: bool = False
    """True keeps the complete entries of a file that ends early."""
    on_progress: Callable[[int, int], None] | None = None
    """Called with the bytes read so far and the bytes there are."""


class Source(Protocol):
    """Something that gives evidence; one file per member."""

    format: ClassVar[str]
    """What people call it, for instance `har`."""

    def matches(self, head: bytes) -> bool:
        """True when a file that begins like this is one of ours; its name is never asked."""
        ...

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the capture shows; CaptureError when it cannot be taken in."""
        ...
