"""What a shell offers when somebody begins to type the id of a scan or a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import typer

from scanjobs.errors import ScanjobsError

MOST = 50
"""Scans that are offered, the newest first."""


def scan_words(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids and sites that begin so; whatever goes wrong, there is nothing to offer."""
    from scanjobs import config
    from scanjobs.db.scan_names import newest_names

    with suppress(ScanjobsError):
        settings = config.load({"home": context.find_root().params.get("home")})
        if settings.database_path is not None and not settings.database_path.exists():
            return
        names = newest_names(settings, MOST)
        offered = {scan_id[:8]: site for scan_id, site in names}
        for site in sorted({site for _, site in names}):
            offered[site] = "its newest scan"
        offered["latest"] = "the newest scan of all"
        for word, help in offered.items():
            if word.startswith(incomplete):
                yield word, help
