"""One table drawn as PDF by one contestant, in a process of its own: how long it took, and what it needed.

    python benchmarks/pdf_contestants.py NAME ROWS repeating|different FILE

Prints one JSON object: seconds without imports, peak memory in MB, size of the file in bytes. Each draws the
same rows on A4 landscape with wrapped cells, a heading repeated on every page and the number of the page.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from html import escape
from pathlib import Path

TITLES = ("Name", "Domain", "Purpose", "Lifetime", "Flags", "Vendor", "What it does")
WEIGHTS = (40, 38, 22, 22, 22, 30, 96)
NAMES = ("_ga", "_fbp", "IDE", "session_id", "__Secure-3PSIDCC", "visitor-choices")
HOSTS = ("www", "cdn", "ads", "px")
PURPOSES = ("Necessary", "Functional", "Analytics", "Marketing", "Unclassified")
SENTENCES = (
    "Tells one visitor from another, to count visits and the pages of each.",
    "Keeps what the visitor chose in the consent banner.",
    "Shows and measures advertising over several websites; partners get it as well.",
    "Sends a visitor to the same server again.",
    "Keeps which campaign and which page a first visit began with, so that an order can be put down to it.",
)
SIZE, LEADING, PADDING, MARGIN = 7.0, 8.96, 3.2, 38.0
FONTS = Path(__file__).parent.parent / "scanjobs" / "reports" / "fonts"

Rows = list[tuple[str, ...]]
Write = Callable[[], bytes]


def made_up(count: int, are_different: bool) -> Rows:
    """Rows whose texts repeat as those of real sites do, or whose every text differs."""
    pick = random.Random(7)
    rows = []
    for at in range(count):
        row = (
            f"{pick.choice(NAMES)}_{at:x}",
            f".{pick.choice(HOSTS)}{pick.randrange(400)}.{pick.choice(('shop', 'tracker'))}.example",
            pick.choice(PURPOSES),
            "session" if pick.random() < 0.2 else f"{pick.randrange(1, 800)} days",
            pick.choice(("Secure", "Secure, HttpOnly", "none", "Secure, SameSite=Lax")),
            f"Vendor {pick.randrange(60)}",
            pick.choice(SENTENCES),
        )
        rows.append(
            tuple(f"{text} {at:x}{place}" for place, text in enumerate(row)) if are_different else row
        )
    return rows


def scanjobs_table(rows: Rows, *, tagged: bool) -> Write:
    """The table of the report, with or without what its parts mean."""
    import io
    from datetime import UTC, datetime

    from scanjobs.reports.renderers.pdf_canvas import Canvas
    from scanjobs.reports.renderers.pdf_table import Column, Table
    from scanjobs.reports.words import ENGLISH

    def write() -> bytes:
        canvas = Canvas("Table", "en", "benchmark", datetime(2026, 1, 5, tzinfo=UTC), tagged=tagged)
        canvas.new_page("landscape")
        columns = [Column(title=title, weight=weight) for title, weight in zip(TITLES, WEIGHTS, strict=True)]
        Table(canvas, columns, size=SIZE).draw(rows)
        canvas.number_pages("Table", ENGLISH)
        file = io.BytesIO()
        canvas.write(file)
        return file.getvalue()

    return write


def raw(rows: Rows) -> Write:
    """Nothing but the operators of each page, compressed: as fast as Python writes a table at all."""
    from fpdf.fonts import CORE_FONTS_CHARWIDTHS

    advances = {
        character: width * SIZE / 1000 for character, width in CORE_FONTS_CHARWIDTHS["helvetica"].items()
    }
    escaped = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)"})
    unit = (841.89 - 2 * MARGIN) / sum(WEIGHTS)
    starts = [MARGIN + unit * sum(WEIGHTS[:column]) + PADDING for column in range(len(WEIGHTS))]
    widths = [unit * weight - 2 * PADDING for weight in WEIGHTS]

    def cell(text: str, width: float) -> tuple[int, str]:
        lines, line, used = [], "", 0.0
        for word in text.split(" "):
            needed = sum(map(advances.__getitem__, word))
            while needed > width:
                fits = 1
                while sum(map(advances.__getitem__, word[: fits + 1])) <= width:
                    fits += 1
                lines += [line] if line else []
                lines.append(word[:fits])
                line, used, word = "", 0.0, word[fits:]
                needed = sum(map(advances.__getitem__, word))
            if line and used + advances[" "] + needed <= width:
                line, used = f"{line} {word}", used + advances[" "] + needed
            else:
                lines += [line] if line else []
                line, used = word, needed
        lines.append(line)
        return len(lines), f"({')Tj T*('.join(one.translate(escaped) for one in lines)})Tj"

    def write() -> bytes:
        caches: list[dict[str, tuple[int, str]]] = [{} for _ in TITLES]
        at = [f" 1 0 0 1 {start:.2f} " for start in starts]
        pages: list[str] = []
        drawn: list[str] = []
        y = 0.0
        for row in (TITLES, *rows):
            cells = []
            for column, text in enumerate(row):
                known = caches[column].get(text)
                if known is None:
                    known = caches[column][text] = cell(text, widths[column])
                cells.append(known)
            height = max(lines for lines, _ in cells) * LEADING + 2 * PADDING
            if not drawn or y - height < 56:
                if drawn:
                    pages.append("".join((*drawn, "\nET")))
                drawn, y = [f"BT /F1 {SIZE} Tf {LEADING} TL"], 595.28 - 52
                titles = zip(at, TITLES, strict=True)
                drawn += [f"{x}{y - 9:.2f} Tm ({title})Tj" for x, title in titles]
                drawn.append(f" 1 0 0 1 780 30 Tm ({len(pages) + 1})Tj")
                y -= LEADING + 2 * PADDING
            place = f"{y - 9:.2f} Tm "
            drawn += [x + place + text for x, (_, text) in zip(at, cells, strict=True)]
            y -= height
        pages.append("".join((*drawn, "\nET")))
        return pdf_of(pages)

    return write


def pdf_of(pages: list[str]) -> bytes:
    """The smallest file around such pages."""
    streams = [zlib.compress(page.encode("cp1252", "replace"), 6) for page in pages]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, stream in enumerate(streams):
        bodies.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 841.89 595.28]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {5 + 2 * number} 0 R>>".encode()
        )
        bodies.append(b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
    file, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(file)


def fpdf2_table(rows: Rows) -> Write:
    """`FPDF.table()` of fpdf2, with the fonts of the report."""
    from fpdf import FPDF

    class Numbered(FPDF):
        def footer(self) -> None:
            self.set_y(-24)
            self.cell(0, 10, f"Page {self.page_no()}", align="R")

    def write() -> bytes:
        pdf = Numbered("landscape", "pt", "A4")
        pdf.set_margin(MARGIN)
        pdf.add_font("noto", "", FONTS / "NotoSans-Regular.ttf")
        pdf.add_font("noto", "B", FONTS / "NotoSans-Bold.ttf")
        pdf.set_font("noto", size=SIZE)
        pdf.add_page()
        with pdf.table(col_widths=WEIGHTS, line_height=LEADING, padding=PADDING) as table:
            table.row(TITLES)
            for row in rows:
                table.row(row)
        return bytes(pdf.output())

    return write


def reportlab_table(rows: Rows) -> Write:
    """ReportLab's LongTable, whose cells wrap because they are paragraphs."""
    import io

    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

    def write() -> bytes:
        pdfmetrics.registerFont(TTFont("noto", FONTS / "NotoSans-Regular.ttf"))
        style = ParagraphStyle("cell", fontName="noto", fontSize=SIZE, leading=LEADING, splitLongWords=1)
        unit = (landscape(A4)[0] - 2 * MARGIN) / sum(WEIGHTS)
        file = io.BytesIO()
        document = SimpleDocTemplate(
            file, pagesize=landscape(A4), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=52, bottomMargin=56
        )
        cells = [[Paragraph(escape(text), style) for text in row] for row in (TITLES, *rows)]
        table = LongTable(cells, colWidths=[unit * weight for weight in WEIGHTS], repeatRows=1)
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")]))

        def foot(canvas: object, document: object) -> None:
            canvas.setFont("noto", SIZE)  # type: ignore[attr-defined]
            canvas.drawRightString(800, 30, f"Page {canvas.getPageNumber()}")  # type: ignore[attr-defined]

        document.build([table], onFirstPage=foot, onLaterPages=foot)
        return file.getvalue()

    return write


