"""How Huey's chords are put together: who is in one, and which place each member has in its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huey.api import Task, chord, group
from huey.registry import Message
from huey.utils import ChordConfig


def tasks_of(asked: chord) -> Iterator[Task]:
    """Every task of a chord and of the chords in it.

    Raises:
        ValueError: a group is a member of it.
    """
    yield asked.callback
    for member in asked.tasks:
        if isinstance(member, group):
            raise ValueError("A group cannot be a member of a chord; .then() makes a chord of it.")
        yield from tasks_of(member) if isinstance(member, chord) else (member,)


def give_places(asked: chord) -> None:
    """Tell the last step of each member where its result stands; a chord ends with its callback."""
    for index, member in enumerate(asked.tasks):
        head = member.callback if isinstance(member, chord) else member
        _last(head).chord_config = ChordConfig(asked.callback.id, len(asked.tasks), index, asked.callback)


def place_in_chord(message: Message) -> tuple[str, int] | None:
    """The id of the callback that waits for the end of this pipeline, and its place there."""
    config = _last(message).chord_config
    return None if config is None else (config[0], config[2])


def _last(step: Any) -> Any:
    """The last step of a pipeline, of tasks or of messages."""
    while step.on_complete is not None:
        step = step.on_complete
    return step
