"""The report for machines: every fact of the document as JSON, keys sorted, described by a schema."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import orjson

from scanjobs.reports.document import Document
from scanjobs.reports.renderers import Progress
from scanjobs.reports.renderers.json_facts import long_parts, short_parts

OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


CHUNK = 500
Facts = dict[str, Any]


class JsonRenderer:
    """Writes a document as JSON."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Write one key after the other, long lists item by item; the whole never lies in memory."""
        on_progress(0, "facts")
        lists = (document.checklist, document.cookies, document.storage, document.hosts)
        written, total = 0, sum(map(len, lists))
        parts = {**short_parts(document), **long_parts(document)}
        file.write(b"{")
        for number, (key, part) in enumerate(sorted(parts.items())):
            file.write(b'%s\n  "%s": ' % (b"," if number else b"", key.encode()))
            if not isinstance(part, Iterator):
                file.write(encoded(part, depth=1))
                continue
            is_empty = True
            while items := list(islice(part, CHUNK)):
                texts = b",\n    ".join(encoded(item, depth=2) for item in items)
                file.write((b"[\n    " if is_empty else b",\n    ") + texts)
                is_empty = False
                written += len(items)
                on_progress(99 * written / total, "facts")
            file.write(b"[]" if is_empty else b"\n  ]")
        file.write(b"\n}\n")
        on_progress(100, "done")


def encoded(facts: Any, *, depth: int) -> bytes:
    """Facts as they stand so deep in the file."""
    try:
        text = orjson.dumps(facts, option=OPTIONS)
    except orjson.JSONEncodeError:
        # A lone surrogate is the one thing a text can hold that UTF-8 cannot write.
        text = orjson.dumps(_writable(facts), option=OPTIONS)
    # A line break within a text is written \\n, so those that are left lie between keys and items.
    return text.replace(b"\n", b"\n" + b"  " * depth)


def _writable(value: Any) -> Any:
    """The same facts with every lone surrogate as U+FFFD, the replacement character."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value
