"""Rules meet every kind of scan, and each answers in the form the reports rely on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs import rules
from scanjobs.domain.findings import Outcome
from scanjobs.rules.profiles import PROFILES
from tests.strategies import labelled_scans

RULES = rules.all_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@given(scan=labelled_scans(), profile=st.sampled_from(sorted(PROFILES)))
def test_no_scan_makes_a_rule_fail_to_answer(rule, scan, profile):
    """One answer with a sentence; what calls for something names what it is about."""
    finding = rule.judge(scan, rules.find_profile(profile))

    assert finding.rule_id == rule.id
    assert finding.summary == finding.summary.strip()
    assert finding.summary.endswith(".")
    if finding.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.INFO):
        assert finding.items
    if finding.outcome is Outcome.PASS:
        assert not finding.items
    assert all(item.subject and item.detail for item in finding.items)
