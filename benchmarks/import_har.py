"""Measures how long an import takes and how much memory, beside plain `json.load` on the same file.

    python benchmarks/import_har.py                      three cases, three runs each, medians
    python benchmarks/import_har.py --megabytes 20 --runs 1

The peer reads the whole file and counts its distinct cookies, which is the least that any reader of a capture
does; scanjobs also classifies them, checks the rules and stores the scan. Both must find the same number.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOSTS = [
    "www.harbour-lamps.example",
    "tags.harbour-lamps.example",
    *(f"t{number}.brightbanner{number}.example" for number in range(40)),
]
NAMES = ("_ga_{}", "_pk_id.{}", "visitor_{}", "pref_{}", "_hjSession_{}", "ab{}", "uid{}")
WORDS = [
    *("lamp", "brass", "quay", "fog", "evening", "shade", "<p>", "</p>", "price", "warm"),
    *('"warm"', "€", "148", "light\n", "class='card'", "basket"),
]

PEER = """
import json, sys
from urllib.parse import urlsplit
with open(sys.argv[1], encoding="utf-8") as file:
    entries = json.load(file)["log"]["entries"]
seen = set()
for entry in entries:
    host = urlsplit(entry["request"]["url"]).hostname
    for header in entry["response"]["headers"]:
        if header["name"].lower() == "set-cookie":
            seen.add((host, header["value"].partition("=")[0]))
    for header in entry["request"]["headers"]:
        if header["name"].lower() == "cookie":
            seen.update((host, pair.partition("=")[0]) for pair in header["value"].split("; "))
print(len(seen))
"""


@dataclass(frozen=True)
class Case:
    """One file to measure."""

    name: str
    entries: int
    cookies: int
    body_megabytes: int


@dataclass(frozen=True)
class Run:
    """What one child process took."""

    seconds: float
    peak_megabytes: float
    output: str


def main() -> None:
    """Measure every case and print one table."""
    options = _options()
    cases = [
        Case("large file", 3_000, 300, options.megabytes),
        Case("large file, many cookies", 3_000, 20_000, options.megabytes),
        Case("small file, many cookies", 3_000, 20_000, 0),
    ]
    print(f"Python {sys.version.split()[0]}, medians of {options.runs}; ratios are scanjobs to json.load.")
    print(f"{'case':<26}{'file':>8}{'cookies':>9}{'scanjobs':>19}{'json.load':>19}{'ratio':>15}")
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="scanjobs-bench-") as folder:
            _report(case, Path(folder), options.runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=100, help="size of the large files (100)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program in each case (3)")
    return parser.parse_args()


def _report(case: Case, folder: Path, runs: int) -> None:
    har = folder / "capture.har"
    write_har(har, case)
    ours, theirs = [], []
    for number in range(runs):  # in turn, so that a busy moment of the machine meets both
        ours.append(_import(har, folder / f"home{number}"))
        theirs.append(_run([sys.executable, "-c", PEER, str(har)]))

    found = {json.loads(run.output)[0]["cookies"] for run in ours}
    counted = {int(run.output) for run in theirs}
    if found != counted or counted != {case.cookies}:
        raise SystemExit(
            f"{case.name}: scanjobs found {found} cookies, json.load {counted}, {case.cookies} are in."
        )

    seconds, memory = _medians(ours)
    peer_seconds, peer_memory = _medians(theirs)
    print(
        f"{case.name:<26}{har.stat().st_size / 1e6:>5.0f} MB{case.cookies:>9,}"
        f"{seconds:>8.2f} s {memory:>6.0f} MB{peer_seconds:>8.2f} s {peer_memory:>6.0f} MB"
        f"{seconds / peer_seconds:>7.2f} {memory / peer_memory:>7.2f}",
        flush=True,
    )


def _medians(runs: list[Run]) -> tuple[float, float]:
    return (
        statistics.median(run.seconds for run in runs),
        statistics.median(run.peak_megabytes for run in runs),
    )


def _import(har: Path, home: Path) -> Run:
    """One import into a database that the first command has made: making it is not what is measured."""
    scanjobs = [sys.executable, "-m", "scanjobs", "--home", str(home)]
    _run([*scanjobs, "scans"])
    return _run([*scanjobs, "import", str(har), "--phase", "before", "--json"])


def _run(command: list[str]) -> Run:
    """Run a program to its end and ask the system what it took."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as notes:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=notes)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        notes.seek(0)
        text, said = output.read().decode(), notes.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"`{' '.join(command)}` ended with {process.returncode}:\n{said}")
    # Linux counts kilobytes, macOS bytes.
    return Run(seconds, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3), text)


def write_har(path: Path, case: Case) -> None:
    """Write a capture entry by entry: as many as the case says, its cookies spread evenly over them."""
    head = {"version": "1.2", "creator": {"name": "scanjobs benchmark", "version": "1"}, "pages": []}
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": ' + json.dumps(head).removesuffix("}") + ', "entries": [\n')
        for number, entry in enumerate(_entries(case)):
            file.write(",\n" if number else "")
            file.write(json.dumps(entry, ensure_ascii=False))
        file.write("\n]}}\n")


def _entries(case: Case) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    set_on: dict[str, list[str]] = {host: [] for host in HOSTS}
    body_size = case.body_megabytes * 1_000_000 // case.entries
    made = 0
    for number in range(case.entries):
        host = HOSTS[number % len(HOSTS)]
        sent = set_on[host][-8:]
        due = case.cookies * (number + 1) // case.entries
        fresh = [
            f"{NAMES[serial % len(NAMES)].format(serial)}={chance.getrandbits(96):024x}"
            for serial in range(made, due)
        ]
        made = due
        set_on[host] += fresh
        yield _entry(number, host, sent, fresh, _body(chance, body_size, binary=number % 3 == 0))


def _body(chance: random.Random, size: int, *, binary: bool) -> dict[str, Any]:
    """What a response holds: markup, or base64 for every third."""
    if binary:
        return {
            "mimeType": "image/webp",
            "encoding": "base64",
            "text": base64.b64encode(chance.randbytes(size * 3 // 4)).decode(),
        }
    text = " ".join(chance.choices(WORDS, k=size // 7 + 1))
    return {"mimeType": "text/html; charset=utf-8", "text": text}


def _entry(number: int, host: str, sent: list[str], fresh: list[str], body: dict[str, Any]) -> dict[str, Any]:
    request = [
        {"name": "Host", "value": host},
        {
            "name": "User-Agent",
            "value": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        },
        {"name": "Accept", "value": "*/*"},
        {"name": "Referer", "value": "https://www.harbour-lamps.example/"},
    ]
    if sent:
        request.append({"name": "Cookie", "value": "; ".join(sent)})
    response = [
        {"name": "Content-Type", "value": body["mimeType"]},
        {"name": "Cache-Control", "value": "no-store"},
        *(
            {"name": "Set-Cookie", "value": f"{pair}; Path=/; Max-Age=7776000; Secure; SameSite=None"}
            for pair in fresh
        ),
    ]
    return {
        "startedDateTime": (START + timedelta(milliseconds=20 * number)).isoformat().replace("+00:00", "Z"),
        "time": 18.2,
        "request": {
            "method": "GET",
            "url": f"https://{host}/{'' if number == 0 else f'asset/{number}?v=3'}",
            "httpVersion": "HTTP/2.0",
            "headers": request,
            "cookies": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/2.0",
            "headers": response,
            "cookies": [],
            "content": {"size": len(body["text"]), **body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0.1, "wait": 15.0, "receive": 3.1},
    }


if __name__ == "__main__":
    main()
