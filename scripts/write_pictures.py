"""Draws the pictures of reports in the docs anew, from the bundled recordings.

Use: `python scripts/write_pictures.py`. It needs Chromium and Poppler's `pdftoppm`.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

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
