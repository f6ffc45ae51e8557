"""Has every importer take in thousands of spoiled files: no traceback, and no scan that is half stored.

    python benchmarks/fuzz_importers.py                          5,000 files an importer
    python benchmarks/fuzz_importers.py --count 200 --only har --only csv --seed 7
    python benchmarks/fuzz_importers.py --only wec --seed 1 --from 4711 --count 1      one of them again

The files are those of tests/data, spoiled by `mutations.py`, which is seeded: the same number gives the same
file. Each goes the whole way of `scanjobs import` into a database of its own: recognised by its content or
named, with and without --salvage, classified, judged, stored. It has to be taken in, or refused with a
sentence and a way out; afterwards the database has to hold whole scans only, one for each that was taken in.
Ends with 1 where anything else happened, and says how to see it again.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

try:
    from benchmarks.mutations import mutate
    from benchmarks.tables import show
except ImportError:  # run as a program
    from mutations import mutate  # type: ignore[no-redef]
    from tables import show  # type: ignore[no-redef]

from scanjobs import config, pipeline
from scanjobs.config import Settings
from scanjobs.db import models, session
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.errors import ScanjobsError
from scanjobs.scanner import declarations, importers

DATA = Path(__file__).parents[1] / "tests" / "data"
SEEDS = {
    "har": ("har/*.har",),
    "wec": ("inspections/wec*.json",),
    "wec-folder": ("inspections/wec*.json",),
    "blacklight": ("inspections/blacklight*.json", "inspections/browser-cookies*.json"),
    "storage-state": ("lists/state*.json",),
    "cdp": ("lists/cdp*.json", "lists/puppeteer.json", "lists/selenium.json"),
    "cookie-editor": ("lists/cookie-editor.json", "lists/edit-this-cookie.json", "lists/*ext*.json"),
    "netscape": ("lists/*.txt",),
    "csv": ("declarations/*.csv", "declarations/*.tsv"),
    "cookiebot": ("declarations/*.js",),
    "onetrust": ("declarations/*.json",),
}
"""The files that each is tried with; `-folder` has the spoiled file lie in a folder beside a recording."""


@dataclass(kw_only=True)
class Tally:
    """What came of the files of one importer."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By the kind of refusal."""
    wrong: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0


def main() -> int:
    """Print a row for each importer; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first file")
    parser.add_argument(
        "--database-url", help="an empty PostgreSQL database; a file of its own where none is"
    )
    parser.add_argument("--only", action="append", choices=list(SEEDS), help="one importer; again for more")
    arguments = parser.parse_args()
    rows, wrong = [], []
    for name in arguments.only or SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            tally = fuzz(
                name,
                Path(folder),
                arguments.count,
                seed=arguments.seed,
                first=arguments.first,
                database_url=arguments.database_url,
            )
        wrong += tally.wrong
        for told in tally.wrong:
            print(told, file=sys.stderr)
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in tally.refused.most_common())
        counts = (f"{tally.taken:,}", f"{tally.refused.total():,}", str(len(tally.wrong)))
        rows.append((name, f"{arguments.count:,}", *counts, f"{1000 * tally.slowest_seconds:,.0f} ms", kinds))
        print(f"{name}: {len(tally.wrong)} wrong", file=sys.stderr)
    show(
        "Spoiled files",
        ("importer", "files", "taken in", "refused", "wrong", "slowest", "refused as"),
        rows,
    )
    print("\n".join(wrong))
    return 1 if wrong else 0


def fuzz(
    name: str, folder: Path, count: int, *, seed: int = 1, first: int = 0, database_url: str | None = None
) -> Tally:
    """Have one importer take in so many spoiled files, in a data folder of its own beneath the folder."""
    seeds = sorted({path for pattern in SEEDS[name] for path in DATA.glob(pattern)})
    environment = {"SCANJOBS_HOME": str(folder / "home")}
    if database_url:
        environment["SCANJOBS_DATABASE_URL"] = database_url
    settings = config.load(environment=environment)
    tally = Tally()
    try:
        stored, _ = _state(settings)
        for number in range(first, first + count):
            chosen = random.Random(f"{name} {seed} {number}")
            content = mutate(chosen.choice(seeds).read_bytes(), chosen)
            began = time.perf_counter()
            try:
                stored += _take_in(settings, name, folder, content, chosen)
                tally.taken += 1
            except ScanjobsError as error:
                tally.refused[type(error).__name__] += 1
                if not error.hint or not error.message.endswith("."):
                    tally.wrong.append(_again(name, seed, number, f"refused without a way out: {error}"))
            except Exception:
                tally.wrong.append(_again(name, seed, number, traceback.format_exc()))
            tally.slowest_seconds = max(tally.slowest_seconds, time.perf_counter() - began)
            if (found := _state(settings)) != (stored, 0):
                told = f"{found[0]} whole scans and {found[1]} others, {stored} were taken in"
                tally.wrong.append(_again(name, seed, number, told))
                stored = found[0]
        tally.wrong += [f"{name}: {told}" for told in ([] if database_url else _damage(settings))]
    finally:
        session.dispose()
    return tally


def _take_in(settings: Settings, name: str, folder: Path, content: bytes, chosen: random.Random) -> int:
    """Take one file in as the command does; answers how many scans came of it."""
    format = name.removesuffix("-folder")
    named = "auto" if chosen.random() < 0.5 else format
    options = {"site": "shop.example", "salvage": chosen.random() < 0.5, "again": True}
    path = folder / "spoiled"
    if name.endswith("-folder"):
        path.mkdir(exist_ok=True)
        (path / "inspection.json").write_bytes(content)
        shutil.copy(DATA / "har" / "plain.har", path / "requests.har")
    else:
        path.write_bytes(content)
    if declarations.is_declaration(path, named):
        pipeline.import_declaration(settings, path, format=named, **options)  # type: ignore[arg-type]
        return 0
    phase = chosen.choice(list(ConsentPhase))
    keep = chosen.random() < 0.3
    files = [pipeline.CaptureFile(path=path, phase=phase)]
    named = named if named in importers.formats() else "auto"
    pipeline.import_scan(settings, files, format=named, keep_values=keep, **options)  # type: ignore[arg-type]
    return 1


def _state(settings: Settings) -> tuple[int, int]:
    """Whole scans, and others."""
    rows = sa.select(models.Scan.state, sa.func.count()).group_by(models.Scan.state)
    with session.reading(settings) as reading:
        counts: dict[str, int] = dict(map(tuple, reading.execute(rows)))
    return counts.pop("ready", 0), sum(counts.values())


def _damage(settings: Settings) -> list[str]:
    """What SQLite finds wrong with its own file and with rows that belong to none."""
    with session.reading(settings) as reading:
        whole = reading.execute(sa.text("PRAGMA integrity_check")).scalars().all()
        orphans = reading.execute(sa.text("PRAGMA foreign_key_check")).all()
    return [str(told) for told in whole if told != "ok"] + [f"orphan {tuple(row)}" for row in orphans]


def _again(name: str, seed: int, number: int, told: str) -> str:
    return f"--only {name} --seed {seed} --from {number} --count 1\n{told}"


if __name__ == "__main__":
    sys.exit(main())
