"""Measures the HTML report beside a plain table of the same rows, which Jinja2 writes in a loop.

    python benchmarks/html_report.py [--rows 100,1000,10000,20000] [--runs 3] [--chromium PATH]

Cookies are made up twice: they repeat themselves as those of real sites do, or every text differs. The report
is whole: matrix, inventory and the details of every row. The peer is one table of the columns of the
inventory, whose rows a few lines of script hide and move, as such tables are mostly made.
"""

from __future__ import annotations

import argparse
import io
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment
from playwright.sync_api import sync_playwright
from tables import milliseconds, ratio, show

from scanjobs import __version__
from scanjobs.domain.cookies import (
    ConsentPhase,
    CookieKey,
    CookieOrigin,
    ObservedCookie,
    Party,
    SameSite,
    ValueFingerprint,
)
from scanjobs.domain.evidence import Capture
from scanjobs.domain.ids import new_id
from scanjobs.domain.labels import Label, LabelledCookie, LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.reports import ReportFormat, ReportRecord
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import Document, build_document
from scanjobs.reports.renderers.html import HtmlRenderer
from scanjobs.reports.renderers.html_cookies import cookie_tables

PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
THE_MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = 86_400
PLAIN = Environment(autoescape=True).from_string(
    """<!doctype html><html lang="en"><meta charset="utf-8"><title>Cookies</title>
<style>table { border-collapse: collapse; table-layout: fixed; width: 100%; font: 14px sans-serif }
td, th { border: 1px solid #ccc; padding: 4px; text-align: left; overflow-wrap: anywhere }</style>
<table><thead><tr>{% for title in titles %}<th>{{ title }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
<script>
const body = document.querySelector("tbody");
function search(word) {
  for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(word);
}
function sort(index) {
  const rows = [...body.rows];
  rows.sort((a, b) => a.cells[index].textContent.localeCompare(b.cells[index].textContent));
  body.append(...rows);
}
</script></html>"""
)
FRAME = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
OURS = "const table = longTables.find((one) => one.root.closest('#inventory'));"
ACTIONS = {
    "search": (f"{OURS} table.find('.search').value = 'host7'; table.apply();", "search('host7');"),
    "clear": (f"{OURS} table.find('.search').value = ''; table.apply();", "search('');"),
    "sort": (f"{OURS} table.sort('vendor', 1);", "sort(3);"),
}


