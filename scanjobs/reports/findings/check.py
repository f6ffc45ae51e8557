"""Decides whether a scan passes: judged afresh, less what was accepted, against a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from scanjobs import __version__, rules
from scanjobs.domain.checks import Acceptance, Baseline, Terms
from scanjobs.domain.findings import Finding, FindingItem, Outcome
from scanjobs.domain.fingerprints import fingerprint, plain_subject
from scanjobs.domain.scans import ScanRecord
from scanjobs.errors import BaselineError
from scanjobs.reports.checks import RuleBook, checklist, registered_rule
from scanjobs.reports.findings.result import BaselineUse, CheckResult, RuleResult, Subject
from scanjobs.reports.inventory import inventory, phases_of
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.verdict import judge
from scanjobs.reports.words import ENGLISH


def check_scan(
    scan: ScanRecord, profile: str, terms: Terms, *, baseline: Baseline | None, today: date
) -> CheckResult:
    """Judge a scan afresh, by the rules of this version in one profile, whatever was stored with it.

    Raises:
        UsageError: there is no such profile.
        BaselineError: the baseline is of another site.
    """
    findings = rules.evaluate(scan.labelled, profile)
    return decide(replace(scan, findings=findings, profile=profile), terms, baseline=baseline, today=today)


def decide(
    scan: ScanRecord,
    terms: Terms,
    *,
    baseline: Baseline | None,
    today: date,
    rule_book: RuleBook = registered_rule,
) -> CheckResult:
    """What the findings of a scan mean on these terms; `today` is the day in UTC, for what expires.

    Raises:
        BaselineError: the baseline is of another site.
    """
    if baseline is not None and baseline.site not in (None, scan.site):
        raise BaselineError(
            f"The baseline accepts findings of {baseline.site}, and the scan is of {scan.site}.",
            hint="Give the baseline of this site, or take the key 'site' out of it.",
        )
    accepted = {entry.fingerprint: entry for entry in (baseline.accepted if baseline else ())}
    holding = {key: entry for key, entry in accepted.items() if entry.holds_on(today)}
    checks = checklist(scan.findings, rule_book, {})
    return CheckResult(
        scan_id=scan.id,
        site=scan.site,
        page_url=scan.page_url,
        created_at=scan.created_at,
        captured_at=scan.captured_at,
        phases=phases_of(scan),
        captures=scan.captures,
        profile=scan.profile,
        profile_title=rules.find_profile(scan.profile).title,
        tool_version=__version__,
        data_version=scan.data_version,
        terms=terms,
        rules=tuple(_result(check, terms, holding) for check in checks),
        verdict=judge(scan, checks, inventory(scan, ENGLISH), ENGLISH),
        baseline=_use(baseline, scan.findings, today) if baseline else None,
    )


def subjects_of(finding: Finding | FindingPart) -> dict[str, list[FindingItem]]:
    """What a rule that failed or warned names, by subject; one without a name where it names nothing."""
    if finding.outcome not in (Outcome.FAIL, Outcome.WARN):
        return {}
    named: dict[str, list[FindingItem]] = {}
    for item in finding.items:
        named.setdefault(plain_subject(item.subject), []).append(item)
    return named or {"": []}


def _result(check: FindingPart, terms: Terms, holding: dict[str, Acceptance]) -> RuleResult:
    subjects = tuple(_subjects(check, holding))
    is_counted = check.outcome is Outcome.FAIL or (terms.warnings and check.outcome is Outcome.WARN)
    return RuleResult(
        check=check,
        subjects=subjects,
        counts=(
            is_counted
            and terms.fail_on.reaches(check.severity)
            and any(subject.acceptance is None for subject in subjects)
        ),
    )


def _subjects(check: FindingPart, holding: dict[str, Acceptance]) -> Iterator[Subject]:
    for subject, items in subjects_of(check).items():
        key = fingerprint(check.rule_id, subject)
        yield Subject(subject=subject, fingerprint=key, items=tuple(items), acceptance=holding.get(key))


def _use(baseline: Baseline, findings: Sequence[Finding], today: date) -> BaselineUse:
    """Which entries accept something, and what became of the others."""
    present = {
        fingerprint(finding.rule_id, subject) for finding in findings for subject in subjects_of(finding)
    }
    silent = {finding.rule_id for finding in findings if finding.outcome is Outcome.NOT_EVALUABLE}
    found = [entry for entry in baseline.accepted if entry.fingerprint in present]
    gone = [entry for entry in baseline.accepted if entry.fingerprint not in present]
    return BaselineUse(
        used=sum(entry.holds_on(today) for entry in found),
        expired=tuple(entry for entry in found if not entry.holds_on(today)),
        stale=tuple(entry for entry in gone if entry.rule_id not in silent),
        unseen=tuple(entry for entry in gone if entry.rule_id in silent),
    )
