"""What submitters, tasks and workers wrote down outside the data folder, gathered after the chaos."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_TOLD = {"job_succeeded", "job_failed", "job_cancelled"}
_KILLED, _LEFT = -9, 0
"""How a child of the engine may end: killed, or without anything more to do."""


class Cancel(NamedTuple):
    """A cancellation that was accepted."""

    job_id: str
    at: float
    """Seconds since 1970, when the call had returned."""
    at_once: bool
    """Whether the job was cancelled then; otherwise it ran, and was asked to end."""


@dataclass
class Notes:
    """Everything the processes of a run have noted."""

    accepted: dict[str, str] = field(default_factory=dict)
    """The kind of each accepted job by its id."""
    chains: list[list[str]] = field(default_factory=list)
    chords: list[list[str]] = field(default_factory=list)
    """The callback of each, then its members."""
    cancels: list[Cancel] = field(default_factory=list)
    starts: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """How often each attempt of a job was started."""
    refused: list[str] = field(default_factory=list)
    """What was said to those whose job was not accepted."""
    refused_ids: set[str] = field(default_factory=set)
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Which workers said in their log that they had written a job's outcome."""
    workers: dict[str, str] = field(default_factory=dict)
    """The short ids of the workers by the names of their logs."""
    killed: dict[str, float] = field(default_factory=dict)
    """When a worker was killed, by its short id; the driver knows."""
    events: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)


def read_notes(folder: Path) -> Notes:
    """All notes and logs of a run; a line that a kill cut short was never promised."""
    notes = Notes()
    for path in sorted((folder / "notes").iterdir()):
        for line in _lines(path):
            _read_note(line, notes)
    for path in sorted((folder / "logs").iterdir()):
        _read_log(path, notes)
    return notes


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for words in path.read_text("utf-8", errors="replace").splitlines(keepends=True):
        if words.endswith("\n"):
            yield json.loads(words)


def _read_note(line: dict[str, Any], notes: Notes) -> None:
    match line["what"]:
        case "accepted":
            notes.accepted |= dict.fromkeys(line["ids"], line["kind"])
            if line.get("chain"):
                notes.chains.append(line["chain"])
            if line.get("chord"):
                notes.chords.append(line["chord"])
        case "started":
            notes.starts[line["id"]][line["attempt"]] += 1
        case "refused":
            notes.refused.append(line["error"])
            notes.refused_ids.update(line["ids"])
        case "cancelled":
            notes.cancels.append(Cancel(line["id"], line["at"], line["at_once"]))


def _read_log(path: Path, notes: Notes) -> None:
    worker = ""
    plain = []
    for words in path.read_text("utf-8", errors="replace").splitlines():
        try:
            line = json.loads(words)
        except ValueError:
            plain.append(words)
            continue
        event = line.get("event", "")
        notes.events[event] += 1
        if event == "worker_started":
            worker = notes.workers[path.stem] = line["worker_id"][:8]
        if event in _TOLD:
            notes.told[line["job_id"]].append(worker)
        if event == "child_died" and line["exit_code"] not in (_KILLED, _LEFT):
            notes.crashes.append(f"{path.name}: a child ended with {line['exit_code']}")
        if "traceback" in line:
            notes.crashes.append(f"{path.name}: {words}")
    words = "\n".join(plain)
    if "Traceback" in words or "a defect of its own" in words:
        notes.crashes.append(f"{path.name}:\n{words}")
