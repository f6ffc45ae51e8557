"""What we expect of a reader of declarations, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from scanjobs.scanner.declarations.lines import Lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What a file declares."""

    lines: Lines
    tool: str | None = None
    declared_at: datetime | None = None
    domain: str | None = None
    """The host that the file says it speaks of."""
    is_damaged: bool = False
    """Something in it is cut or broken; the lines are those before it."""


class DeclarationSource(Protocol):
    """A format that declarations come in; one file per member."""

    format: ClassVar[str]

    def matches(self, head: bytes) -> bool:
        """True when a file that begins like this is one of ours; its name is never asked."""
        ...

    def read(self, content: bytes, name: str) -> Declared:
        """What the file declares; CaptureError when it cannot be taken in."""
        ...
