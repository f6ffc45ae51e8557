"""`scanjobs check`: whether a scan passes, for pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import ScanOrSiteArgument
from scanjobs.domain.checks import CheckFormat, Terms, Threshold

if TYPE_CHECKING:
    from scanjobs.domain.checks import Baseline
    from scanjobs.reports.findings.result import CheckResult


def check(
    scan: ScanOrSiteArgument,
    fail_on: Annotated[
        Threshold, typer.Option("--fail-on", help="Exit with 1 when a rule of this severity or above failed.")
    ] = Threshold.HIGH,
    warnings: Annotated[
        bool, typer.Option("--warnings", help="Rules that warn count as rules that fail do.")
    ] = False,
    require_evidence: Annotated[
        bool,
        typer.Option("--require-evidence", help="Exit with 3 when the evidence is too thin for a verdict."),
    ] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="eu, fr, es, it, uk or us-ca.")
    ] = None,
    format: Annotated[CheckFormat, typer.Option("--format", "-f")] = CheckFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; the text still goes to stdout."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Accepted findings, which do not count.")
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(
            "--write-baseline", metavar="FILE", help="Accept what is found now, and write it there."
        ),
    ] = None,
    relative_uris: Annotated[
        bool,
        typer.Option(
            "--relative-uris", help="SARIF: addresses without https://, for services that take files only."
        ),
    ] = False,
) -> None:
    """Judge a scan afresh and tell by the exit code whether it passes.

    0: it does. 1: a rule at or above the threshold failed. 3: it could not be judged.
    """
    from scanjobs import config, console
    from scanjobs.commands.check_view import as_plain_text, check_view
    from scanjobs.db import scans, site_scans
    from scanjobs.reports.findings import drawer_for
    from scanjobs.reports.findings.check import check_scan
    from scanjobs.reports.findings.files import put

    if relative_uris and format is not CheckFormat.SARIF:
        raise typer.BadParameter("--relative-uris goes with --format sarif.")
    settings = config.current()
    terms = Terms(fail_on=fail_on, warnings=warnings, require_evidence=require_evidence)
    accepted = _accepted(baseline, write_baseline)
    record = scans.load_scan(settings, site_scans.find_scan(settings, scan).id)

    def judged(by: Baseline | None) -> CheckResult:
        return check_scan(
            record, profile or settings.profile, terms, baseline=by, today=settings.clock.now().date()
        )

    result = judged(accepted)
    if write_baseline:
        result = judged(_written(write_baseline, result, accepted))
    if format is not CheckFormat.TEXT:
        text = drawer_for(format, relative_uris=relative_uris)(result)
    elif output:
        text = as_plain_text(result)
    if output:
        put(output, text, option="--output")
    if output or format is CheckFormat.TEXT:
        console.show(*check_view(result))
    else:
        console.show_text(text)
    _warn_of(result)
    raise typer.Exit(result.exit_code)


def _accepted(baseline: Path | None, written: Path | None) -> Baseline | None:
    """What is accepted already: by the baseline given, else by the one that is to be written anew."""
    from scanjobs.reports.findings.baseline import read_baseline

    if baseline:
        return read_baseline(baseline)
    return read_baseline(written) if written and written.exists() else None


def _written(path: Path, result: CheckResult, previous: Baseline | None) -> Baseline:
    from scanjobs import console
    from scanjobs.reports.findings.baseline import accepting, write_baseline

    new = accepting(result, previous)
    write_baseline(path, new)
    unexplained = sum(not entry.reason.strip() for entry in new.accepted)
    told = f"{path} accepts {console.counted(len(new.accepted), 'finding')}"
    console.say(
        "note", f"{told}; {unexplained:,} without a reason: write them in." if unexplained else f"{told}."
    )
    return new


def _warn_of(result: CheckResult) -> None:
    """What a green result would hide: thin evidence, rules without an answer, entries without a use."""
    from scanjobs import console
    from scanjobs.domain.findings import Outcome
    from scanjobs.reports.findings.words import name_of

    if result.is_withheld:
        console.warn("The evidence is too thin for a verdict.")
        for reason in result.verdict.reasons:
            console.say("why", reason)
    if silent := result.of(Outcome.NOT_EVALUABLE):
        rules = ", ".join(rule.check.rule_id for rule in silent)
        console.warn(
            f"{console.counted(len(silent), 'rule')} could not be evaluated, which is not a pass: {rules}."
        )
    if result.baseline is None:
        return
    for told, entries in (
        ("Accepted until a day that has passed, and still found", result.baseline.expired),
        ("In the baseline and not found any more", result.baseline.stale),
        ("In the baseline, and its rule could not be evaluated", result.baseline.unseen),
    ):
        for entry in entries:
            console.say("baseline", f"{told}: {entry.rule_id} {name_of(entry)}")
