"""Takes in every capture of a folder and compares what was found with what another reader finds in the file.

    pip install haralyzer
    python benchmarks/captures.py FOLDER [--show]

The other reader is haralyzer for HAR files, Python's own cookie jar for cookies.txt, and for what the
Website Evidence Collector, blacklight or a browser wrote the list of cookies in the file itself. Names of
cookies that a response set or a list holds are compared; with --show each name that only one of the two has
is told. A file that is refused shows the error that a user would meet.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from http.cookiejar import MozillaCookieJar
from pathlib import Path
from typing import Any

from tables import show

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.evidence import Evidence
from scanjobs.errors import ScanjobsError
from scanjobs.scanner import importers
from scanjobs.scanner.source import CaptureTarget


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one reader found in one file."""

    requests: int | None
    names: frozenset[str]
    """Of cookies that were set, or that lay in the store."""


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
        *("capture", "format", "requests", "theirs", "cookies", "theirs"),
        *("only ours", "only theirs", "note"),
    )
    show("What was found, beside what another reader finds", head, rows)
    if arguments.show:
        print("\n".join(details))
    return 0


def _compared(path: Path) -> tuple[tuple[str, ...], list[str]]:
    other = _other(path)
    try:
        evidence = importers.collect(CaptureTarget(path=path, salt=b"compare"))
    except ScanjobsError as error:
        theirs = (_count(other.requests), str(len(other.names))) if other else ("–", "–")
        told = str(error).replace(str(path), path.name)
        return (path.name, "refused", "–", theirs[0], "–", theirs[1], "–", "–", told), []
    ours, capture = _ours(evidence), evidence.captures[0]
    skipped = "; ".join(f"{left.count} × {left.reason}" for left in capture.skipped)
    if other is None:
        numbers = (_count(ours.requests), "cannot", str(len(ours.names)), "cannot")
        return (path.name, capture.format, *numbers, "–", "–", skipped), []
    only_ours, only_theirs = ours.names - other.names, other.names - ours.names
    details = [f"{path.name}: only ours {name}" for name in sorted(only_ours)]
    details += [f"{path.name}: only theirs {name}" for name in sorted(only_theirs)]
    numbers = (_count(ours.requests), _count(other.requests), str(len(ours.names)), str(len(other.names)))
    only = (str(len(only_ours)), str(len(only_theirs)))
    return (path.name, capture.format, *numbers, *only, skipped), details


def _ours(evidence: Evidence) -> Seen:
    capture = evidence.captures[0]
    return Seen(
        requests=capture.entries if evidence.hosts else None,
        names=frozenset(c.key.name for c in evidence.cookies if c.origin is not CookieOrigin.REQUEST),
    )


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _other(path: Path) -> Seen | None:
    """What the other reader finds; None where it cannot read the file."""
    for read in (_by_cookie_jar,) if path.suffix == ".txt" else (_by_haralyzer, _as_written):
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
    """The names in the list of cookies that the tool itself wrote."""
    content = json.loads(path.read_text("utf-8-sig"))
    found = _list_of_cookies(content)
    return Seen(requests=None, names=frozenset(cookie["name"] for cookie in found))


def _list_of_cookies(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, list):
        return content
    for name in ("cookies", "browser_cookies"):
        if isinstance(content.get(name), list):
            return list(content[name])
    return list(content["reports"]["cookies"])


if __name__ == "__main__":
    sys.exit(main())
