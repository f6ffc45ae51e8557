"""What the formats of a check say: all the same, each in the words of those who read it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanjobs.commands.check_view import as_plain_text
from scanjobs.domain.checks import CheckFormat, Threshold
from scanjobs.domain.findings import FindingItem, Severity
from scanjobs.reports.findings import drawer_for
from scanjobs.reports.findings.json import FORMAT_VERSION
from scanjobs.reports.findings.markdown import MOST_CHARACTERS
from scanjobs.reports.findings.result import CheckResult
from tests.unit.reports.findings.results import NASTY, busy, checked, failed, item

ROOT = Path(__file__).parents[4]
SARIF_SCHEMA = json.loads((ROOT / "tests/data/sarif/sarif-schema-2.1.0.json").read_text())
CHECK_SCHEMA = json.loads(files("scanjobs.reports").joinpath("schema/check.schema.json").read_text("utf-8"))
RESULTS = {
    "busy": busy,
    "clean": checked,
    "nothing to say": lambda: checked(
        captures=(), cookies=(), hosts=(), findings=(), page_url=None, captured_at=None, complete=False
    ),
}


@pytest.fixture(params=RESULTS)
def result(request: pytest.FixtureRequest) -> CheckResult:
    return RESULTS[request.param]()


def drawn(result: CheckResult, format: CheckFormat, **options: Any) -> str:
    return drawer_for(format, **options)(result)


def sarif(result: CheckResult, **options: Any) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(drawn(result, CheckFormat.SARIF, **options))
    return log


def closed(part: Any) -> Any:
    """The same schema, refusing every key it does not name."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: closed(value) for key, value in part.items()}
    if "required" in made and "properties" in made:
        made["additionalProperties"] = False
    return made


@pytest.mark.parametrize("format", [format for format in CheckFormat if format is not CheckFormat.TEXT])
def test_equal_results_give_equal_texts(format: CheckFormat) -> None:
    assert drawn(busy(), format) == drawn(busy(), format)


def test_every_format_tells_the_headline(result: CheckResult) -> None:
    headline = result.headline
    document = json.loads(drawn(result, CheckFormat.JSON))
    (run,) = sarif(result)["runs"]

    assert document["headline"] == headline
    assert run["invocations"][0]["exitCodeDescription"] == headline
    assert headline in drawn(result, CheckFormat.MARKDOWN)
    assert headline in drawn(result, CheckFormat.JUNIT)
    assert headline in " ".join(as_plain_text(result).split())


# JSON


def test_json_fits_its_schema_which_describes_every_key(result: CheckResult) -> None:
    document = json.loads(drawn(result, CheckFormat.JSON))

    jsonschema.Draft202012Validator(closed(CHECK_SCHEMA)).validate(document)
    assert CHECK_SCHEMA["properties"]["format_version"]["const"] == FORMAT_VERSION


def test_json_says_what_counts_and_what_was_accepted() -> None:
    document = json.loads(drawn(busy(), CheckFormat.JSON))

    assert [rule["id"] for rule in document["rules"] if rule["counts"]] == ["S01", "S06", "S03"]
    accepted = [
        (rule["id"], subject["subject"], subject["reason"])
        for rule in document["rules"]
        for subject in rule["subjects"]
        if subject["accepted"]
    ]
    assert accepted == [("S01", NASTY, "We | know."), ("S03", "b (shop.example)", "")]
    assert [entry["rule"] for entry in document["baseline"]["expired"]] == ["L04"]
    assert document["exit_code"] == 1


# SARIF


def test_sarif_is_valid_by_the_schema_of_the_standard(result: CheckResult) -> None:
    validator = jsonschema.Draft4Validator(SARIF_SCHEMA)

    for options in ({}, {"relative_uris": True}):
        assert list(validator.iter_errors(sarif(result, **options))) == []


