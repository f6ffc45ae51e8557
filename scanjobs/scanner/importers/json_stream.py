"""Reads a JSON file once, a chunk at a time, and keeps only what a shape asks for.

A capture can be larger than memory: its bodies, its stack traces and its timings are parsed and dropped.
What is wanted of a file is written down as a shape that mirrors it: a dict names the members to keep, a
one-element list the shape of its items, `ALL` keeps everything below, a tuple names alternatives, and `Each`
hands out the items of a list one after the other instead of keeping them.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import ijson

from scanjobs.scanner.importers.json_mending import Mender, long_numbers_allowed

CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 64 * 1024
_TAIL_CHARACTERS = 1024
_JSONP_START = re.compile(r"\s*[A-Za-z_$][\w$.]*\s*\(")
_JSONP_END = re.compile(r"\s*\)\s*;?\s*\Z")
# A number may be valid JSON and have an exponent that no decimal can hold: that is an ArithmeticError.
_NOT_TO_BE_READ = (ijson.JSONError, ValueError, ArithmeticError)
_STARTS = frozenset({"start_map", "start_array"})
_ENDS = frozenset({"end_map", "end_array"})

ALL: Final = object()


@dataclass(frozen=True, slots=True)
class Each:
    """The items of a list, handed out one by one under a name."""

    name: str
    item: Any
    """The shape of one item."""


@dataclass(kw_only=True, slots=True)
class JsonFile:
    """What reading a file gave."""

    sha256: str = ""
    size: int = 0
    """Bytes."""
    root: Any = None
    """The kept part of the outermost value, as far as it was read."""
    lists: set[str] = field(default_factory=set)
    """Names of the `Each` lists that were there, empty ones too."""
    ends_early: bool = False
    """The file stops in the middle of its outermost value."""
    broken_at: int | None = None
    """The end of the chunk in which it stopped being JSON, in bytes."""

    @property
    def is_damaged(self) -> bool:
        """True when the outermost value was not read to its end."""
        return self.ends_early or self.broken_at is not None


def read_json(
    path: Path,
    shape: Any,
    hand_out: Callable[[str, Any], None],
    on_progress: Callable[[int, int], None] | None = None,
    backend: Any = ijson,
) -> JsonFile:
    """Read the whole file once: hash it, parse it, hand out the items of `Each` lists as they come.

    Broken JSON is told in the result, since what came before may still be of use.
    """
    with path.open("rb") as file:
        return _read(file, path.stat().st_size, shape, hand_out, on_progress, backend)


def read_bytes(content: bytes, shape: Any) -> JsonFile:
    """The same for a file that was read, and that is small enough to keep what is wanted of it."""
    return _read(io.BytesIO(content), len(content), shape, lambda _name, _item: None, None, ijson)


def _read(
    file: BinaryIO,
    total: int,
    shape: Any,
    hand_out: Callable[[str, Any], None],
    on_progress: Callable[[int, int], None] | None,
    backend: Any,
) -> JsonFile:
    result = JsonFile()
    digest = sha256()
    parser = backend.basic_parse_coro(_build(shape, hand_out, result))
    mender = Mender()
    with long_numbers_allowed():
        for text in _texts(file, digest.update, result, total, on_progress):
            if result.broken_at is None:
                _send(parser, mender.mend, text, result)
        if result.broken_at is None:
            _send(parser, lambda _: mender.end(), "", result)
    if result.broken_at is None:
        try:
            parser.close()
        except _NOT_TO_BE_READ:
            result.ends_early = True
    result.sha256 = digest.hexdigest()
    return result


def _send(parser: Any, mend: Callable[[str], str], text: str, result: JsonFile) -> None:
    try:
        if mended := mend(text):  # an empty piece would say that this is the end
            parser.send(mended.encode())
    except _NOT_TO_BE_READ:
        result.broken_at = result.size


class Outline(NamedTuple):
    """How a JSON text begins."""

    opening: str
    """`{`, `[`, another first character, or nothing."""
    keys: tuple[str, ...]
    """Members of the object, or of a list's first object, as far as they were seen."""


def outline(head: bytes) -> Outline:
    """How the JSON in the first bytes of a file begins; what comes after them may be missing."""
    text = _json_in(head)
    opening = text.lstrip()[:1]
    keys: list[str] = []
    parser = ijson.basic_parse_coro(_note_keys(1 if opening == "{" else 2, keys))
    with contextlib.suppress(*_NOT_TO_BE_READ), long_numbers_allowed():
        parser.send(Mender().mend(text).encode())
    return Outline(opening, tuple(keys))


def peek(head: bytes, shape: Any) -> tuple[Any, ...]:
    """The items of `Each` lists that lie whole in the first bytes of a file."""
    items: list[Any] = []
    parser = ijson.basic_parse_coro(_build(shape, lambda _, item: items.append(item), JsonFile()))
    with contextlib.suppress(*_NOT_TO_BE_READ), long_numbers_allowed():
        parser.send(Mender().mend(_json_in(head)).encode())
    return tuple(items)