def main() -> None:
    """Measure each size twice, and print a table of each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", default="100,1000,10000,20000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        print(f"scanjobs {__version__}, Chromium {browser.version}, Python {sys.version.split()[0]}")
        for kind, are_different in (("repeating", False), ("all different", True)):
            rows = []
            for count in map(int, options.rows.split(",")):
                rows += measured(browser, Path(folder), made_up(count, are_different), options.runs)
            show(
                f"Cookies {kind}, medians of {options.runs}; a ratio is to the plain table in the same run",
                ("cookies", "", "write", "size", "first view", "search", "clear", "sort", "elements"),
                rows,
            )
        browser.close()


def measured(browser: Any, folder: Path, document: Document, runs: int) -> list[list[str]]:
    """The row of the report, that of its peer, and the ratios between them."""
    results: dict[str, list[dict[str, float]]] = {"report": [], "plain": []}
    for _ in range(runs):
        for place, (name, write) in enumerate((("report", report), ("plain", plain))):
            path = folder / f"{name}.html"
            started = time.perf_counter()
            path.write_bytes(write(document))
            taken = {"write": time.perf_counter() - started, "size": float(path.stat().st_size)}
            actions = {action: scripts[place] for action, scripts in ACTIONS.items()}
            results[name].append(taken | in_browser(browser, path, actions))
    count = f"{len(document.cookies):,}"
    lines = [
        [count, name, *(_shown(key, [run[key] for run in of]) for key in of[0])]
        for name, of in results.items()
    ]
    pairs = list(zip(results["report"], results["plain"], strict=True))
    return [*lines, [count, "ratio", *(ratio([a[key] / b[key] for a, b in pairs]) for key in pairs[0][0])]]


def in_browser(browser: Any, path: Path, actions: dict[str, str]) -> dict[str, float]:
    """Seconds until the page is seen, and until what each action leads to is."""
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.set_default_timeout(0)
    started = time.perf_counter()
    page.goto(path.as_uri())
    page.evaluate(f"(async () => {{ {FRAME} }})()")
    taken = {"view": time.perf_counter() - started}
    elements = page.evaluate("document.querySelectorAll('*').length")
    for name, script in actions.items():
        taken[name] = (
            page.evaluate(
                f"(async () => {{ const begun = performance.now(); {script} {FRAME}"
                "return performance.now() - begun; })()"
            )
            / 1000
        )
    page.close()
    return {**taken, "elements": elements}


def report(document: Document) -> bytes:
    """What scanjobs writes."""
    file = io.BytesIO()
    HtmlRenderer().render(document, file, lambda *_: None)
    return file.getvalue()


def plain(document: Document) -> bytes:
    """The same rows with the same texts, one element a cell."""
    _, inventory = cookie_tables(document)
    fields = [inventory.rows.fields[column.key] for column in inventory.columns]
    titles = [column.title for column in inventory.columns]
    return PLAIN.render(titles=titles, rows=zip(*fields, strict=True)).encode()


def made_up(count: int, are_different: bool) -> Document:
    """The document of a scan with so many cookies in three phases."""
    pick: Callable[[int, int], int] = (lambda at, of: at) if are_different else (lambda at, of: at % of)
    cookies = tuple(_cookie(at, pick) for at in range(count))
    scan = ScanRecord(
        id=new_id(),
        site="shop.example",
        page_url="https://shop.example/",
        profile="eu",
        created_at=THE_MOMENT,
        captured_at=THE_MOMENT,
        tool_version=__version__,
        data_version="1",
        values_kept=False,
        complete=True,
        captures=tuple(_capture(phase) for phase in PHASES),
        cookies=cookies,
        hosts=(),
        gaps=(),
        findings=(),
    )
    record = ReportRecord(
        id=new_id(),
        scan_id=scan.id,
        job_id=new_id(),
        format=ReportFormat.HTML,
        path="report.html",
        created_at=THE_MOMENT,
        written_at=None,
        size=None,
        sha256=None,
    )
    return build_document(scan, record, tool_version=__version__)


def _cookie(at: int, pick: Callable[[int, int], int]) -> LabelledCookie:
    domain = f"host{pick(at, 40)}.example"
    key = CookieKey(name=f"cookie_{pick(at, 5000)}", domain=domain, path=f"/{at // 5000}")
    is_session = at % 4 == 0
    seen = tuple(
        ObservedCookie(
            key=key,
            phase=phase,
            origin=CookieOrigin.SET_COOKIE,
            host_only=True,
            secure=True,
            http_only=at % 2 == 0,
            same_site=SameSite.LAX,
            partitioned=False,
            is_session=is_session,
            expires_at=None,
            lifetime_seconds=None if is_session else DAY * (1 + pick(at, 500)),
            value=ValueFingerprint(sha256="ab" * 32, length=pick(at, 64), shape="hex"),
            kept_value=None,
            raw_set_cookie=f"{key.name}=<{pick(at, 64)} characters>; Path={key.path}; Secure; SameSite=Lax",
            first_url=f"https://{domain}/page/{pick(at, 17)}",
            scheme="https",
            observed_at=THE_MOMENT + timedelta(seconds=pick(at, 60)),
        )
        for phase in PHASES[: 1 + at % 3]
    )
    label = Label(
        category=list(Category)[at % 5],
        vendor=f"Vendor {pick(at, 60)}",
        source=LabelSource.NAME,
        confidence=0.9,
        exemption=list(Exemption)[at % 3],
        exemption_reason="Nobody has judged this cookie yet.",
    )
    return LabelledCookie(
        key=key, party=Party.THIRD if at % 3 else Party.FIRST, label=label, observations=seen
    )


def _capture(phase: ConsentPhase) -> Capture:
    return Capture(
        file_name=f"{phase}.har",
        sha256="cd" * 32,
        size=48_213,
        format="har",
        phase=phase,
        tool=None,
        tool_version=None,
        captured_at=THE_MOMENT,
        page_url="https://shop.example/",
        entries=12,
        complete=True,
    )


def _shown(key: str, values: list[float]) -> str:
    middle = statistics.median(values)
    if key == "size":
        return f"{middle / 1e6:.2f} MB"
    return f"{middle:,.0f}" if key == "elements" else milliseconds(middle)


if __name__ == "__main__":
    main()
