"""Lives through a month of notifications on a fake clock, killing workers, and counts what was told.

    python benchmarks/month.py                        30 days, 100 sites, 20 subscribers
    python benchmarks/month.py --days 3 --sites 12 --seed 7

Sites are scanned about once a week at any hour, each scan has a report written, and the schedule runs. Twenty
subscribers hear of it by webhook, mail and file, in six time zones, some with quiet hours, some with hourly
or daily digests. A worker does the work, its clock moved from one moment to the next. Its processes are
killed with SIGKILL at random, and a process that sends is killed by the receiver itself, after it has taken
the message and before anybody can have written that down. Afterwards everybody must have been told of
everything they wanted to hear of, and nothing else; nothing may have come in quiet hours; and what came
twice must have come with the same Message-ID or webhook-id, not more often than a sender was killed over
it. Where that is not so, it exits with 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.month_driver.examine import Count, examine  # noqa: E402 - found however this is started
from benchmarks.month_driver.plan import Plan, plan_of  # noqa: E402
from benchmarks.month_driver.run import Month  # noqa: E402
from benchmarks.tables import show  # noqa: E402


def main() -> int:
    """Live through it and say what came of it; 1 where something is wrong."""
    options = _options()
    plan = plan_of(**{name: value for name, value in vars(options).items() if name != "keep"})
    folder = Path(options.keep or tempfile.mkdtemp(prefix="month-"))
    folder.mkdir(exist_ok=True)
    began_at = time.monotonic()
    month = Month(plan, folder)
    try:
        month.run()
    finally:
        month.end()
    count, violations = examine(plan, month)
    _print(plan, month, count, time.monotonic() - began_at)
    for violation in violations[:50]:
        print(f"VIOLATION {violation}")
    if options.keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if violations else 0


def _print(plan: Plan, month: Month, count: Count, seconds: float) -> None:
    print(
        f"{plan.days} days, {len(plan.sites)} sites, {len(plan.subscribers)} subscribers, seed {plan.seed}\n"
    )
    rows = [
        ("scans taken in", count.scans),
        ("reports written", count.reports),
        ("events", count.events),
        ("messages owed", count.owed),
        ("messages told", count.told),
        ("messages in digests", count.gathered),
        ("senders killed after the receiver had taken the message", len(month.kills.senders)),
        ("supervisors and children killed at other times", month.kills.others),
        ("messages that came twice", count.twice),
        ("lost", count.lost),
        ("in quiet hours", count.in_quiet_hours),
    ]
    show("A month", ("what", "how many"), [(what, f"{number:,}") for what, number in rows])
    print(f"\nin {seconds:.0f} seconds")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--subscribers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kill-share", type=float, default=0.03, help="Of how many messages the sender is killed; 0.03."
    )
    parser.add_argument("--keep", metavar="FOLDER", help="Leave everything in this new folder.")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
