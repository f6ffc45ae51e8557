"""`scanjobs find`: which sites have a cookie, since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanjobs.commands.options import JsonOption

if TYPE_CHECKING:
    from scanjobs.domain.sightings import Sighting


def find(
    name: Annotated[
        str, typer.Argument(metavar="COOKIE", help="Its name; `*` stands for anything: '_ga_*'.")
    ],
    domain: Annotated[
        str | None,
        typer.Option("--domain", metavar="DOMAIN", help="Only of this domain and those below it."),
    ] = None,
    vendor: Annotated[
        str | None, typer.Option("--vendor", metavar="NAME", help="Only this vendor's; `*` as in names.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell which sites have a cookie, since when, and in which phases, over all scans."""
    from scanjobs import config, console
    from scanjobs.db import sightings
    from scanjobs.domain.sightings import CookieQuery

    query = CookieQuery(name=name, domain=domain, vendor=vendor)
    found = sightings.find_cookies(config.current(), query)
    if json:
        console.show_json(_as_json(found))
    elif found:
        from scanjobs.commands.find_view import find_view

        console.show(*find_view(found))
    else:
        console.say("note", f"No scan has a cookie {name!r}{_narrowed(domain, vendor)}.")


def _narrowed(domain: str | None, vendor: str | None) -> str:
    words = [f" of the domain {domain}" if domain else "", f" of the vendor {vendor}" if vendor else ""]
    return "".join(words)


def _as_json(found: Sequence[Sighting]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(sighting) for sighting in found]
