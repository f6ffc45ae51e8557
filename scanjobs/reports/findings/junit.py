"""The result of a check as JUnit XML: a test case for each rule.

A case fails where the rule makes the check fail, and is skipped where the rule could not be evaluated; so the
pipeline's page of tests and the exit code say the same.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from scanjobs.domain.findings import Outcome
from scanjobs.reports import wording
from scanjobs.reports.findings.result import CheckResult, RuleResult
from scanjobs.reports.findings.words import told


def draw(result: CheckResult) -> str:
    """One suite, named by site and profile."""
    counts = {
        "tests": str(len(result.rules)),
        "failures": str(len(result.counting)),
        "errors": "0",
        "skipped": str(len(result.of(Outcome.NOT_EVALUABLE))),
        "time": "0",
    }
    root = ET.Element("testsuites", {"name": "scanjobs", **counts})
    name = wording.visible(f"{result.site} ({result.profile})")
    moment = (result.captured_at or result.created_at).replace(tzinfo=None, microsecond=0)
    suite = ET.SubElement(root, "testsuite", {"name": name, **counts, "timestamp": moment.isoformat()})
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(result):
        ET.SubElement(properties, "property", {"name": key, "value": wording.visible(value)})
    for rule in result.rules:
        _add_case(suite, rule, result)
    _add_text(suite, "system-out", [result.headline, result.verdict.sentence, *result.verdict.reasons])
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _properties(result: CheckResult) -> list[tuple[str, str]]:
    return [
        ("scan", result.scan_id),
        ("profile", result.profile),
        ("fail_on", result.terms.fail_on),
        ("phases", ", ".join(result.phases)),
        ("scanjobs", result.tool_version),
        ("cookie_data", result.data_version),
    ]


def _add_case(suite: ET.Element, rule: RuleResult, result: CheckResult) -> None:
    check = rule.check
    case = ET.SubElement(
        suite,
        "testcase",
        {
            "classname": wording.visible(f"scanjobs.{result.profile}"),
            "name": wording.visible(f"{check.rule_id} {check.title}"),
            "time": "0",
        },
    )
    if rule.counts:
        message = {"message": wording.visible(check.summary), "type": str(check.severity)}
        lines = [*map(told, rule.open), f"What to do: {check.how_to_fix}", f"Basis: {check.basis}"]
        _add_text(case, "failure", lines, message)
        if rule.accepted:
            _add_text(case, "system-out", [f"Accepted: {told(subject)}" for subject in rule.accepted])
    elif check.outcome is Outcome.NOT_EVALUABLE:
        ET.SubElement(case, "skipped", {"message": wording.visible(f"Not evaluable: {check.summary}")})
    elif rule.subjects:
        lines = [
            f"{wording.OUTCOME[check.outcome]} ({check.severity}), which does not count: {check.summary}"
        ]
        lines += map(told, rule.open)
        lines += (f"Accepted: {told(subject)}" for subject in rule.accepted)
        _add_text(case, "system-out", lines)


def _add_text(
    parent: ET.Element, tag: str, lines: list[str], attributes: dict[str, str] | None = None
) -> None:
    # Nor can XML 1.0 hold every character.
    ET.SubElement(parent, tag, attributes or {}).text = "\n".join(map(wording.visible, lines))
