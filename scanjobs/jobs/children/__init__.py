"""The kinds of children a worker can have: one contract, one file a kind."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanjobs.jobs.children.contract import Kind
    from scanjobs.jobs.queue import JobQueue

KINDS = {
    "process": "processes.Processes",
    "thread": "threads.Threads",
    "solo": "solo.Solo",
}


def kind_named(name: str, queue: JobQueue) -> Kind:
    """The kind of children of this name, for the tasks of a queue."""
    module, _, made = KINDS[name].partition(".")
    kind: Callable[[JobQueue], Kind] = getattr(import_module(f"{__name__}.{module}"), made)
    return kind(queue)
