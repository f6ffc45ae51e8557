"""Measures judging, comparing and searching with 1,000 scans of 200 cookies each.

    python benchmarks/scans.py [--scans 1000] [--cookies 200] [--database URL] [--keep FOLDER]

The scans are made up: of 250 sites, four each, in three consent phases; every site has the cookies of the
usual vendors, some with a generated part in their name, and cookies of its own, of which a few come and go.
They are classified, judged and stored as an import does it, in a folder that is removed afterwards unless
--keep names one, or in an empty database that --database names.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tables import milliseconds, percentile, show

from scanjobs import __version__, classification, comparison, config, pipeline, rules
from scanjobs.config import Settings
from scanjobs.db import scans, sightings
from scanjobs.domain.cookies import (
    ConsentPhase,
    CookieKey,
    CookieOrigin,
    ObservedCookie,
    SameSite,
    ValueFingerprint,
)
from scanjobs.domain.evidence import Capture, Evidence, HostContact, RuleInput
from scanjobs.domain.ids import new_id
from scanjobs.domain.scans import ScanRecord
from scanjobs.domain.sightings import CookieQuery

SCANS_OF_A_SITE = 4
PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
INPUTS = frozenset({RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES, RuleInput.SET_COOKIE, RuleInput.REQUESTS})
DAY = 86_400
THE_FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
USUAL = (
    "_ga",
    "_gid",
    "_fbp",
    "_gcl_au",
    "CookieConsent",
    "PHPSESSID",
    "_pk_id.1.1fff",
    "csrftoken",
    "hubspotutk",
)
ELSEWHERE = (
    ("IDE", "doubleclick.net"),
    ("uuid2", "adnxs.com"),
    ("MUID", "bing.com"),
    ("_cfuvid", "vimeo.com"),
)
RUNS = 25


def main() -> int:
    """Make the scans, and print what judging, comparing and searching take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scans", type=int, default=1000)
    parser.add_argument("--cookies", type=int, default=200, help="in each scan")
    parser.add_argument("--database", help="an empty database; SQLite in the folder unless named")
    parser.add_argument("--keep", type=Path, help="where the scans stay")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scanjobs-scans-") as folder:
        home = arguments.keep or Path(folder)
        os.environ["SCANJOBS_HOME"] = str(home)
        if arguments.database:
            os.environ["SCANJOBS_DATABASE_URL"] = arguments.database
        settings = config.use(config.load())
        made = _fill(settings, arguments.scans, arguments.cookies)
        _judging(made)
        _comparing(settings, made)
        _searching(settings)
    return 0


def _fill(settings: Settings, number: int, cookies: int) -> list[ScanRecord]:
    """Store the scans, and give those of the first sites back."""
    made, times = [], []
    for record in _records(number, cookies):
        times.append(_timed(lambda: scans.add_scan(settings, record))[0])  # noqa: B023 - called at once
        if len(made) < 100:
            made.append(record)
    size = settings.database_path.stat().st_size / 1e6 if settings.database_path else None
    told = f", {size:,.0f} MB" if size else ""
    print(f"{number:,} scans with {cookies} cookies each{told}; storing one took {_told(times)}")
    return made


def _judging(made: list[ScanRecord]) -> None:
    times = [_timed(lambda: rules.evaluate(record.labelled))[0] for record in made]  # noqa: B023
    show(
        f"Judging a scan by {len(rules.all_rules())} rules, {len(made)} scans",
        ("", "fastest", "median", "95th of 100"),
        [("evaluate", *_columns(times))],
    )


def _comparing(settings: Settings, made: list[ScanRecord]) -> None:
    pairs = [(a, b) for a, b in pairwise(made) if a.site == b.site]
    alone, whole, changes = [], [], []
    for older, newer in pairs:
        seconds, found = _timed(lambda: comparison.compare(older, newer))  # noqa: B023
        alone.append(seconds)
        changes.append(len(found.cookies.changes))
        compared = lambda: pipeline.compare_scans(settings, older.id, newer.id, "eu")  # noqa: B023, E731
        whole.append(_timed(compared)[0])
    command = [_command(settings, "diff", newer.site) for _, newer in pairs[:5]]
    show(
        f"Comparing two scans of a site, {len(pairs)} pairs, {statistics.median(changes):g} cookies changed",
        ("", "fastest", "median", "95th of 100"),
        [
            ("compare", *_columns(alone)),
            ("load both, judge both afresh, compare", *_columns(whole)),
            ("`scanjobs diff SITE`, the whole command", *_columns(command)),
        ],
    )


def _searching(settings: Settings) -> None:
    cases = {
        "a name every scan has": CookieQuery(name="_ga"),
        "a name one site has": CookieQuery(name="own_7_3"),
        "a name nobody has": CookieQuery(name="nobody_has_it"),
        "a beginning, one name a site": CookieQuery(name="_ga_*"),
        "a name, of a domain": CookieQuery(name="IDE", domain="doubleclick.net"),
        "a piece of a name, which reads all names": CookieQuery(name="*_7_3"),
    }
    rows = []
    for what, query in cases.items():
        found = sightings.find_cookies(settings, query)
        times = [_timed(lambda: sightings.find_cookies(settings, query))[0] for _ in range(RUNS)]  # noqa: B023
        told = f"`{query.name}`" + (f" `--domain {query.domain}`" if query.domain else "")
        rows.append((what, told, f"{len(found):,}", *_columns(times)))
    show(
        "Searching all scans, in the process",
        ("", "COOKIE", "found", "fastest", "median", "95th of 100"),
        rows,
    )
    arguments = [["find", "_ga"], ["find", "own_7_3"], ["find", "_ga", "--json"], ["--version"]]
    table = [
        (f"`scanjobs {' '.join(words)}`", *_columns([_command(settings, *words) for _ in range(9)]))
        for words in arguments
    ]
    show("The whole command, from the shell and back", ("", "fastest", "median", "95th of 100"), table)


