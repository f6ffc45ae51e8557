"""Draws the pictures of reports and messages in the docs anew, from the bundled recordings.

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
from collections.abc import Iterator
from pathlib import Path

import draw_slack
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from scanjobs import config
from scanjobs.domain.events import EventType
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
