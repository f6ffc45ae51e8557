"""The compliance score: one number from 0 to 100 for what the rules answered.

The score begins at 100, and every rule that failed takes away a share of what is left, by its severity in
the profile; a warning takes half of that share. What is left is rounded down, so 100 means that no rule
failed or warned. Shares multiply, so the order does not matter, mending something never lowers the score,
and many small findings weigh less than they would in a sum. A rule that passed, that could not be evaluated
or that only tells something takes nothing: a score says nothing about what was not seen, and is withheld
where that is too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from scanjobs.domain.findings import Finding, Outcome, Severity

FORMULA_VERSION = "1"
BEST = 100
SHARES = {
    Severity.CRITICAL: Decimal("0.40"),
    Severity.HIGH: Decimal("0.20"),
    Severity.MEDIUM: Decimal("0.08"),
    Severity.LOW: Decimal("0.03"),
    Severity.INFO: Decimal(0),
}
"""What a failure takes of what is left. These are ours: no authority publishes such a formula."""
_PARTS = {Outcome.FAIL: Decimal(1), Outcome.WARN: Decimal("0.5")}


def score_of(findings: Iterable[Finding]) -> int:
    """The score of these answers, 0 to 100."""
    left = Decimal(BEST)
    for finding in findings:
        left *= 1 - SHARES[finding.severity] * _PARTS.get(finding.outcome, Decimal(0))
    return int(left.to_integral_value(rounding=ROUND_FLOOR))
