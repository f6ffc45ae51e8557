"""Takes in every capture and declaration of a folder and compares them with what another reader finds.

    pip install haralyzer
    python benchmarks/captures.py FOLDER [--show]

The other reader is haralyzer for HAR files, Python's own cookie jar for cookies.txt, and for what the
Website Evidence Collector, blacklight or a browser wrote the lists in the file itself: of cookies, of hosts
that were asked, of requests that were taken for tracking. Declarations are read by `csv.DictReader`,
`ast.literal_eval` and `json.loads`. Names of cookies that a response set, a list holds or a declaration has
are compared; with --show each name that only one of the two has is told. A file that is refused shows the
error that a user would meet.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import sys
from dataclasses import dataclass
from http.cookiejar import MozillaCookieJar
from pathlib import Path
from typing import Any

from tables import show

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.declared import DeclarationFile
from scanjobs.domain.evidence import Evidence, RuleInput
from scanjobs.errors import ScanjobsError
from scanjobs.scanner import importers
from scanjobs.scanner.declarations import is_declaration, read_declaration
from scanjobs.scanner.source import CaptureTarget


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one reader found in one file."""

    requests: int | None
    names: frozenset[str]
    """Of cookies that were set, that lay in the store, or that are declared."""
    hosts: int | None = None
    """Hosts that were asked."""
    tracking: int | None = None
    """Requests that the tool took for tracking."""


