"""Overrides: what users say about cookies, one statement for each name, domain and site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.session import reading, transaction
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category, Exemption


def put_overrides(settings: Settings, overrides: Sequence[Override]) -> None:
    """Store statements, all or none; each takes the place of what was said about the same."""
    with transaction(settings) as session:
        for override in overrides:
            _put(session, override)


def amend_override(settings: Settings, override: Override) -> Override:
    """Store a statement; what it leaves open stays as it was said before. Answers what is said now."""
    with transaction(settings) as session:
        row = session.scalars(sa.select(models.Override).where(*_about(override))).first()
        if row is not None:
            before = _override(row)
            has_word = override.exemption is not None
            override = replace(
                override,
                category=override.category or before.category,
                vendor=override.vendor or before.vendor,
                exemption=override.exemption if has_word else before.exemption,
                reason=override.reason or (None if has_word else before.reason),
            )
        _put(session, override)
    return override


def remove_override(settings: Settings, name: str, domain: str | None, site: str | None) -> bool:
    """Forget a statement; False where there is none."""
    about = (
        models.Override.name == name,
        models.Override.domain == (domain or ""),
        models.Override.site == (site or ""),
    )
    with transaction(settings) as session:
        found = session.scalars(sa.delete(models.Override).where(*about).returning(models.Override.seq))
        return found.first() is not None


def list_overrides(settings: Settings) -> list[Override]:
    """Every statement, by site, name and domain."""
    return _read(settings, sa.select(models.Override))


def overrides_for(settings: Settings, site: str | None) -> list[Override]:
    """The statements about every site, and those about this one."""
    return _read(settings, sa.select(models.Override).where(models.Override.site.in_({"", site or ""})))


def _read(settings: Settings, rows: sa.Select[models.Override]) -> list[Override]:
    ordered = rows.order_by(models.Override.site, models.Override.name, models.Override.domain)
    with reading(settings) as session:
        return [_override(row) for row in session.scalars(ordered)]


def _put(session: Session, override: Override) -> None:
    session.execute(sa.delete(models.Override).where(*_about(override)))
    session.execute(
        sa.insert(models.Override).values(
            name=override.name,
            domain=override.domain or "",
            site=override.site or "",
            category=override.category,
            vendor=override.vendor,
            exemption=override.exemption,
            reason=override.reason,
            created_at=override.created_at,
        )
    )


def _about(override: Override) -> tuple[Any, ...]:
    return (
        models.Override.name == override.name,
        models.Override.domain == (override.domain or ""),
        models.Override.site == (override.site or ""),
    )


def _override(row: models.Override) -> Override:
    return Override(
        name=row.name,
        domain=row.domain or None,
        site=row.site or None,
        category=Category(row.category) if row.category else None,
        vendor=row.vendor,
        exemption=Exemption(row.exemption) if row.exemption else None,
        reason=row.reason,
        created_at=row.created_at,
    )
