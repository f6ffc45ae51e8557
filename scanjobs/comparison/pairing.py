"""Which things of two scans are the same thing, also where a part of their name is made anew each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class SameIf(Generic[Found]):
    """One way to know a thing again; the keys of both have to be equal."""

    key: Callable[[Found], Hashable | None]
    """None: it has no such key."""
    only_alone: bool = False
    """Whether it counts only where one thing of each scan has the key, as for a name that moved."""


def paired(
    older: Sequence[Found], newer: Sequence[Found], ways: Sequence[SameIf[Found]]
) -> Iterator[tuple[Found | None, Found | None]]:
    """Each thing with its like of the other scan, or with None; the surest ways come first.

    Where several things share a key they are paired off in their order.
    """
    rest_older, rest_newer = list(older), list(newer)
    for way in ways:
        if not rest_older or not rest_newer:
            break
        groups_older, groups_newer = _grouped(rest_older, way), _grouped(rest_newer, way)
        done: tuple[set[int], set[int]] = (set(), set())
        for key, ours in groups_older.items():
            theirs = groups_newer.get(key, [])
            if way.only_alone and (len(ours), len(theirs)) != (1, 1):
                continue
            for one, other in zip(ours, theirs, strict=False):
                yield rest_older[one], rest_newer[other]
                done[0].add(one)
                done[1].add(other)
        rest_older = [thing for position, thing in enumerate(rest_older) if position not in done[0]]
        rest_newer = [thing for position, thing in enumerate(rest_newer) if position not in done[1]]
    for left in rest_older:
        yield left, None
    for right in rest_newer:
        yield None, right


def _grouped(things: Sequence[Found], way: SameIf[Found]) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for position, thing in enumerate(things):
        key = way.key(thing)
        if key is not None:
            groups[key].append(position)
    return groups
