"""The types of columns, alike in both databases: texts ordered by code point, whole numbers without end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# SQLite orders texts so, and the beginning of an id is looked for as a range.
Words = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite's reach 64 bits anyway; a cookie may last for centuries, and a queue see billions of jobs.
Whole = Integer().with_variant(BigInteger(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A UTC moment, stored as seconds since 1970 so that both databases compare it alike."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> float | None:
        """Seconds since 1970."""
        return None if value is None else value.timestamp()

    def process_result_value(self, value: float | None, dialect: Dialect) -> datetime | None:
        """A datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


def partial(condition: str, postgresql: str | None = None) -> dict[str, Any]:
    """The arguments of an index over the rows of which something holds, in both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(postgresql or condition)}
