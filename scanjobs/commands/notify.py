"""`scanjobs notify`: who is told of what, and how; try it, and look at what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanjobs.commands import notify_history
from scanjobs.commands.options import JsonOption
from scanjobs.domain.events import EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.notifications import Channel, Digest, Subscription, Target

if TYPE_CHECKING:
    from scanjobs.config import Settings

app = typer.Typer(no_args_is_help=True, help="Say who is told of what, and how; look back at what was sent.")
app.command("history")(notify_history.history)
app.command("show")(notify_history.show)
app.command("retry")(notify_history.retry)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the recipient.")]
EventOption = Annotated[
    list[str] | None,
    typer.Option("--event", metavar="TYPE", help="Such as report.completed, or report.*; several times."),
]
SiteOption = Annotated[
    list[str] | None, typer.Option("--site", metavar="SITE", help="Only of this site; several times.")
]
SeverityOption = Annotated[
    Severity | None, typer.Option("--severity", help="No violations below it; info, which is all, is usual.")
]
EmailOption = Annotated[
    list[str] | None, typer.Option("--email", metavar="ADDRESS", help="By mail; several times.")
]
WebhookOption = Annotated[
    list[str] | None, typer.Option("--webhook", metavar="URL", help="By a signed webhook; several times.")
]
SecretOption = Annotated[
    str | None,
    typer.Option("--webhook-secret", metavar="WHERE", help="Where its key is found: env:NAME or file:PATH."),
]
SlackOption = Annotated[
    list[str] | None,
    typer.Option(
        "--slack", metavar="WHERE", help="To Slack or Mattermost; where the URL is: env:NAME or file:PATH."
    ),
]
FileOption = Annotated[
    list[Path] | None, typer.Option("--file", metavar="PATH", help="As lines of JSON in a file.")
]
QuietOption = Annotated[
    str | None,
    typer.Option("--quiet", metavar="FROM-UNTIL", help="Hold everything then: 22:00-07:00; none ends it."),
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Europe/Berlin, UTC; that of this host if none.")
]
DigestOption = Annotated[Digest | None, typer.Option("--digest", help="Gather, and tell all at once.")]
DigestAtOption = Annotated[
    str | None, typer.Option("--digest-at", metavar="TIME", help="When the daily one goes out; 08:00.")
]
AttachOption = Annotated[
    bool | None,
    typer.Option("--attach/--no-attach", help="Whether mails about a report carry it."),
]


@app.command("add")
def add(
    name: NameArgument,
    event: EventOption = None,
    site: SiteOption = None,
    severity: SeverityOption = None,
    email: EmailOption = None,
    webhook: WebhookOption = None,
    webhook_secret: SecretOption = None,
    slack: SlackOption = None,
    file: FileOption = None,
    quiet: QuietOption = None,
    zone: ZoneOption = None,
    digest: DigestOption = None,
    digest_at: DigestAtOption = None,
    attach: AttachOption = None,
    json: JsonOption = False,
) -> None:
    """Have somebody told. Without --event: of violations, changes, anomalies, and whatever fails."""
    from scanjobs import config
    from scanjobs.db import subscriptions
    from scanjobs.domain.ids import new_id
    from scanjobs.domain.zones import local_zone
    from scanjobs.notifications.subscriptions import checked

    settings = config.current()
    now = settings.clock.now()
    given = _given(event, site, severity, quiet, zone, digest, digest_at, attach)
    given.setdefault("zone", local_zone())
    targets = _targets(email, webhook, webhook_secret, slack, file)
    made = checked(
        Subscription(
            id=new_id(),
            name=name,
            targets=targets,
            created_at=now,
            updated_at=now,
            **{"events": (), **given},
        )
    )
    _try_targets(settings, made.targets)
    subscriptions.add_subscription(settings, made)
    _tell(settings, made, json)


@app.command("edit")
def edit(
    name: NameArgument,
    event: EventOption = None,
    site: SiteOption = None,
    every_site: Annotated[bool, typer.Option("--every-site", help="Of every site again.")] = False,
    severity: SeverityOption = None,
    email: EmailOption = None,
    webhook: WebhookOption = None,
    webhook_secret: SecretOption = None,
    slack: SlackOption = None,
    file: FileOption = None,
    quiet: QuietOption = None,
    zone: ZoneOption = None,
    digest: DigestOption = None,
    digest_at: DigestAtOption = None,
    attach: AttachOption = None,
    pause: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Tell nothing until it is resumed.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Change what somebody is told. Targets that are named here take the place of those there were."""
    from scanjobs import config, console
    from scanjobs.notifications import editing

    settings = config.current()
    changes = _given(event, site, severity, quiet, zone, digest, digest_at, attach)
    if every_site and site:
        raise typer.BadParameter("--every-site and --site exclude each other.")
    if every_site:
        changes["sites"] = ()
    if pause is not None:
        changes["is_paused"] = pause
    targets = _targets(email, webhook, webhook_secret, slack, file)
    if targets:
        _try_targets(settings, targets)
        changes["targets"] = targets
    if not changes:
        raise typer.BadParameter("Say what is to change; see `scanjobs notify edit --help`.")
    edited = editing.edit(settings, name, changes)
    _tell(settings, edited.subscription, json)
    if edited.moved:
        console.say("note", f"{console.counted(edited.moved, 'waiting message')} will go to the new target.")
    if edited.cancelled:
        console.say("note", f"{console.counted(edited.cancelled, 'waiting message')} cancelled.")


