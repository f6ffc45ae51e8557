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
from pathlib import Path
from typing import Any

from jinja2 import Environment
from made_up_scan import THE_MOMENT, scan_of
from playwright.sync_api import sync_playwright
from tables import milliseconds, ratio, show

from scanjobs import __version__
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportFormat, ReportRecord
from scanjobs.reports.document import Document, build_document
from scanjobs.reports.renderers.html import HtmlRenderer
from scanjobs.reports.renderers.html_cookies import cookie_tables

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
    scan = scan_of(count, are_different)
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


def _shown(key: str, values: list[float]) -> str:
    middle = statistics.median(values)
    if key == "size":
        return f"{middle / 1e6:.2f} MB"
    return f"{middle:,.0f}" if key == "elements" else milliseconds(middle)


if __name__ == "__main__":
    main()
