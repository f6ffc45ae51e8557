"""scanjobs: a scan of a website becomes a report someone can sign, through a job that is never lost."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanjobs.tasks import periodic as periodic
    from scanjobs.tasks import task as task

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`from scanjobs import task` loads the queue; `import scanjobs` loads nothing."""
    if name in ("task", "periodic"):
        return getattr(import_module("scanjobs.tasks"), name)
    raise AttributeError(f"module 'scanjobs' has no attribute {name!r}")
