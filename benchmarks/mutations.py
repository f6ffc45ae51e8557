"""Spoils files at random, and the same way again: bytes, ends, values and types of JSON, cells of tables."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

_STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 1.5, -0.0, 1e308, 10**30, -(10**400), 2**63, 253402300800),
    *("", " ", "x", "\0", "\u202e", "\ud800", "\ufeff", "é" * 300, "x" * 20_000, "1e999", "NaN", "-1"),
    *("2026-13-45T99:99:99Z", "9999-12-31T23:59:59-14:00", "0000-00-00", "data:,", "http://[", "//", "="),
    *("https://" + "a" * 300, "http://\ud800.example", "javascript:1", "*", "###", "a=b; c", "\r\nX: y"),
    *([], {}, [[]], [{}], {"": ""}, [None], [1, "a", {}], {"name": {"name": []}}),
)
_TOKENS = (
    *(
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff",
        b"\xc3",
        b'"',
        b"'",
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"{",
        b"}",
    ),
    *(b"[", b"]", b",", b":", b";", b"\t", b"\r", b"\n", b"null", b"1e999999", b"-", b"NaN", b"<", b"&#0;"),
    *(b"9" * 5000, b"#HttpOnly_", b"// ", b"/*", b"callback(", b"sep=|\n", b"=", b"\xf0\x9f\x8d\xaa"),
)


def mutate(content: bytes, random: random.Random) -> bytes:
    """The content, spoiled in one to four ways that the generator chooses."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        content = random.choice(_WAYS)(content, random)
    return content


def _flip_bytes(content: bytes, random: random.Random) -> bytes:
    spoiled = bytearray(content or b" ")
    for _ in range(random.randint(1, 20)):
        spoiled[random.randrange(len(spoiled))] = random.randrange(256)
    return bytes(spoiled)


def _truncate(content: bytes, random: random.Random) -> bytes:
    return content[: random.randint(0, len(content))]


def _cut_out(content: bytes, random: random.Random) -> bytes:
    start, end = sorted(random.randint(0, len(content)) for _ in range(2))
    return content[:start] + content[min(end, start + random.choice((1, 10, 1000))) :]


def _repeat(content: bytes, random: random.Random) -> bytes:
    start, end = sorted(random.randint(0, len(content)) for _ in range(2))
    piece = content[start : min(end, start + 2000)]
    return content[:end] + piece * random.choice((1, 2, 50)) + content[end:]


def _insert(content: bytes, random: random.Random) -> bytes:
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(content))
        content = content[:at] + random.choice(_TOKENS) + content[at:]
    return content


def _swap_lines(content: bytes, random: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _swap_cells(content: bytes, random: random.Random) -> bytes:
    delimiter = random.choice((b",", b"\t", b";", b'"'))
    cells = content.split(delimiter)
    one, other = random.randrange(len(cells)), random.randrange(len(cells))
    strange = str(random.choice(_STRANGE[16:])).encode("utf-8", "replace")
    cells[one], cells[other] = cells[other], random.choice((cells[one], strange))
    return delimiter.join(cells)


def _change_encoding(content: bytes, random: random.Random) -> bytes:
    encoding = random.choice(("utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def _change_values(content: bytes, random: random.Random) -> bytes:
    """Other values and types at random places of the JSON, and members that are gone or called otherwise."""
    try:
        root = json.loads(content)
    except (ValueError, RecursionError):
        return _insert(content, random)
    for _ in range(random.choice((1, 1, 2, 5, 20))):
        root = _changed(root, random, _places(root))
    return _dumped(root)


def _places(root: Any) -> list[tuple[Any, Any]]:
    """Every container of a value with the key or position of each thing in it."""
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


def _changed(root: Any, random: random.Random, places: list[tuple[Any, Any]]) -> Any:
    if not places or random.random() < 0.02:
        return deepcopy(random.choice(_STRANGE))
    container, key = random.choice(places)
    way = random.randrange(6)
    if way == 0 and isinstance(container, dict):
        container[random.choice(("", "name", "cookies", "__proto__", str(key) + "\0"))] = container.pop(key)
    elif way == 1:
        del container[key]
    elif way == 2:
        other, from_there = random.choice(places)
        container[key] = json.loads(_dumped(other[from_there])) if _has(other, from_there) else None
    elif way == 3:
        container[key] = random.choice(([container[key]], {"value": container[key]}, str(container[key])))
    else:
        container[key] = deepcopy(random.choice(_STRANGE))
    return root


def _has(container: Any, key: Any) -> bool:
    return key in container if isinstance(container, dict) else key < len(container)


def _nest_deeply(content: bytes, random: random.Random) -> bytes:
    """A value without end in the place of another, which JSON allows and most programs do not."""
    levels = random.choice((50, 1000, 5000, 100_000))
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    closed = closing * random.choice((levels, levels, 0))
    spots = [at for at, sign in enumerate(content) if sign in b":[,"]
    at = random.choice(spots) + 1 if spots else 0
    return content[:at] + opening * levels + b"1" + closed + random.choice((b",", b"")) + content[at:]


def _dumped(value: Any) -> bytes:
    try:
        return json.dumps(value).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):  # numbers of more digits than Python writes, and our own nesting
        return b"[" + b"9" * 5000 + b"]"


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip_bytes, _truncate, _cut_out, _repeat, _insert, _swap_lines, _swap_cells, _change_encoding),
    *(_change_values, _change_values, _change_values, _change_values, _nest_deeply),
)
