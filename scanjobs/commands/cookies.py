"""`scanjobs cookies`: say and ask what cookies are for, bring newer data, label scans anew."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import JsonOption

if TYPE_CHECKING:
    from scanjobs.config import Settings
    from scanjobs.domain.jobs import JobRecord

app = typer.Typer(
    no_args_is_help=True, help="Say and ask what cookies are for; bring newer data; label scans anew."
)

MOST_FOLLOWED = 500
"""Jobs that one worker is started for; their ids are words on its command line."""


class GivenCategory(StrEnum):
    """The purposes a user can give."""

    NECESSARY = "necessary"
    FUNCTIONAL = "functional"
    ANALYTICS = "analytics"
    MARKETING = "marketing"


NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The whole name, or its beginning and a * at the end.")
]
DomainOption = Annotated[
    str | None,
    typer.Option("--domain", metavar="DOMAIN", help="Only on this domain and below; else on any."),
]
SiteOption = Annotated[
    str | None, typer.Option("--site", metavar="SITE", help="Only in scans of this site; else in all.")
]


@app.command("set")
def set_override(
    name: NameArgument,
    category: Annotated[GivenCategory | None, typer.Option("--category", help="What it is for.")] = None,
    domain: DomainOption = None,
    site: SiteOption = None,
    vendor: Annotated[str | None, typer.Option("--vendor", metavar="NAME", help="Whose it is.")] = None,
    exempt: Annotated[
        bool | None,
        typer.Option(
            "--exempt/--not-exempt", help="Whether it may be stored without consent; needs --reason."
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; reports print it.")
    ] = None,
) -> None:
    """Say what a cookie (or stored item) is; this counts more than any other source.

    What is left out stays as it was said before. Scans that are there already follow with
    `scanjobs cookies reclassify`.
    """
    from scanjobs import config, console
    from scanjobs.classification.statements import statement
    from scanjobs.commands.cookies_view import said
    from scanjobs.db import overrides

    settings = config.current()
    override = statement(
        name=name,
        domain=domain,
        site=site,
        category=category,
        vendor=vendor,
        exempt=exempt,
        reason=reason,
        created_at=settings.clock.now(),
    )
    now = overrides.amend_override(settings, override)
    console.show_line(console.printable(said(now)))
    _say_how_scans_follow(now.site)


@app.command("unset")
def unset_override(name: NameArgument, domain: DomainOption = None, site: SiteOption = None) -> None:
    """Take back what was said about a cookie; domain and site as they were given then."""
    from scanjobs import config, console
    from scanjobs.classification.statements import domain_named, site_named
    from scanjobs.commands.cookies_view import about
    from scanjobs.db import overrides
    from scanjobs.errors import NotFoundError

    domain = None if domain is None else domain_named(domain)
    site = None if site is None else site_named(site)
    if not overrides.remove_override(config.current(), name.strip(), domain, site):
        raise NotFoundError(
            f"Nothing was said about {about(name, domain, site)}.",
            hint="`scanjobs cookies list` shows what was, with its domain and site.",
        )
    console.show_line(console.printable(f"{about(name, domain, site)}: taken back"))
    _say_how_scans_follow(site)


@app.command("list")
def list_overrides(json: JsonOption = False) -> None:
    """List what users have said about cookies."""
    from scanjobs import config, console
    from scanjobs.classification.statements import as_mapping
    from scanjobs.commands.cookies_view import overrides_table
    from scanjobs.db import overrides

    found = overrides.list_overrides(config.current())
    if json:
        console.show_json([as_mapping(override) for override in found])
    elif found:
        console.show(overrides_table(found))
    else:
        console.say("note", "Nothing was said yet; `scanjobs cookies set NAME --category …` does.")


@app.command("import")
def import_overrides(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML, or JSON as `list --json` prints it.")],
) -> None:
    """Take in a file of statements, all or none; each takes the place of what was said about the same."""
    from scanjobs import config, console
    from scanjobs.classification.statements import read_statements
    from scanjobs.db import overrides

    settings = config.current()
    found = read_statements(file, settings.clock.now())
    overrides.put_overrides(settings, found)
    console.show_line(f"{console.counted(len(found), 'statement')} taken in")
    sites = {override.site for override in found}
    _say_how_scans_follow(sites.pop() if len(sites) == 1 else None)


@app.command("lookup")
def lookup(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a cookie.")],
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Its domain; else the site's own.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="The site it was met on; else any.")
    ] = None,
    days: Annotated[
        float | None,
        typer.Option("--days", min=0, help="How long it lives; 0 ends with the session. Unknown else."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what is said about a cookie: by whom, how sure, whether it is exempt, and what others say."""
    from scanjobs import config, console
    from scanjobs.classification.look_up import look_up
    from scanjobs.classification.statements import domain_named, site_named
    from scanjobs.commands.cookies_view import found_as_json, found_view
    from scanjobs.db import declarations, overrides

    settings = config.current()
    site = None if site is None else site_named(site)
    found = look_up(
        settings,
        name,
        domain=None if domain is None else domain_named(domain),
        site=site,
        lifetime_seconds=None if days is None else round(days * 86_400),
        overrides=overrides.overrides_for(settings, site),
        declaration=declarations.declaration_of_site(settings, site) if site else None,
    )
    if json:
        console.show_json([found_as_json(found)])
    else:
        console.show(*found_view(found))


