"""Declarations: what a site says about its cookies, the newest of each site in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.session import reading, transaction
from scanjobs.domain.declared import DeclarationFile, DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.purposes import Category


def add_declaration(settings: Settings, declaration: SiteDeclaration) -> None:
    """Store a declaration; from now on it is the one of its site."""
    file = asdict(declaration.file)
    with transaction(settings) as session:
        session.execute(
            sa.insert(models.Declaration).values(
                id=declaration.id, site=declaration.site, imported_at=declaration.imported_at, **file
            )
        )


def declaration_of_site(settings: Settings, site: str) -> SiteDeclaration | None:
    """The newest declaration of a site."""
    newest = sa.select(models.Declaration).where(models.Declaration.site == site)
    with reading(settings) as session:
        row = session.scalars(newest.order_by(models.Declaration.seq.desc()).limit(1)).first()
        return None if row is None else declaration_from(row)


def declaration_from(row: models.Declaration) -> SiteDeclaration:
    """A stored declaration as the value it was stored from."""
    return SiteDeclaration(
        id=row.id,
        site=row.site,
        imported_at=row.imported_at,
        file=DeclarationFile(
            file_name=row.file_name,
            sha256=row.sha256,
            size=row.size,
            format=row.format,
            tool=row.tool,
            declared_at=row.declared_at,
            domain=row.domain,
            cookies=tuple(_cookie(values) for values in row.cookies),
            skipped=tuple((reason, count) for reason, count in row.skipped),
        ),
    )


def _cookie(values: dict[str, Any]) -> DeclaredCookie:
    category = values["category"]
    return DeclaredCookie(
        **values
        | {"type": DeclaredType(values["type"]), "category": Category(category) if category else None}
    )