def _command(settings: Settings, *words: str) -> float:
    command = [sys.executable, "-m", "scanjobs", *words]
    return _timed(lambda: subprocess.run(command, check=True, capture_output=True))[0]


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer


def _columns(times: list[float]) -> tuple[str, str, str]:
    """The fastest one says least of what else the machine does."""
    return (
        milliseconds(min(times)),
        milliseconds(statistics.median(times)),
        milliseconds(percentile(times, 0.95)),
    )


def _told(times: list[float]) -> str:
    return f"{milliseconds(statistics.median(times))} (median)"


def _records(number: int, cookies: int) -> Iterator[ScanRecord]:
    """The scans in the order they are taken in, those of a site one after the other."""
    for position in range(number):
        site, visit = divmod(position, SCANS_OF_A_SITE)
        moment = THE_FIRST + timedelta(days=7 * visit, minutes=site)
        yield _record(f"shop-{site}.example", site, visit, moment, cookies)


def _record(site: str, number: int, visit: int, moment: datetime, cookies: int) -> ScanRecord:
    evidence = Evidence(
        captures=tuple(_capture(site, phase, visit, moment) for phase in PHASES),
        cookies=tuple(_cookies(site, number, visit, moment, cookies)),
        hosts=tuple(_hosts(site, moment)),
        gaps=(),
    )
    labelled = classification.classify(evidence, site)
    record = ScanRecord(
        id=new_id(),
        site=site,
        created_at=moment,
        captured_at=moment,
        page_url=f"https://{site}/",
        profile="eu",
        tool_version=__version__,
        data_version=labelled.data_version,
        complete=True,
        values_kept=False,
        captures=evidence.captures,
        cookies=labelled.cookies,
        hosts=labelled.hosts,
        gaps=(),
        findings=(),
    )
    return replace(record, findings=rules.evaluate(labelled))


def _cookies(site: str, number: int, visit: int, moment: datetime, most: int) -> Iterator[ObservedCookie]:
    names = [(name, site) for name in USUAL] + list(ELSEWHERE)
    names += [(f"_ga_{number:06}AB", site), (f"_hjSession_{1_000_000 + number * 7 + visit}", site)]
    # Two of a site's own cookies come with every visit, and two others are not there any more.
    own = range(2 * visit, most)
    names += [(f"own_{number}_{one}", site) for one in own]
    for position, (name, domain) in enumerate(names[:most]):
        key = CookieKey(name=name, domain=domain, path="/")
        draw = random.Random(f"{name} {visit if position % 20 == 0 else 0}")  # a twentieth change each time
        lifetime = draw.choice((None, DAY, 30 * DAY, 365 * DAY, 400 * DAY))
        for phase in PHASES[draw.randrange(3) :]:
            yield _observed(key, phase, draw, lifetime, moment)


def _observed(
    key: CookieKey, phase: ConsentPhase, draw: random.Random, lifetime: int | None, moment: datetime
) -> ObservedCookie:
    return ObservedCookie(
        key=key,
        phase=phase,
        origin=CookieOrigin.SET_COOKIE,
        host_only=False,
        secure=draw.random() < 0.8,
        http_only=draw.random() < 0.4,
        same_site=draw.choice(list(SameSite)),
        partitioned=False,
        is_session=lifetime is None,
        expires_at=moment + timedelta(seconds=lifetime) if lifetime else None,
        lifetime_seconds=lifetime,
        value=ValueFingerprint(sha256="ab" * 32, length=32, shape="hex"),
        kept_value=None,
        raw_set_cookie=f"{key.name}=<32 characters>; Path=/; Domain={key.domain}; Secure",
        first_url=f"https://{key.domain}/",
        scheme="https",
        observed_at=moment,
    )


def _capture(site: str, phase: ConsentPhase, visit: int, moment: datetime) -> Capture:
    return Capture(
        file_name=f"{phase}.har",
        sha256=f"{hash((site, phase, visit)) & (2**64 - 1):064x}",
        size=1_000_000,
        format="har",
        phase=phase,
        tool="Chrome",
        tool_version="131",
        captured_at=moment,
        page_url=f"https://{site}/",
        entries=120,
        complete=True,
        inputs=INPUTS,
    )


def _hosts(site: str, moment: datetime) -> Iterator[HostContact]:
    for phase in PHASES:
        for host in (site, f"www.{site}", "www.googletagmanager.com", "connect.facebook.net", "cdn.example"):
            yield HostContact(
                host=host, phase=phase, requests=9, first_url=f"https://{host}/", first_at=moment
            )


if __name__ == "__main__":
    sys.exit(main())