def test_the_schema_of_the_standard_can_fail() -> None:
    log = sarif(busy())
    log["runs"][0]["results"][0]["level"] = "grave"

    assert list(jsonschema.Draft4Validator(SARIF_SCHEMA).iter_errors(log))


def test_sarif_names_rules_by_words_of_their_own() -> None:
    (run,) = sarif(busy())["runs"]
    names = [rule["name"] for rule in run["tool"]["driver"]["rules"]]

    assert all(re.fullmatch("([A-Z][a-z0-9]*)+", name) for name in names), names
    assert len(set(names)) == len(names) > 1


def test_sarif_references_lead_where_they_say() -> None:
    (run,) = sarif(busy())["runs"]
    rules = run["tool"]["driver"]["rules"]
    notifications = {one["id"] for one in run["tool"]["driver"]["notifications"]}

    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [one["associatedRule"]["id"] for one in told if "associatedRule" in one] == ["L05"]
    assert {one["descriptor"]["id"] for one in told} <= notifications


def test_sarif_has_a_level_by_severity_and_a_warning_is_for_review() -> None:
    """A result that is no failure must have the level none (section 3.27.10)."""
    told = {(one["ruleId"], one["kind"], one["level"]) for one in sarif(busy())["runs"][0]["results"]}

    assert told == {
        ("S01", "fail", "error"),
        ("S06", "fail", "error"),
        ("S03", "fail", "warning"),
        ("L04", "fail", "note"),
        ("D04", "review", "none"),
    }


def test_sarif_suppresses_what_was_accepted_and_says_why() -> None:
    results = sarif(busy())["runs"][0]["results"]

    suppressed = {
        one["message"]["text"].partition(":")[0]: one["suppressions"]
        for one in results
        if "suppressions" in one
    }
    assert [one["justification"] for (one,) in suppressed.values()] == ["We | know.", "no reason given"]
    assert all(one["properties"]["counts"] is False for one in results if "suppressions" in one)


def test_sarif_fingerprints_stay_when_phases_pages_and_days_change() -> None:
    before = failed("S03", item(), item("b (shop.example)"))
    after = failed(
        "S03",
        item("b (.shop.example)", detail="something else", url=None),
        item(url="https://shop.example/other", observed_at=None, phase=None),
    )

    prints = [
        {one["partialFingerprints"]["scanjobs/v1"] for one in sarif(checked(found))["runs"][0]["results"]}
        for found in (before, after)
    ]
    assert prints[0] == prints[1]
    assert len(prints[0]) == 2


def test_sarif_locations_are_addresses() -> None:
    """What is no address as it stands is escaped; where an item tells none, it is the page of the scan."""
    found = failed("S03", item(url="https://shop.example/a b?ü=[1]|"), item("b (shop.example)", url=None))

    def addresses(**options: Any) -> list[str]:
        return [
            location["physicalLocation"]["artifactLocation"]["uri"]
            for one in sarif(checked(found), **options)["runs"][0]["results"]
            for location in one["locations"]
        ]

    assert addresses() == ["https://shop.example/a%20b?%C3%BC=[1]%7C", "https://shop.example/"]
    assert addresses(relative_uris=True) == ["shop.example/a%20b?%C3%BC=[1]%7C", "shop.example/"]


# JUnit


def test_junit_has_a_case_for_each_rule_and_counts_them() -> None:
    result = busy()
    root = ET.fromstring(drawn(result, CheckFormat.JUNIT))
    cases = {case.get("name", "").partition(" ")[0]: case for case in root.iter("testcase")}

    assert cases.keys() == {rule.check.rule_id for rule in result.rules}
    failures = {name for name, case in cases.items() if case.find("failure") is not None}
    skipped = {name for name, case in cases.items() if case.find("skipped") is not None}
    assert failures == {rule.check.rule_id for rule in result.counting} == {"S01", "S03", "S06"}
    assert skipped == {"L05"}
    for element in (root, root[0]):
        assert (element.get("tests"), element.get("failures"), element.get("skipped")) == ("7", "3", "1")