def _json_in(head: bytes) -> str:
    """The first bytes of a file as text, its mark and the beginning of its callback left out."""
    text = text_of(head).lstrip("\ufeff")
    found = _JSONP_START.match(text)
    return text[found.end() :] if found else text


def text_of(head: bytes) -> str:
    """The first bytes of a file as text; a character that is cut at their end is left out."""
    return codecs.getincrementaldecoder(encoding_of(head))("replace").decode(head)


@ijson.coroutine  # type: ignore[untyped-decorator]
def _note_keys(wanted_depth: int, keys: list[str]) -> Generator[None, tuple[str, Any], None]:
    depth, is_first = 0, True
    while True:
        event, value = yield
        depth += (event in _STARTS) - (event in _ENDS)
        if event == "map_key" and depth == wanted_depth and is_first:
            keys.append(value)
        elif event == "end_map" and depth == wanted_depth - 1:
            is_first = False


def _texts(
    file: BinaryIO,
    hash_bytes: Callable[[bytes], None],
    result: JsonFile,
    total: int,
    on_progress: Callable[[int, int], None] | None,
) -> Iterator[str]:
    """The JSON text of the file, chunk by chunk, its encoding, its mark and its callback undone."""
    chunk = file.read(CHUNK_BYTES)
    # Bytes that are no text occur in recorded bodies; they must not make the whole capture unreadable.
    decoder = codecs.getincrementaldecoder(encoding_of(chunk))("replace")
    is_first, is_jsonp, held = True, False, ""
    while chunk:
        hash_bytes(chunk)
        result.size += len(chunk)
        text = held + decoder.decode(chunk)
        if is_first:
            is_first = False
            text = text.lstrip("\ufeff")
            if found := _JSONP_START.match(text):
                is_jsonp, text = True, text[found.end() :]
        if is_jsonp:
            text, held = text[:-_TAIL_CHARACTERS], text[-_TAIL_CHARACTERS:]
        yield text
        if on_progress is not None:
            on_progress(result.size, max(total, result.size))
        chunk = file.read(CHUNK_BYTES)
    yield _JSONP_END.sub("", held + decoder.decode(b"", final=True))


def encoding_of(head: bytes) -> str:
    """What the first bytes of a text say about its encoding: UTF-8 unless a mark or zero bytes tell."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # JSON begins with an ASCII character, so a zero byte beside it tells the order.
    if len(head) > 1 and head[0] and not head[1]:
        return "utf-16-le"
    if len(head) > 1 and head[1] and not head[0]:
        return "utf-16-be"
    return "utf-8-sig"


@ijson.coroutine  # type: ignore[untyped-decorator]
def _build(
    shape: Any, hand_out: Callable[[str, Any], None], result: JsonFile
) -> Generator[None, tuple[str, Any], None]:
    """Receive parse events and build what the shape asks for.

    Everything is local, since this runs for every token of files that have millions.
    """
    parents: list[tuple[Any, Any]] = []
    container: Any = None
    inside: Any = [shape]  # the shape of the open container
    key = ""
    skipped_depth = 0
    while True:
        event, value = yield
        if skipped_depth:
            if event in _STARTS:
                skipped_depth += 1
            elif event in _ENDS:
                skipped_depth -= 1
            continue
        if event == "map_key":
            key = value
            continue
        if event in _ENDS:
            closed = container
            container, inside = parents.pop()
            if type(inside) is Each:
                hand_out(inside.name, closed)
            continue
        wanted = inside.get(key) if type(inside) is dict else _below(inside)
        if wanted is None:
            skipped_depth = 1 if event in _STARTS else 0
            continue
        entered: Any = None
        if event == "start_map":
            value, entered = {}, _fitting(wanted, dict, {})
        elif event == "start_array":
            value, entered = [], _fitting(wanted, (list, Each), [])
            if type(entered) is Each:
                result.lists.add(entered.name)
        if type(inside) is Each:
            if entered is None:
                hand_out(inside.name, value)
        elif type(container) is dict:
            container[key] = value
        elif container is None:
            result.root = value
        else:
            container.append(value)
        if entered is not None:
            parents.append((container, inside))
            container, inside = value, entered


def _below(shape: Any) -> Any:
    """The shape of the next value in a container of this shape; None where it is not wanted."""
    if shape is ALL:
        return ALL
    if isinstance(shape, Each):
        return shape.item
    return shape[0] if shape else None


def _fitting(shape: Any, kind: Any, otherwise: Any) -> Any:
    """The shape, or the one of its alternatives, that describes a container of this kind."""
    if shape is ALL or isinstance(shape, kind):
        return shape
    alternatives = shape if isinstance(shape, tuple) else ()
    return next((one for one in alternatives if isinstance(one, kind)), otherwise)
