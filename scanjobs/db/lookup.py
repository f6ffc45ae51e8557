"""Finds the one row whose id begins as typed."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.domain.ids import SHORTEST_PREFIX, short
from scanjobs.errors import AmbiguousIdError, NotFoundError

LATEST = "latest"
_HEXADECIMAL = re.compile(r"[0-9a-f-]+")


def one_by_prefix(
    session: Session, rows: sa.Select[Any], model: Any, prefix: str, *, noun: str, listing: str
) -> Any:
    """The row of `model` within `rows` whose id begins with `prefix`; `latest` is the newest.

    Raises:
        NotFoundError: there is none.
        AmbiguousIdError: there is more than one, or the prefix has fewer than four characters.
    """
    hint = f"`{listing}` lists the {noun}s that exist."
    if prefix == LATEST:
        newest = session.scalars(rows.order_by(model.seq.desc()).limit(1)).first()
        if newest is None:
            raise NotFoundError(f"There is no {noun} yet.", hint=hint)
        return newest
    wanted = prefix.strip().lower()
    if not _HEXADECIMAL.fullmatch(wanted):
        raise NotFoundError(f"There is no {noun} {prefix!r}.", hint=f"{hint} An id begins like 5f3a9c1e.")
    if len(wanted) < SHORTEST_PREFIX:
        raise AmbiguousIdError(
            f"{prefix!r} is too short to tell {noun}s apart.",
            hint=f"Give at least {SHORTEST_PREFIX} characters of the id. {hint}",
        )
    # A range, not LIKE: it uses the index of the id.
    found = session.scalars(
        rows.where(model.id >= wanted, model.id < wanted + "\x7f").order_by(model.seq).limit(4)
    ).all()
    if not found:
        raise NotFoundError(f"There is no {noun} {prefix}.", hint=hint)
    if len(found) > 1:
        some = ", ".join(short(row.id) for row in found[:3]) + (", …" if len(found) > 3 else "")
        raise AmbiguousIdError(
            f"More than one {noun} begins with {prefix}: {some}.", hint="Give more characters of the id."
        )
    return found[0]
