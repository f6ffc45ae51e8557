"""The growing PDF: its pages, what the things drawn on them mean, links, bookmarks, the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from fpdf import FPDF
from fpdf.actions import URIAction
from fpdf.errors import FPDFException
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import DestinationXYZ, Name

from scanjobs.errors import ReportError
from scanjobs.reports.renderers.deflated import Deflated
from scanjobs.reports.renderers.pdf_file import Producer
from scanjobs.reports.renderers.pdf_metadata import plain, text_string, xmp
from scanjobs.reports.renderers.pdf_structure import Element, LinkAnnotation, Structure

FONTS = Path(__file__).parent.parent / "fonts"


class _File(FPDF):
    """The file of fpdf2 with the structure that its producer writes."""

    structure: Structure | None = None


class Pages:
    """Pages in points, drawn on by operators; fpdf2 keeps them, the fonts and the file.

    What is drawn belongs to an element of the structure, or is an artifact: decoration, a repeated heading.
    Pages that are not `tagged` look the same and leave out what they mean.
    """

    def __init__(
        self, title: str, language: str, producer: str, created_at: datetime, *, tagged: bool = True
    ) -> None:
        title = plain(title)
        self._pdf = _File(unit="pt", format="A4", enforce_compliance="PDFA_3U")
        self._pdf.set_auto_page_break(False)
        # All pages share the fonts, also those that were loaded after a page was drawn.
        self._pdf.single_resources_object = True
        self._pdf.set_margin(0)
        self._pdf.set_creation_date(created_at)
        self._pdf.set_title(title)
        self._pdf.set_author(producer)
        self._pdf.set_lang(language)
        self._pdf.set_producer(producer)
        self._pdf.set_creator(producer)
        self._pdf.set_xmp_metadata(
            xmp(
                title=title,
                author=producer,
                tool=producer,
                language=language,
                created_at=created_at,
                tagged=tagged,
            )
        )
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.structure = self._pdf.structure = Structure() if tagged else None
        self._in_piece = False

    def font(self, path: Path, number: int = 0) -> TTFFont:
        """A font for every page, from a file; `number` is its place in a collection."""
        family = f"font{len(self._pdf.fonts)}"
        self._pdf.add_font(family, "", path, collection_font_number=number)
        font = self._pdf.fonts[family]
        assert isinstance(font, TTFFont)
        return font

    @property
    def height(self) -> float:
        """Height of the page."""
        return float(self._pdf.h_pt)

    @property
    def page(self) -> int:
        """Number of the page that is drawn, from 1."""
        return int(self._pdf.page)

    @property
    def page_width(self) -> float:
        """Width of the page."""
        return float(self._pdf.w_pt)

    def add_page(self, orientation: str) -> None:
        """Begin a page, `portrait` or `landscape`."""
        self._pdf.add_page(orientation=orientation)

    def turn_to(self, page: int) -> None:
        """Draw on a page that exists already."""
        self._pdf.page = page
        # fpdf2 keeps the size of the page it added last.
        self._pdf.w_pt, self._pdf.h_pt = self._pdf.pages[page].dimensions()

    @contextmanager
    def element(self, role: str, attributes: str = "") -> Iterator[None]:
        """What is drawn in the block is one element, of a standard structure type of PDF."""
        if self.structure is None or self._in_piece:
            yield
            return
        with self.structure.inside(self.structure.add(role, attributes)):
            yield

    def reserved(self, role: str) -> Element | None:
        """An element whose place in the order is here and that is drawn later, by `inside`."""
        return self.structure.add(role) if self.structure else None

    @contextmanager
    def inside(self, element: Element | None) -> Iterator[None]:
        """What is drawn in the block belongs to an element that was reserved."""
        if self.structure is None or element is None:
            yield
            return
        with self.structure.inside(element):
            yield

    @contextmanager
    def figure(self, alternative: str, x: float, y: float, width: float, height: float) -> Iterator[None]:
        """What is drawn in the block is one picture, with a text for those who do not see it."""
        bottom = self.height - y - height
        box = f"{x:.2f} {bottom:.2f} {x + width:.2f} {bottom + height:.2f}"
        layout = f"/A<</O/Layout/Placement/Block/BBox[{box}]>>"
        with self.element("Figure", f"/Alt{text_string(alternative)}{layout}"):
            number = self.structure.marked(self.page)[1] if self.structure else 0
            with self._piece(f"/Figure<</MCID {number}>>"):
                yield

    @contextmanager
    def artifact(self, properties: str = "") -> Iterator[None]:
        """What is drawn in the block is not part of what the document says, as a line or a page number is."""
        with self._piece(f"/Artifact<<{properties}>>"):
            yield

    @contextmanager
    def _piece(self, begin: str) -> Iterator[None]:
        """What is drawn in the block is one piece of the page, in which none begins."""
        if self.structure is None or self._in_piece:
            yield
            return
        self._pdf._out(f"{begin}BDC")
        self._in_piece = True
        yield
        self._in_piece = False
        self._pdf._out("EMC")

    def next_cell(self) -> int:
        """The number that the next cell of a table on this page gets."""
        return self.structure.next_cell(self.page) if self.structure else 0

    def add_rows(self, count: int, cells: Sequence[str]) -> None:
        """Put rows of a table into the open element; their cells have the numbers from `next_cell` on."""
        if self.structure:
            self.structure.add_rows(self.page, count, cells)

    def operators(self, drawn: str) -> None:
        """Draw with PDF operators, in PDF's own coordinates; what it means is up to the block around it."""
        self._pdf._out(drawn)

    def picture(self, data: bytes, x: float, y: float, width: float, height: float) -> None:
        """Draw the logo, a PNG, JPEG or SVG, as large as fits into a box.

        Raises:
            ReportError: it is damaged.
        """
        try:
            self._pdf.image(BytesIO(data), x, y, width, height, keep_aspect_ratio=True)
        except (OSError, ValueError, SyntaxError, FPDFException) as error:
            raise ReportError(
                f"The logo cannot be drawn: {error}.", hint="Mend the file of the setting 'branding.logo'."
            ) from error

    def drawn(self) -> bytes:
        """The operators on this page so far."""
        contents = self._pdf.pages[self.page].contents
        assert isinstance(contents, bytearray)
        return bytes(contents)

    def _ornament(self, drawn: str) -> None:
        """Draw what only pleases the eye."""
        if self.structure is None or self._in_piece:
            self._pdf._out(drawn)
        else:
            self._pdf._out(f"/Artifact BMC\n{drawn}\nEMC")

    def _text(self, drawn: str) -> None:
        """Draw a text of the open element."""
        if self.structure and not self._in_piece:
            role, number = self.structure.marked(self.page)
            drawn = f"/{role}<</MCID {number}>>BDC {drawn} EMC"
        self._pdf._out(drawn)

    def bookmark(self, text: str, y: float, level: int = 0) -> None:
        """Let the outline lead to a height of this page; `level` 1 is below the last one of level 0."""
        self._pdf.y = y
        self._pdf.start_section(plain(text), level)

    @contextmanager
    def link(
        self, x: float, y: float, width: float, height: float, target: str | tuple[int, float], said: str
    ) -> Iterator[None]:
        """Make a rectangle lead to a web address, or to a place on a page; the block draws what it shows.

        `said` is what the link leads to, in words.
        """
        with self.element("Link"):
            yield
            action, place = None, None
            if isinstance(target, str):
                action = URIAction(target)
            else:
                page, top = target
                place = DestinationXYZ(page, top=self._pdf.pages[page].dimensions()[1] - top)
            annotation = LinkAnnotation(
                "Link",
                x,
                self.height - y,
                width,
                height,
                action=action,
                dest=place,
                contents=plain(said),
            )
            if self.structure:
                annotation.struct_parent = self.structure.add_link(annotation)
            self._pdf.pages[self.page].add_annotation(annotation)

    def attach(self, name: str, write: Callable[[BinaryIO], None], mime_type: str, description: str) -> None:
        """Carry a file inside, as the source of what the pages show; it is compressed while it is written."""
        contents = Deflated()
        write(cast(BinaryIO, contents))
        packed = contents.finished()
        attached = self._pdf.embed_file(
            bytes=packed,
            basename=name,
            mime_type=mime_type,
            desc=description,
            modification_date=self._pdf.creation_date,
            associated_file_relationship="Source",
        )
        # fpdf2 would compress it itself, from the whole file in memory.
        attached.filter = Name("FlateDecode")
        attached.params = attached.params.replace(f"/Size {len(packed)}", f"/Size {contents.size}")

    def write(self, file: BinaryIO) -> None:
        """Finish the document; nothing can be drawn afterwards."""
        file.write(self._pdf.output(output_producer_class=Producer))
