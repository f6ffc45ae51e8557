"""What a site keeps in a browser beside cookies: localStorage, sessionStorage, IndexedDB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, ValueFingerprint


class StorageKind(StrEnum):
    """Where in the browser an item lies (HTML standard, Web storage; W3C IndexedDB)."""

    LOCAL = "local_storage"
    SESSION = "session_storage"
    INDEXED_DB = "indexed_db"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class StorageKey:
    """What makes two items the same item."""

    name: str
    """The key; of IndexedDB the database, and the object store after a slash."""
    origin: str
    """Scheme, host and port that the item belongs to, for instance `https://www.example.org`."""
    kind: StorageKind


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredItem:
    """One item in one consent phase."""

    key: StorageKey
    phase: ConsentPhase
    value: ValueFingerprint | None
    """None where the capture told that there is an item and not what it holds."""
    kept_value: str | None
    """The value itself, only where the user opted in."""
    first_url: str | None
    """The page it was first seen on; the query is left out. None where nobody said."""
    initiator: str | None
    """The script that stored it, as its address without the query and the line after a colon."""
    observed_at: datetime | None
