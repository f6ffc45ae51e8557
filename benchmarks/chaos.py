"""Submits thousands of jobs while it kills, stops, locks and fills; then checks that each has one outcome.

    python benchmarks/chaos.py                            ten minutes, 6,000 jobs
    python benchmarks/chaos.py --seconds 30 --jobs 600 --seed 7
    python benchmarks/chaos.py --postgres postgresql+psycopg://postgres@127.0.0.1/empty

Several submitters and worker groups share a data folder with a lease of three seconds. Supervisors,
children and submitters are killed with SIGKILL, workers are stopped beyond their lease and continued, the
database is held locked, and the disk is filled: a small one, mounted for this run alone where the system
lets us (`unshare --mount`). On PostgreSQL two hosts, each with a data folder of its own, share the
database: one is cut off beyond its leases and comes back, and every connection is dropped now and then.
Afterwards the workers drain. Every accepted job must have exactly one outcome, written by whoever held it;
every report must be whole; nothing may be left behind. Where that is not so, it exits with 1 and tells the
stories of the jobs. The seed decides what is done to whom; when, the machine has a say.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.chaos_driver import disk as small_disk  # noqa: E402 - found however this file is started
from benchmarks.chaos_driver.examine import examine  # noqa: E402
from benchmarks.chaos_driver.notes import read_notes  # noqa: E402
from benchmarks.chaos_driver.plan import Plan  # noqa: E402
from benchmarks.chaos_driver.run import Chaos  # noqa: E402
from benchmarks.chaos_driver.violations import Violation  # noqa: E402
from benchmarks.chaos_driver.words import print_table, print_violation  # noqa: E402


def main() -> int:
    """Run it and say what came of it; 1 where something is wrong."""
    options = _options()
    plan = Plan(seconds=options.seconds, jobs=options.jobs, seed=options.seed, server=options.postgres)
    if options.folder is None:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        this = str(Path(__file__).resolve())
        small_disk.continue_with_disk(folder, [this, *sys.argv[1:], "--folder", str(folder)])
        disk = None
    else:
        folder = Path(options.folder)
        disk = folder / "home"
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs are started deaf to the first
        signal.signal(number, signal.default_int_handler)
    chaos = Chaos(plan, folder, disk=disk)
    try:
        chaos.run()
        violations = _verdict(plan, chaos)
    except KeyboardInterrupt:
        print("Stopped; nothing was checked.", file=sys.stderr)
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough
        chaos.end()
        if options.keep:
            shutil.copytree(folder, options.keep, symlinks=True, ignore=shutil.ignore_patterns("bells"))
        if disk is not None:
            small_disk.unmount(disk)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if violations else 0


def _verdict(plan: Plan, chaos: Chaos) -> int:
    of_the_run = list(_of_the_run(plan, chaos))  # before anything else: it looks for processes
    notes = read_notes(chaos.folder)
    killed = chaos.acts.killed
    notes.killed = {worker: killed[name] for name, worker in notes.workers.items() if name in killed}
    found = examine(chaos.settings, notes)
    found = replace(found, violations=[*found.violations, *of_the_run])
    print_table(plan, chaos, notes, found)
    for told in chaos.crew.left:
        print(f"note: {told}")
    for violation in found.violations:
        print_violation(violation, chaos.folder, found)
    return len(found.violations)


def _of_the_run(plan: Plan, chaos: Chaos) -> Iterator[Violation]:
    yield from chaos.watch.violations
    for pid in chaos.crew.leftovers():
        yield Violation(f"process {pid} outlived its worker")
    if chaos.drained_seconds is None:
        yield Violation(f"the workers had not done what was left after {plan.drain_seconds:g} s")
    if chaos.refused_to_drain is not None:
        yield Violation(f"the last worker, which nobody disturbed: {chaos.refused_to_drain}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="of chaos (600)")
    parser.add_argument("--jobs", type=int, default=Plan.jobs, help="about how many to submit (6000)")
    parser.add_argument("--seed", type=int, default=Plan.seed, help="what is done to whom (1)")
    parser.add_argument(
        "--postgres", metavar="URL", default="", help="an empty database that two hosts are to share"
    )
    parser.add_argument("--keep", metavar="FOLDER", help="copy database, reports and logs there at the end")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