@app.command("update")
def update(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="As scripts/build_cookie_data.py writes it.")
    ] = None,
    builtin: Annotated[
        bool, typer.Option("--builtin", help="Go back to the data that came with scanjobs.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where it is older than what is used.")] = False,
) -> None:
    """Use a newer cookie database from now on; it is kept in the data folder."""
    from scanjobs import config, console
    from scanjobs.classification import updates

    if (file is None) is not builtin:
        raise typer.BadParameter("Give a FILE, or --builtin.")
    settings = config.current()
    came = updates.update(settings, file, force=force) if file else updates.use_builtin(settings)
    told = (
        "in force already"
        if came.before == came.now
        else f"in force; {came.before or 'a damaged file'} was before"
    )
    console.show_line(f"{came.now} {told}")
    _say_how_scans_follow(None)


@app.command("reclassify")
def reclassify(
    scans: Annotated[
        list[str] | None, typer.Argument(metavar="SCAN…", help="Ids of scans, or `latest`.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scan.")] = False,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Every scan of this site.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Show progress and end when the scans are labelled.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Label scans anew as users, declarations and data say now, and judge them again; a job for each.

    What was observed stays, and reports that were written keep what they say.
    """
    from scanjobs import config, console, tasks
    from scanjobs.commands import following
    from scanjobs.jobs import monitor

    if bool(scans) + every + (site is not None) != 1:
        raise typer.BadParameter("Give scans, or --site SITE, or --all.")
    settings = config.current()
    wanted = _wanted(settings, scans or [], site)
    if not wanted:
        console.say("note", "There is no scan yet.")
        return
    ids = [job.id for job in tasks.submit_reclassifications(wanted)]
    if not wait:
        submitted = monitor.among(settings, ids)
        if json:
            console.show_json(submitted)
        else:
            following.print_submitted(settings, submitted, queue="default")
        return
    jobs: list[JobRecord] = []
    for start in range(0, len(ids), MOST_FOLLOWED):
        jobs += following.follow(settings, ids[start : start + MOST_FOLLOWED], queue="default")
    if json:
        console.show_json(jobs)
    else:
        _show_outcomes(jobs)
    raise typer.Exit(following.report_outcomes(jobs))


def _wanted(settings: Settings, named: Sequence[str], site: str | None) -> list[str]:
    from scanjobs.classification.statements import site_named
    from scanjobs.db import scans, site_scans

    if named:
        return list(dict.fromkeys(named))
    if site is not None:
        return [scan.id for scan in site_scans.all_of_site(settings, site_named(site))]
    return [scan.id for scan in scans.list_scans(settings)]


def _show_outcomes(jobs: Sequence[JobRecord]) -> None:
    from scanjobs import console
    from scanjobs.domain.ids import short

    for job in jobs:
        if job.result:
            came = job.result
            labels = console.counted(came["relabelled"], "label")
            findings = console.counted(came["findings_changed"], "finding")
            console.show_line(
                console.printable(
                    f"{short(came['scan_id'])}  {came['site']}: {labels} and {findings} changed"
                )
            )


def _say_how_scans_follow(site: str | None) -> None:
    from scanjobs import console

    which = f"--site {site}" if site else "--all"
    told = f"`scanjobs cookies reclassify {which}` brings it to those that are there"
    console.say("note", f"Scans taken in from now on follow this; {told}.")