def test_junit_tells_what_does_not_count_without_failing() -> None:
    root = ET.fromstring(drawn(busy(), CheckFormat.JUNIT))

    (told,) = [case.findtext("system-out") for case in root.iter("testcase") if "L04" in case.get("name", "")]
    assert told is not None
    assert told.startswith("Failed (low), which does not count")
    assert "old (shop.example)" in told


# Markdown

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def cells(markdown: str) -> list[list[str]]:
    """The rows of all its tables, as a reader sees them."""
    tokens = MARKDOWN.parse(markdown)
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline" and rows and token.children is not None and token.level == 4:
            rows[-1].append("".join(child.content for child in token.children))
    return rows


def test_markdown_shows_names_as_they_are_and_lets_none_of_them_act() -> None:
    text = drawn(
        checked(failed("S03", item(NASTY, detail=NASTY), severity=Severity.HIGH)), CheckFormat.MARKDOWN
    )
    html = MARKDOWN.render(text)

    named, detail, _phase = next(row for row in cells(text) if "onerror" in row[0])
    shown = (
        "a|b`c``d <img src=x onerror=alert(1)> @team www.evil.example https://evil.example "
        "[U+202E U+0000 U+D800] | x"
    )
    assert named == shown
    assert detail.replace("<!-- -->", "") == shown
    assert "@team" not in re.sub(r"<code>.*?</code>", "", html)
    assert "<img" not in html
    assert set(re.findall(r'href="([^"]+)"', html)) == {"https://law.example/"}


names = st.text(max_size=30)


@given(names, names)
def test_markdown_tables_keep_their_columns_whatever_is_in_them(name: str, detail: str) -> None:
    found = failed("S03", FindingItem(subject=f"x{name}", detail=f"y{detail}"), severity=Severity.HIGH)

    rows = cells(drawn(checked(found), CheckFormat.MARKDOWN))

    assert rows[0] == ["Rule", "Outcome", "Severity", "Finding", "Accepted"]
    assert {len(row) for row in rows} == {5, 3}


def test_markdown_fits_into_a_comment_and_says_what_it_left_out() -> None:
    many = [
        failed(
            f"S{number:02}",
            *(item(f"{'n' * 200}{serial} (shop.example)", detail="d" * 300) for serial in range(300)),
            severity=Severity.HIGH,
        )
        for number in range(1, 12)
    ]

    text = drawn(checked(*many), CheckFormat.MARKDOWN)

    assert len(text) < MOST_CHARACTERS
    assert "… and 280 more" in text
    assert "Too long for a comment: the subjects of" in text


def test_markdown_tells_what_was_accepted_and_what_is_of_no_use() -> None:
    text = drawn(busy(), CheckFormat.MARKDOWN)

    assert "2 accepted findings which do not count" in text
    assert "a day that has passed, so that they count again: L04 `old (shop.example)`" in text
    assert "not found any more: take them out: S03 `gone (shop.example)`" in text
    assert "1 rule could not be evaluated, which is not a pass" in text


# Text


def test_text_fits_into_eighty_columns_and_cannot_steer_a_terminal(result: CheckResult) -> None:
    lines = as_plain_text(result).splitlines()

    assert max(map(len, lines)) <= 80
    assert all(line.isprintable() for line in lines)


def test_text_names_what_was_found_and_what_was_accepted() -> None:
    text = " ".join(as_plain_text(busy()).split())

    assert "Failed: 3 rules at or above medium: S01, S06, S03." in text
    assert "rules 4 failed, 1 warned, 1 passed, 1 not evaluable" in text
    assert "no reason given" in text


def test_text_of_many_findings_says_that_there_are_more() -> None:
    found = failed("S03", *(item(f"n{serial} (shop.example)") for serial in range(25)))

    assert "… and 15 more" in as_plain_text(checked(found, fail_on=Threshold.LOW))
