"""How the sites that have a cookie look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from scanjobs import console
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.sightings import Sighting

MOST_VENDORS = 3


def find_view(found: Sequence[Sighting]) -> Iterator[RenderableType]:
    """A line for each site, and how many there are."""
    has_one_name = len({sighting.name for sighting in found}) == 1
    phases = [phase for phase in ConsentPhase if any(phase in sighting.phases for sighting in found)]
    head = "Site" if has_one_name else "Cookie and site"
    table = console.table(head, "Category", *(phase[:3] for phase in phases), "First", "Last", ">Scans")
    table.padding = (0, 1, 0, 0)
    for column in table.columns[1:]:
        column.no_wrap = True
    for sighting in found:
        table.add_row(
            Group(*_names(sighting, has_one_name)),
            Text(sighting.category, style=console.CATEGORY_STYLES[sighting.category]),
            *("●" if phase in sighting.phases else "" for phase in phases),
            f"{sighting.first_seen_at:%Y-%m-%d}",
            Text(f"{sighting.last_seen_at:%Y-%m-%d}", style="" if sighting.in_newest_scan else "dim"),
            f"{sighting.scans:,}/{sighting.scans_of_site:,}",
        )
    yield table
    yield Text(_told(found), style="dim")


def _names(sighting: Sighting, has_one_name: bool) -> Iterator[RenderableType]:
    """The name where there are several, the site, and the domain where that is another one."""
    if not has_one_name:
        yield _folded(sighting.name, "bold")
    yield _folded(sighting.site)
    if sighting.domain != sighting.site:
        yield _folded(f"of {sighting.domain}", "dim")


def _told(found: Sequence[Sighting]) -> str:
    sites = {sighting.site for sighting in found}
    names = {sighting.name for sighting in found}
    in_newest = sum(sighting.in_newest_scan for sighting in found)
    vendors = sorted({sighting.vendor for sighting in found if sighting.vendor})
    what = "" if len(names) == 1 else f"{console.counted(len(names), 'name')} on "
    where = console.counted(len(sites), "site")
    still = "all" if in_newest == len(found) else f"{in_newest:,} of {len(found):,}"
    whose = f"; of {console.listed(vendors)}" if 0 < len(vendors) <= MOST_VENDORS else ""
    return console.printable(f"{what}{where}; {still} in the newest scan of the site{whose}.")


def _folded(text: str, style: str = "") -> Text:
    return Text(console.printable(text), style=style, overflow="fold")
