"""The file of accepted findings: what is written is read, and what has no meaning is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.checks import Acceptance, Baseline, Threshold
from scanjobs.domain.findings import Outcome
from scanjobs.domain.fingerprints import fingerprint
from scanjobs.errors import BaselineError, ExitCode, StorageError
from scanjobs.reports.findings.baseline import accepting as baseline_of
from scanjobs.reports.findings.baseline import read_baseline, write_baseline
from tests import factories
from tests.unit.reports.findings.results import NASTY, acceptance, accepting, checked, failed, item


def written(folder: Path, *entries: dict[str, Any], **changes: Any) -> Path:
    path = folder / "baseline.json"
    path.write_text(
        json.dumps(
            {
                "format": "scanjobs.baseline",
                "format_version": 1,
                "site": "shop.example",
                "accepted": list(entries),
                **changes,
            }
        )
    )
    return path


entries = st.builds(
    lambda rule, subject, reason, expires: Acceptance(
        rule_id=rule,
        subject=subject,
        fingerprint=fingerprint(rule, subject),
        reason=reason,
        expires=expires,
    ),
    st.sampled_from(["S01", "L03"]),
    st.text(),
    st.text(),
    st.none() | st.dates(),
)


@given(st.lists(entries, unique_by=lambda entry: entry.fingerprint), st.none() | st.text())
def test_what_is_written_is_read(tmp_path_factory, accepted, site):
    path = tmp_path_factory.mktemp("baseline") / "baseline.json"
    baseline = Baseline(site=site, accepted=tuple(accepted))

    write_baseline(path, baseline)

    assert read_baseline(path) == baseline


def test_an_entry_written_by_hand_needs_rule_and_subject_only(tmp_path):
    path = written(tmp_path, {"rule": "s03", "subject": "session (.shop.example)"})

    (entry,) = read_baseline(path).accepted

    assert entry.fingerprint == fingerprint("S03", "session (shop.example)")
    assert (entry.reason, entry.expires) == ("", None)


ENTRY = {"rule": "S03", "subject": "a (shop.example)"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**ENTRY, "expire": "2026-12-31"}, "Entry 1 has a key 'expire' without a meaning"),
        ({**ENTRY, "expires": "31.12.2026"}, "'expires' of entry 1 is no date such as 2026-12-31"),
        ({**ENTRY, "expires": 20261231}, "'expires' of entry 1 is no date"),
        ({**ENTRY, "reason": None}, "'reason' of entry 1 is not a text"),
        ({**ENTRY, "fingerprint": "0" * 16}, "the fingerprint of entry 1 is not that of its rule"),
        ({"rule": "S03"}, "entry 1 has no 'subject'"),
        ({"subject": "a"}, "entry 1 has no 'rule'"),
        ("S03", "entry 1 is not an object"),
    ],
)
def test_an_entry_without_a_meaning_is_refused(tmp_path, entry, told):
    """A mistyped day would otherwise accept for ever."""
    with pytest.raises(BaselineError, match=told):
        read_baseline(written(tmp_path, entry))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": "other"}, '"format": "scanjobs.baseline"'),
        ({"format_version": 2}, "format_version is 2"),
        ({"accepted": {}}, "'accepted' is not a list"),
        ({"site": 3}, "site is neither"),
        ({"ignore": []}, "has a key 'ignore'"),
    ],
)
def test_a_file_without_a_meaning_is_refused(tmp_path, changes, told):
    with pytest.raises(BaselineError, match=told):
        read_baseline(written(tmp_path, **changes))


def test_what_is_no_baseline_at_all_is_refused_with_a_way_out(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{\xff")

    for path, told in (
        (broken, "is not JSON"),
        (tmp_path, "cannot be read"),
        (tmp_path / "no", "cannot be read"),
    ):
        with pytest.raises(BaselineError, match=told) as caught:
            read_baseline(path)
        assert caught.value.exit_code == ExitCode.FAILURE


def test_the_same_finding_twice_is_refused(tmp_path):
    with pytest.raises(BaselineError, match=r"two entries accept S03 of a \(shop"):
        read_baseline(written(tmp_path, ENTRY, {**ENTRY, "reason": "twice"}))


def test_accepting_everything_makes_the_same_scan_pass_at_every_threshold():
    found = (
        failed("S01", item(NASTY), item("b (shop.example)")),
        failed("S03"),
        failed("D04", outcome=Outcome.WARN),
        factories.finding("E01", items=()),
    )
    baseline = baseline_of(checked(*found), None)

    result = checked(*found, baseline=baseline, fail_on=Threshold.LOW)

    assert result.exit_code == ExitCode.OK
    assert len(result.accepted) == len(baseline.accepted) == 4
    assert "D04" not in {entry.rule_id for entry in baseline.accepted}
    assert baseline.site == "shop.example"


def test_warnings_are_accepted_where_they_count():
    baseline = baseline_of(checked(failed("D04", outcome=Outcome.WARN), warnings=True), None)

    assert [entry.rule_id for entry in baseline.accepted] == ["D04"]


def test_accepting_anew_keeps_reasons_and_days_and_drops_what_is_gone():
    expired = acceptance("S01", reason="Until the relaunch.", expires=date(2025, 1, 1))
    previous = accepting(
        expired,
        acceptance("S03", "gone (shop.example)"),
        acceptance("L05", "unseen (shop.example)"),
        site=None,
    )
    result = checked(
        failed("S01"),
        failed("S03", item("new (shop.example)")),
        factories.finding("L05", Outcome.NOT_EVALUABLE, items=()),
        baseline=previous,
    )

    renewed = baseline_of(result, previous)

    assert [(entry.rule_id, entry.subject, entry.reason) for entry in renewed.accepted] == [
        ("L05", "unseen (shop.example)", "Known since 2024."),
        ("S01", "session (shop.example)", "Until the relaunch."),
        ("S03", "new (shop.example)", ""),
    ]
    assert expired in renewed.accepted
    assert renewed.site is None


def test_a_path_that_cannot_be_written_is_told_with_its_option(tmp_path):
    with pytest.raises(StorageError, match="cannot be written") as caught:
        write_baseline(tmp_path, accepting())
    assert "--write-baseline" in (caught.value.hint or "")