@app.command("list")
def list_subscriptions(json: JsonOption = False) -> None:
    """List who is told of what."""
    from scanjobs import config, console
    from scanjobs.commands.notify_view import subscriptions_table, told_subscriptions
    from scanjobs.db import subscriptions

    found = subscriptions.list_subscriptions(config.current())
    if json:
        console.show_json(told_subscriptions(found))
    elif found:
        console.show(subscriptions_table(found))
    else:
        console.say("note", "Nobody is told of anything; `scanjobs notify add --help` says how.")


@app.command("remove")
def remove(name: NameArgument) -> None:
    """Tell somebody nothing any more; what waits for it is cancelled."""
    from scanjobs import config, console
    from scanjobs.db import subscriptions

    settings = config.current()
    waiting = subscriptions.remove_subscription(settings, name, settings.clock.now())
    also = f", {console.counted(waiting, 'waiting message')} cancelled" if waiting else ""
    console.show_line(console.printable(f"{name}: removed{also}"))


@app.command("test")
def test(
    name: NameArgument,
    event: Annotated[
        EventType, typer.Option("--event", help="What kind of message it is.")
    ] = EventType.COMPLIANCE_VIOLATION,
) -> None:
    """Send somebody an example at once, over each of the channels, and tell what they answer."""
    from scanjobs import config, console
    from scanjobs.commands.notify_view import tried_table
    from scanjobs.db import subscriptions
    from scanjobs.errors import ExitCode
    from scanjobs.notifications.trial import try_targets

    settings = config.current()
    tries = try_targets(settings, subscriptions.find_subscription(settings, name), event)
    console.show(tried_table(tries))
    for hint in dict.fromkeys(one.hint for one in tries if one.hint):
        console.say("hint", hint)
    if not all(one.is_accepted for one in tries):
        raise typer.Exit(ExitCode.FAILURE)


@app.command("preview")
def preview(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")
    ] = Path("notifications-preview"),
    event: Annotated[
        list[EventType] | None, typer.Option("--event", help="Only of this kind; several times.")
    ] = None,
) -> None:
    """Write every kind of message as files to look at, as mail, Slack and webhook would have it."""
    from scanjobs import config, console
    from scanjobs.notifications.preview import write_previews

    for path in write_previews(config.current(), output, event):
        console.show_line(str(path))


def _given(
    event: list[str] | None,
    site: list[str] | None,
    severity: Severity | None,
    quiet: str | None,
    zone: str | None,
    digest: Digest | None,
    digest_at: str | None,
    attach: bool | None,
) -> dict[str, Any]:
    """What was said, by the names of a subscription."""
    from scanjobs.notifications.timing import quiet_hours

    given: dict[str, Any] = {
        "events": tuple(event) if event else None,
        "sites": tuple(site) if site else None,
        "minimum_severity": severity,
        "zone": zone,
        "digest": digest,
        "digest_at": digest_at,
        "attach": attach,
    }
    told = {name: value for name, value in given.items() if value is not None}
    if quiet is not None:
        told["quiet"] = None if quiet.strip().lower() == "none" else quiet_hours(quiet)
    return told


def _targets(
    email: list[str] | None,
    webhook: list[str] | None,
    webhook_secret: str | None,
    slack: list[str] | None,
    file: list[Path] | None,
) -> tuple[Target, ...]:
    if webhook_secret is not None and not webhook:
        raise typer.BadParameter("--webhook-secret says where the key of a --webhook is; name both.")
    return (
        *(Target(channel=Channel.EMAIL, address=one) for one in email or ()),
        *(Target(channel=Channel.WEBHOOK, address=one, secret=webhook_secret) for one in webhook or ()),
        *(Target(channel=Channel.SLACK, address=one) for one in slack or ()),
        *(Target(channel=Channel.FILE, address=str(one.absolute())) for one in file or ()),
    )


def _try_targets(settings: Settings, targets: tuple[Target, ...]) -> None:
    from scanjobs.notifications import channels

    for target in targets:
        channels.check(settings, target)


def _tell(settings: Settings, subscription: Subscription, json: bool) -> None:
    """What a subscription is now."""
    from scanjobs import console
    from scanjobs.commands.notify_view import subscription_view, told_subscriptions
    from scanjobs.jobs import monitor

    if json:
        console.show_json(told_subscriptions([subscription]))
        return
    console.show(*subscription_view(subscription))
    if not monitor.is_served(settings, "notifications"):
        console.say("note", "No worker serves the queue notifications; start one with `scanjobs worker`.")
