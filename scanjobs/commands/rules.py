"""`scanjobs rules`: what is checked, on whose authority, and how to fix what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanjobs.commands.options import JsonOption

if TYPE_CHECKING:
    from scanjobs.rules import Rule

app = typer.Typer(no_args_is_help=True, help="Look at the rules and what they rest on.")


@app.command("list")
def list_rules(
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Whose severities; those of the settings else."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the rules with how much a failure weighs."""
    from scanjobs import config, console, rules

    chosen = rules.find_profile(profile or config.current().profile)
    found = rules.all_rules()
    if json:
        console.show_json([_as_json(rule) for rule in found])
        return
    table = console.table("Rule", "Severity", "What it finds")
    for rule in found:
        table.add_row(rule.id, str(rule.severity_in(chosen)), rule.title)
    console.show(table)
    console.say("note", f"severities of the profile {chosen.name}, {chosen.title}", style="dim")


@app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Its id, for instance C01.")],
    json: JsonOption = False,
) -> None:
    """Show one rule: what it checks, its authority, its severities, how to fix."""
    from rich.text import Text

    from scanjobs import console, rules
    from scanjobs.rules.profiles import PROFILES

    rule = rules.find(rule_id)
    if json:
        console.show_json([_as_json(rule)])
        return
    weighs = ", ".join(f"{name} {rule.severity_in(profile)}" for name, profile in PROFILES.items())
    facts = [
        ("checks", rule.checks),
        ("severity", weighs),
        ("authority", rule.basis),
        ("read it", rule.url),
        ("valid from", f"{rule.valid_from:%Y-%m-%d}"),
        ("how to fix", rule.how_to_fix),
        ("version", rule.version),
    ]
    console.show(Text.assemble((rule.id, "bold cyan"), "  ", (rule.title, "bold")), console.facts(facts))


def _as_json(rule: Rule) -> dict[str, Any]:
    from scanjobs.rules.profiles import PROFILES

    return {
        "id": rule.id,
        "title": rule.title,
        "checks": rule.checks,
        "authority": rule.basis,
        "url": rule.url,
        "valid_from": rule.valid_from.isoformat(),
        "how_to_fix": rule.how_to_fix,
        "version": rule.version,
        "severities": {name: rule.severity_in(profile) for name, profile in PROFILES.items()},
    }
