"""How the PDF is written: its structure in compressed object streams, one cross-reference stream."""

from __future__ import annotations

import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from fpdf import FPDF
from fpdf.annotations import PDFAnnotation
from fpdf.encryption import EncryptionDictionary
from fpdf.fonts import TTFFont
from fpdf.output import OutputProducer, PDFPage, PDFXmpMetadata
from fpdf.syntax import Name, PDFContentStream, PDFObject

from scanjobs.reports.renderers.pdf_structure import FIRST_ANNOTATION, Content, Element, Rows, Structure

OBJECTS_IN_STREAM = 500
ZERO_WIDTH_SPACE = 0x200B
_END = "\nendstream\nendobj"
_ENTRY = struct.Struct(">BIH")
_COMPRESSED = struct.Struct(">BI")


class Producer(OutputProducer):
    """Writes the pages of fpdf2 together with a structure, which fpdf2 itself has no room for.

    The structure of a long table has more objects than all the rest of the file. They are numbered after the
    rest and never become objects of fpdf2, which would take a kilobyte of memory for each.
    """

    def __init__(self, pdf: FPDF) -> None:
        super().__init__(pdf)
        self.offsets = defaultdict(int)
        self._structure: Structure | None = getattr(pdf, "structure", None)
        self._info = 0
        self._tree_root = PDFObject()
        self._streams: list[tuple[int, int]] = []
        """The number of each object stream and how many objects it holds."""
        for font in pdf.fonts.values():
            assert isinstance(font, TTFFont)
            _name_glyphs(font)

    def _add_pages(self, _slice: slice = slice(0, None)) -> list[PDFPage]:
        if self._structure:
            for number, page in self.fpdf.pages.items():
                page.struct_parents = number - 1
                # Every property of a page is written; this one asks for links in the order they are read.
                page.tabs = Name("S")  # type: ignore[attr-defined]
        return super()._add_pages(_slice)

    def _add_structure_tree(self) -> PDFObject | None:
        return self._tree_root if self._structure else None

    def _add_xmp_metadata(self) -> PDFXmpMetadata | None:
        # fpdf2 leaves the older dictionary out of PDF/A, which allows it, and most programs read no other.
        self._info = self._add_info().id
        return super()._add_xmp_metadata()

    def _add_encryption(self) -> EncryptionDictionary | None:
        # Nothing is encrypted; this is the last that fpdf2 numbers.
        if self._structure:
            self._add_structure(self._structure)
        return super()._add_encryption()

    def _out(self, data: bytes | bytearray | str) -> None:
        super()._out(closed_stream(data) if isinstance(data, str) else data)

    def _add_structure(self, structure: Structure) -> None:
        count = 2 + len(structure.elements) + sum(map(_objects_of, _rows_of(structure)))
        streams = -(-count // OBJECTS_IN_STREAM)
        first = self.obj_id + streams + 1
        self._tree_root.id = first
        pages = {number: page.id for number, page in self.fpdf.pages.items()}
        bodies = _Bodies(structure, first, pages).written()
        while part := list(islice(bodies, OBJECTS_IN_STREAM)):
            number = self._add_pdf_obj(_ObjectStream(first, part))
            self._streams.append((number, len(part)))
            first += len(part)

    def bufferize(self) -> bytearray:
        """The whole file, with a cross-reference stream where fpdf2 writes a table."""
        buffer = super().bufferize()
        start = int(buffer[buffer.rfind(b"startxref") :].split()[1])
        trailer = bytes(buffer[start:])
        del buffer[start:]
        root, file_id = (re.search(key, trailer) for key in (rb"/Root \d+ 0 R", rb"/ID \[[^\]]*\]"))
        assert root
        assert file_id
        entries = zlib.compress(b"".join(self._entries(start)))
        size = self.obj_id + sum(count for _, count in self._streams) + 2
        buffer += (
            f"{size - 1} 0 obj\n<</Type/XRef/Size {size}/W[1 4 2]/Filter/FlateDecode/Length {len(entries)}"
            f"{root[0].decode()}/Info {self._info} 0 R{file_id[0].decode()}>>\nstream\n"
        ).encode()
        buffer += closed_stream(entries.decode("latin-1") + _END).encode("latin-1")
        buffer += f"\nstartxref\n{start}\n%%EOF\n".encode()
        return buffer

    def _entries(self, start: int) -> Iterator[bytes]:
        """Where every object is: at an offset, or in a stream at an index."""
        yield _ENTRY.pack(0, 0, 0xFFFF)
        for number in range(1, self.obj_id + 1):
            yield _ENTRY.pack(1, self.offsets[number], 0)
        for stream, count in self._streams:
            where = _COMPRESSED.pack(2, stream)
            yield b"".join(where + index.to_bytes(2, "big") for index in range(count))
        yield _ENTRY.pack(1, start, 0)


def closed_stream(written: str) -> str:
    """An object as it is written; a stream that ends with a carriage return is told from its end of line.

    That would be taken for a part of the line's end, and the stream seem one byte shorter than it is.
    """
    return f"{written.removesuffix(_END)}\r{_END}" if written.endswith(f"\r{_END}") else written


def _name_glyphs(font: TTFFont) -> None:
    """Let every glyph stand for a character, as PDF/A asks, also parts of letters that shaping took apart."""
    characters = {name: code for code, name in font.cmap.items()}
    for glyph, _ in font.subset.items():
        if glyph is None:
            continue
        if glyph.unicode == (0,):
            # The box for a missing glyph stands for none, not for U+0000.
            glyph.unicode = ()
        elif not glyph.unicode:
            glyph.unicode = (characters.get(glyph.glyph_name, ZERO_WIDTH_SPACE),)


class _ObjectStream(PDFContentStream):
    """Many objects, numbered one after the other, compressed together."""

    def __init__(self, first: int, bodies: list[str]) -> None:
        head, position = [], 0
        for number, body in enumerate(bodies, start=first):
            head.append(f"{number} {position}")
            position += len(body) + 1
        index = " ".join(head) + "\n"
        super().__init__((index + "\n".join(bodies)).encode("latin-1"), compress=True)
        self.type = Name("ObjStm")
        self.n = len(bodies)
        self.first = len(index)


class _Bodies:
    """The objects of a structure as PDF, numbered from `first` on: root, tree of parents, elements, rows."""

    def __init__(self, structure: Structure, first: int, pages: dict[int, int]) -> None:
        self._structure, self._first, self._pages = structure, first, pages
        self._numbers = {element: number for number, element in enumerate(structure.elements, first + 2)}
        self._bases: dict[int, int] = {}
        next_number = first + 2 + len(structure.elements)
        for rows in _rows_of(structure):
            self._bases[id(rows)] = next_number
            next_number += _objects_of(rows)

    def written(self) -> Iterator[str]:
        yield self._root()
        yield self._parent_tree()
        yield from map(self._element, self._structure.elements)
        for element in self._structure.elements:
            for kid in element.kids:
                if isinstance(kid, Rows):
                    yield from self._rows(kid, self._numbers[element])

    def _root(self) -> str:
        document = self._numbers[self._structure.root]
        next_key = FIRST_ANNOTATION + len(self._structure.links)
        return (
            f"<</Type/StructTreeRoot/K {document} 0 R/ParentTree {self._first + 1} 0 R"
            f"/ParentTreeNextKey {next_key}>>"
        )

    def _parent_tree(self) -> str:
        cells: dict[int, dict[int, str]] = {}
        for rows in _rows_of(self._structure):
            cells.setdefault(rows.page, {})[rows.first] = self._cells(rows)
        nums = [
            f"{page - 1}[{' '.join(self._parents(page, cells.get(page, {})))}]"
            for page in sorted(self._pages)
        ]
        nums += [
            f"{FIRST_ANNOTATION + index} {self._numbers[element]} 0 R"
            for index, element in enumerate(self._structure.links)
        ]
        return "<</Nums[" + "\n".join(nums) + "]>>"

    def _parents(self, page: int, cells: dict[int, str]) -> Iterator[str]:
        """The element of each piece of a page, those of rows together."""
        for number, element in enumerate(self._structure.parents.get(page, ())):
            if element is not None:
                yield f"{self._numbers[element]} 0 R"
            elif number in cells:
                yield cells[number]

    def _cells(self, rows: Rows) -> str:
        """References to all cells of rows."""
        columns, base = len(rows.cells), self._bases[id(rows)]
        starts = range(base + 1, base + 1 + rows.count * (columns + 1), columns + 1)
        return " ".join(f"{cell} 0 R" for start in starts for cell in range(start, start + columns))

    def _element(self, element: Element) -> str:
        page = next((kid.page for kid in element.kids if isinstance(kid, Content)), None)
        kids = [reference for kid in element.kids for reference in self._references(kid, page)]
        parent = self._first if element.parent is None else self._numbers[element.parent]
        on_page = "" if page is None else f"/Pg {self._pages[page]} 0 R"
        inside = f"/K[{' '.join(kids)}]" if kids else ""
        return f"<</S/{element.role}/P {parent} 0 R{on_page}{inside}{element.attributes}>>"

    def _references(self, kid: Element | Content | Rows | PDFAnnotation, page: int | None) -> Iterator[str]:
        if isinstance(kid, Content):
            other_page = f"<</Type/MCR/Pg {self._pages[kid.page]} 0 R/MCID {kid.number}>>"
            yield str(kid.number) if kid.page == page else other_page
        elif isinstance(kid, Rows):
            base, step = self._bases[id(kid)], len(kid.cells) + 1
            yield from (f"{number} 0 R" for number in range(base, base + kid.count * step, step))
        elif isinstance(kid, Element):
            yield f"{self._numbers[kid]} 0 R"
        else:
            yield f"<</Type/OBJR/Obj {kid.ref}>>"

    def _rows(self, rows: Rows, parent: int) -> Iterator[str]:
        columns, number, content = len(rows.cells), self._bases[id(rows)], rows.first
        page = self._pages[rows.page]
        for _ in range(rows.count):
            cells = [f"{cell} 0 R" for cell in range(number + 1, number + 1 + columns)]
            yield f"<</S/TR/P {parent} 0 R/K[{' '.join(cells)}]>>"
            middle = f"/P {number} 0 R/Pg {page} 0 R/K "
            for cell in rows.cells:
                yield f"<</S{cell}{middle}{content}>>"
                content += 1
            number += columns + 1


def _rows_of(structure: Structure) -> Iterator[Rows]:
    for element in structure.elements:
        for kid in element.kids:
            if isinstance(kid, Rows):
                yield kid


def _objects_of(rows: Rows) -> int:
    return rows.count * (len(rows.cells) + 1)
