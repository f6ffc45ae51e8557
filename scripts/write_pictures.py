"""Draws the pictures of reports, messages and the live view in the docs anew, from the bundled recordings.

Use: `python scripts/write_pictures.py`. It needs Chromium and Poppler's `pdftoppm`.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import draw_slack
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

from scanjobs import config
from scanjobs.commands import live_view
from scanjobs.commands.live_state import View
from scanjobs.domain.events import EventType
from scanjobs.jobs import control, monitor
from scanjobs.notifications.preview import write_previews

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
PAGES = {"verdict": "Verdict", "findings": "Findings", "matrix": "Consent matrix", "inventory": "Cookies"}
"""Name of the picture, and the bookmark of the page it shows."""
SCREENS = {
    "html-light": ("light", 1280, 860, ""),
    "html-dark": ("dark", 1280, 860, "#matrix"),
    "html-phone": ("light", 390, 844, ""),
    "html-inventory": ("light", 1280, 860, "#inventory"),
}
"""Name, scheme, width and height in CSS pixels, and the place in the page."""
DPI = 72
COLOURS = 200


def main() -> None:
    """Write the reports, then a picture of each page and screen."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pdf, html = reports(Path(folder))
        for name, title in PAGES.items():
            save(name, page_of(pdf, title))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
            )
            for name, screen in SCREENS.items():
                save(name, screen_of(browser, html, *screen))
            for name, picture in messages_of(browser, Path(folder)):
                save(name, picture)
            for name, svg in live_views(Path(folder)).items():
                save(name, drawing_of(browser, svg))
            browser.close()


def reports(folder: Path) -> tuple[Path, Path]:
    """The PDF and the HTML report of the bundled recordings."""
    environment = {**os.environ, "SCANJOBS_HOME": str(folder / "home")}
    for arguments in (
        ["import", str(ROOT / "scanjobs" / "demo" / "manifest.toml")],
        ["report", "latest", "-f", "pdf", "-f", "html", "-o", f"{folder}/", "--wait"],
    ):
        subprocess.run([sys.executable, "-m", "scanjobs", *arguments], env=environment, check=True)
    return next(folder.glob("*.pdf")), next(folder.glob("*.html"))


def live_views(folder: Path) -> dict[str, str]:
    """The live view of a worker in the midst of reports, in a dark terminal and in a light one."""
    settings = config.use(config.load({"home": folder / "home"}))
    environment = {**os.environ, "SCANJOBS_HOME": str(settings.home)}
    command = [sys.executable, "-m", "scanjobs"]
    control.pause(settings, "reports")  # until there is enough to do for a picture
    worker = subprocess.Popen([*command, "--log-level", "error", "worker", "-c", "2"], env=environment)
    try:
        for language in ("en", "de", "fr"):
            subprocess.run(
                [*command, "report", "latest", "-f", "pdf", "-f", "html", "--language", language],
                env=environment,
                check=True,
                capture_output=True,
            )
        later = ["report", "latest", "--in", "2h", "-f", "md"]
        subprocess.run([*command, *later], env=environment, check=True, capture_output=True)
        control.resume(settings, "reports")
        view = View().seen(monitor.status(settings))
        while not any(job.progress for job in view.jobs) and len(view.jobs) > 1:
            time.sleep(0.02)
            view = view.seen(monitor.status(settings))
    finally:
        worker.terminate()
        worker.wait()
    view = view.turned()
    svgs = {}
    for name, theme in (("live-view", SVG_EXPORT_THEME), ("live-view-light", DEFAULT_TERMINAL_THEME)):
        paper = Console(width=80, height=24, record=True, file=io.StringIO(), force_terminal=True)
        paper.print(live_view.draw(view, 80, 24))
        svgs[name] = paper.export_svg(title="scanjobs status --watch", theme=theme)
    return svgs


def drawing_of(browser: Browser, svg: str) -> bytes:
    """What a browser makes of a drawing; the font that it asks for from elsewhere is left out."""
    page = browser.new_page(viewport={"width": 1000, "height": 680})
    drawing = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    page.set_content(drawing, wait_until="domcontentloaded")
    picture = page.locator("svg").first.screenshot()
    page.close()
    return picture


def page_of(pdf: Path, title: str) -> bytes:
    """The page that a bookmark leads to."""
    reader = PdfReader(pdf)
    bookmark = next(one for one in reader.outline if not isinstance(one, list) and one.title == title)
    number = str((reader.get_destination_page_number(bookmark) or 0) + 1)
    return subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", "-f", number, "-l", number, str(pdf)],
        check=True,
        capture_output=True,
    ).stdout


def screen_of(browser: Browser, html: Path, scheme: str, width: int, height: int, place: str) -> bytes:
    """What a browser shows of the page."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
    page.goto(html.as_uri() + place)
    page.wait_for_timeout(300)
    picture = page.screenshot()
    page.close()
    return picture


def messages_of(browser: Browser, folder: Path) -> Iterator[tuple[str, bytes]]:
    """A mail, the same on a phone at night, and a message in Slack."""
    write_previews(config.load({"home": folder}, {}), folder, [EventType.COMPLIANCE_VIOLATION])
    mail = folder / f"{EventType.COMPLIANCE_VIOLATION}.html"
    slack = folder / "slack.html"
    payload = json.loads((folder / f"{EventType.COMPLIANCE_VIOLATION}.slack.json").read_text("utf-8"))
    slack.write_text(draw_slack.page_of(payload), "utf-8")
    yield "mail-violation", whole(browser, mail, "light", 640)
    yield "mail-phone", whole(browser, mail, "dark", 360)
    yield "slack-violation", whole(browser, slack, "light", 640)


def whole(browser: Browser, html: Path, scheme: str, width: int) -> bytes:
    """A page from its head to its foot."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 200})
    page.goto(html.as_uri())
    picture = page.screenshot(full_page=True)
    page.close()
    return picture


def save(name: str, picture: bytes) -> None:
    """Keep a picture in few colours, so that the repository stays small."""
    image = (
        Image.open(io.BytesIO(picture))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    image.save(PICTURES / f"{re.sub(r'[^a-z-]', '-', name)}.png", optimize=True)


if __name__ == "__main__":
    main()
