"""Finds the one thing whose id begins as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from scanjobs.domain.ids import SHORTEST_PREFIX, short
from scanjobs.errors import AmbiguousIdError, NotFoundError

LATEST = "latest"
BEYOND = "\x7f"
"""Behind the last id that begins so: a range, not LIKE, uses the index of the id."""
_HEXADECIMAL = re.compile(r"[0-9a-f-]+")

Found = TypeVar("Found")


def checked_prefix(prefix: str, *, noun: str, listing: str) -> str:
    """The prefix as ids are written.

    Raises:
        NotFoundError: no id begins so, whatever there is.
        AmbiguousIdError: it has fewer than four characters.
    """
    wanted = prefix.strip().lower()
    if not _HEXADECIMAL.fullmatch(wanted):
        raise NotFoundError(
            f"There is no {noun} {prefix!r}.",
            hint=f"`{listing}` lists the {noun}s that exist. An id begins like 5f3a9c1e.",
        )
    if len(wanted) < SHORTEST_PREFIX:
        raise AmbiguousIdError(
            f"{prefix!r} is too short to tell {noun}s apart.",
            hint=f"Give at least {SHORTEST_PREFIX} characters of the id. `{listing}` lists the {noun}s.",
        )
    return wanted


def the_one(
    found: Sequence[Found], prefix: str, *, noun: str, listing: str, id_of: Callable[[Found], str]
) -> Found:
    """The only thing that was found.

    Raises:
        NotFoundError: nothing was.
        AmbiguousIdError: more than one was.
    """
    hint = f"`{listing}` lists the {noun}s that exist."
    if not found:
        told = f"There is no {noun} yet." if prefix == LATEST else f"There is no {noun} {prefix}."
        raise NotFoundError(told, hint=hint)
    if len(found) > 1:
        some = ", ".join(short(id_of(one)) for one in found[:3]) + (", …" if len(found) > 3 else "")
        raise AmbiguousIdError(
            f"More than one {noun} begins with {prefix}: {some}.", hint="Give more characters of the id."
        )
    return found[0]