def main() -> int:
    """Print a row for each file, and what only one of the readers found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="tell each name that only one reader has")
    arguments = parser.parse_args()
    rows, details = [], []
    for path in sorted(file for file in arguments.folder.iterdir() if file.is_file()):
        row, detail = _compared(path)
        rows.append(row)
        details += detail
    head = (
        *("file", "format", "requests", "theirs", "hosts", "theirs", "tracking", "theirs"),
        *("cookies", "theirs", "only ours", "only theirs", "note"),
    )
    show("What was found, beside what another reader finds", head, rows)
    if arguments.show:
        print("\n".join(details))
    return 0


def _compared(path: Path) -> tuple[tuple[str, ...], list[str]]:
    other = _other(path)
    try:
        if is_declaration(path):
            declared = read_declaration(path)
            ours, format, left_out = _declared(declared), declared.format, declared.skipped
        else:
            evidence = importers.collect(CaptureTarget(path=path, salt=b"compare"))
            ours, format = _ours(evidence), evidence.captures[0].format
            left_out = tuple((left.reason, left.count) for left in evidence.captures[0].skipped)
    except ScanjobsError as error:
        told = str(error).replace(str(path), path.name)
        return (path.name, "refused", *_beside(None, other), "–", "–", told), []
    note = "; ".join(f"{count} × {reason}" for reason, count in left_out)
    if other is None:
        return (path.name, format, *_beside(ours, None), "–", "–", note), []
    only_ours, only_theirs = ours.names - other.names, other.names - ours.names
    details = [f"{path.name}: only ours {name}" for name in sorted(only_ours)]
    details += [f"{path.name}: only theirs {name}" for name in sorted(only_theirs)]
    only = (str(len(only_ours)), str(len(only_theirs)))
    return (path.name, format, *_beside(ours, other), *only, note), details


def _beside(ours: Seen | None, other: Seen | None) -> list[str]:
    """The numbers of both, in the order of the columns."""
    cells = []
    for number in ("requests", "hosts", "tracking"):
        cells += ["–" if one is None else _count(getattr(one, number)) for one in (ours, other)]
    return cells + ["–" if one is None else str(len(one.names)) for one in (ours, other)]


def _ours(evidence: Evidence) -> Seen:
    capture = evidence.captures[0]
    counts = RuleInput.REQUESTS in capture.inputs
    is_inspection = counts and capture.format != "har"
    return Seen(
        requests=capture.entries if counts and not is_inspection else None,
        names=frozenset(c.key.name for c in evidence.cookies if c.origin is not CookieOrigin.REQUEST),
        hosts=len(evidence.hosts) if counts else None,
        tracking=sum(host.called_tracking for host in evidence.hosts) if is_inspection else None,
    )


def _declared(declared: DeclarationFile) -> Seen:
    return Seen(requests=None, names=frozenset(line.name for line in declared.cookies))


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _other(path: Path) -> Seen | None:
    """What the other reader finds; None where it cannot read the file."""
    readers = {
        ".txt": (_by_cookie_jar,),
        ".csv": (_by_csv,),
        ".tsv": (_by_csv,),
        ".js": (_by_literals,),
    }
    for read in readers.get(path.suffix, (_by_haralyzer, _as_written, _by_groups)):
        try:
            return read(path)
        except (KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError):
            continue
    return None


def _by_haralyzer(path: Path) -> Seen:
    from haralyzer import HarParser  # type: ignore[import-untyped]

    parsed = HarParser(json.loads(path.read_text("utf-8-sig")))
    entries = parsed.har_data["entries"]
    lines = [
        line
        for entry in entries
        for header in entry["response"]["headers"]
        if header["name"].lower() == "set-cookie"
        for line in re.split(r"\r?\n", header["value"])
    ]
    return Seen(requests=len(entries), names=frozenset(line.split("=")[0].strip() for line in lines))


def _by_cookie_jar(path: Path) -> Seen:
    jar = MozillaCookieJar()
    jar.load(str(path), ignore_discard=True, ignore_expires=True)
    return Seen(requests=None, names=frozenset(cookie.name for cookie in jar))


def _as_written(path: Path) -> Seen:
    """The names, hosts and requests in the lists that the tool itself wrote."""
    content = json.loads(path.read_text("utf-8-sig"))
    if ("reports" in content and "web_beacons" in content["reports"]) or "uri_ins" in content:
        return _as_inspected(content)
    found = content if isinstance(content, list) else content.get("cookies", content.get("browser_cookies"))
    return Seen(requests=None, names=frozenset(cookie["name"] for cookie in found))


def _as_inspected(content: dict[str, Any]) -> Seen:
    reports = content.get("reports", {})
    trackers = [
        *(beacon.get("occurrances", 1) for beacon in content.get("beacons", ())),
        *(1 for name in ("web_beacons", "third_party_trackers") for _ in reports.get(name, ())),
    ]
    hosts = {host for party in content["hosts"]["requests"].values() for host in party}
    cookies = content.get("cookies", reports.get("cookies", ()))
    return Seen(
        requests=None,
        names=frozenset(cookie["name"] for cookie in cookies),
        hosts=len(hosts),
        tracking=sum(trackers),
    )


def _by_csv(path: Path) -> Seen:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return Seen(requests=None, names=frozenset(row["name"] for row in csv.DictReader(file)))


def _by_literals(path: Path) -> Seen:
    """The first cell of every row of every table of Cookiebot, which Python reads as JavaScript does."""
    tables = re.findall(r"cookieTable[A-Z][a-z]+ = (\[.*\]);", path.read_text("utf-8-sig"))
    rows = [row for table in tables for row in ast.literal_eval(table.replace(",null]", ",None]"))]
    return Seen(requests=None, names=frozenset(row[0] for row in rows))


def _by_groups(path: Path) -> Seen:
    groups = json.loads(path.read_text("utf-8-sig"))["DomainData"]["Groups"]
    cookies = [cookie for group in groups for cookie in group["FirstPartyCookies"] or ()]
    cookies += [
        cookie
        for group in groups
        for host in group["Hosts"]
        if isinstance(host, dict)
        for cookie in host["Cookies"]
        if isinstance(cookie, dict)
    ]
    return Seen(requests=None, names=frozenset(str(cookie["Name"]) for cookie in cookies))


if __name__ == "__main__":
    sys.exit(main())
