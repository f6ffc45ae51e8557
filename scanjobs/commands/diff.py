"""`scanjobs diff`: what changed between two scans."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.options import JsonOption


def diff(
    first: Annotated[
        str | None,
        typer.Argument(
            metavar="A",
            help="The older scan: its id, four characters or more of it, `latest`, or a site. Alone, it is "
            "compared with the scan of the same site before it.",
        ),
    ] = None,
    second: Annotated[str | None, typer.Argument(metavar="B", help="The newer scan.")] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="DOMAIN", help="Compare the last two scans of this site.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Whose severities; those of the settings else."),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when something changed, as git does.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Tell what changed from one scan to another: cookies, storage, hosts, vendors, findings.

    What one scan could not see is not comparable, which is neither added nor removed.
    """
    from scanjobs import config, console, pipeline
    from scanjobs.commands.diff_view import diff_view
    from scanjobs.comparison.facts import as_json
    from scanjobs.db import site_scans
    from scanjobs.errors import ExitCode

    if (first is None) == (site is None):
        raise typer.BadParameter("Name two scans, one scan or site, or --site alone.")
    settings = config.current()
    if second is None:
        older, newer = site_scans.last_two(settings, site or first or "")
    else:
        older, newer = (site_scans.find_scan(settings, words) for words in (first or "", second))
    comparison = pipeline.compare_scans(settings, older.id, newer.id, profile or settings.profile)
    if json:
        console.show_json(as_json(comparison))
    else:
        console.show(*diff_view(comparison))
    if exit_code and comparison.has_changes:
        raise typer.Exit(ExitCode.FINDINGS)