def weasyprint_table(rows: Rows) -> Write:
    """WeasyPrint, from a page of HTML."""
    from weasyprint import HTML

    page = page_of(rows)
    return lambda: bytes(HTML(string=page).write_pdf())


def chromium_table(rows: Rows) -> Write:
    """Chromium printing the same page; its start is part of it."""
    page = page_of(rows)

    def write() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
            source.write_text(page, "utf-8")
            profile = (
                "--no-first-run",
                "--disable-background-networking",
                f"--user-data-dir={folder}/profile",
            )
            printing = ("--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
            subprocess.run(
                ["chromium", "--headless", "--no-sandbox", "--disable-gpu", *profile, *printing],
                check=True,
                capture_output=True,
            )
            return target.read_bytes()

    return write


def page_of(rows: Rows) -> str:
    """The rows as HTML with the page's looks."""
    unit = 100 / sum(WEIGHTS)
    columns = "".join(f'<col style="width:{unit * weight:.2f}%">' for weight in WEIGHTS)
    head = "".join(f"<th>{title}</th>" for title in TITLES)
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>\n" for row in rows)
    font = (FONTS / "NotoSans-Regular.ttf").as_uri()
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Table</title><style>
@font-face {{ font-family: noto; src: url({font}) }}
@page {{ size: A4 landscape; margin: 52pt {MARGIN}pt 56pt; @bottom-right {{ content: counter(page) }} }}
table {{ border-collapse: collapse; table-layout: fixed; width: 100%; font: {SIZE}pt/{LEADING}pt noto }}
td, th {{ padding: {PADDING}pt; text-align: left; vertical-align: top; overflow-wrap: anywhere }}
td {{ border-bottom: .4pt solid #d5dbe2 }} tr {{ break-inside: avoid }}
</style><table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></html>"""


CONTESTANTS: dict[str, Callable[[Rows], Write]] = {
    "raw": raw,
    "scanjobs": lambda rows: scanjobs_table(rows, tagged=False),
    "scanjobs, tagged": lambda rows: scanjobs_table(rows, tagged=True),
    "FPDF.table()": fpdf2_table,
    "ReportLab LongTable": reportlab_table,
    "WeasyPrint": weasyprint_table,
    "Chromium": chromium_table,
}


def main() -> None:
    """Draw once and tell."""
    name, count, kind, path = sys.argv[1:5]
    write = CONTESTANTS[name](made_up(int(count), kind == "different"))
    started = time.perf_counter()
    content = write()
    seconds = time.perf_counter() - started
    Path(path).write_bytes(content)
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, of_children)
    print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024, "size": len(content)}))


if __name__ == "__main__":
    main()
