#!/usr/bin/env python3
"""Writes the table and the entries of docs/rules.md from the rules themselves.

    python scripts/write_rules_page.py           # writes the page
    python scripts/write_rules_page.py --check   # exits with 1 where the page says something else

What stands above the mark in the page is written by hand and stays.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scanjobs import rules
from scanjobs.rules.profiles import PROFILES
from scanjobs.rules.registry import Rule

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
MARK = "<!-- What follows is written by scripts/write_rules_page.py. -->\n"
FAMILIES = {
    "C": "Consent",
    "L": "Lifetime",
    "D": "Declaration",
    "S": "Security",
    "E": "Evidence",
}


def main() -> None:
    """Write the page, or compare it."""
    by_hand, _, _ = PAGE.read_text().partition(MARK)
    page = by_hand + MARK + generated()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page)
    elif PAGE.read_text() != page:
        sys.exit("docs/rules.md is not what the rules say; run scripts/write_rules_page.py")


def generated() -> str:
    """The table of severities and one entry a rule, as Markdown."""
    profiles = list(PROFILES.values())
    lines = [
        "\n## Severities\n",
        f"| rule | finds | {' | '.join(profile.name for profile in profiles)} |",
        f"| --- | --- |{' --- |' * len(profiles)}",
    ]
    for rule in rules.all_rules():
        weights = " | ".join(str(rule.severity_in(profile)) for profile in profiles)
        lines.append(f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {weights} |")
    family = ""
    for rule in rules.all_rules():
        if rule.id[0] != family:
            family = rule.id[0]
            lines.append(f"\n## {FAMILIES[family]}")
        lines += _entry(rule)
    return "\n".join(lines) + "\n"


def _entry(rule: Rule) -> list[str]:
    return [
        f"\n### {rule.id}\n",
        f"**{rule.title}.** {rule.checks}\n",
        f"- *Authority:* [{rule.basis}]({rule.url}), applied since {rule.valid_from:%Y-%m-%d}",
        f"- *How to fix:* {rule.how_to_fix}",
    ]


if __name__ == "__main__":
    main()
