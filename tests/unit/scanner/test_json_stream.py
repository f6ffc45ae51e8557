"""JSON read once, a chunk at a time: what is kept, what is handed out, what is told of broken files."""

from __future__ import annotations

import json
from hashlib import sha256

import ijson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.scanner.importers import json_stream
from scanjobs.scanner.importers.json_stream import ALL, Each, outline, peek, read_json

SHAPE = (
    {"name": ALL, "kept": {"x": ALL}, "items": Each("item", {"id": ALL, "tags": [{"t": ALL}]})},
    Each("item", ALL),
)
BACKENDS = [ijson.get_backend(name) for name in dict.fromkeys((ijson.backend, "python"))]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["id", "items", "kept", "tags", "t", "x"]), inner)
    ),
)


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__.rpartition(".")[2])
def read(request, tmp_path):
    """Read a text or bytes with each parser; answers the result and what was handed out."""

    def read_text(content, shape=SHAPE, **options):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        items = []
        return read_json(
            path, shape, lambda _, item: items.append(item), backend=request.param, **options
        ), items

    return read_text


def test_only_what_is_asked_for_is_kept(read):
    """Members that the shape does not name are parsed and dropped, at every depth."""
    file, items = read(
        json.dumps(
            {
                "name": {"any": [1, {"depth": None}]},
                "other": [[{"items": [1]}]],
                "kept": {"x": [], "y": 1},
                "items": [{"id": 1, "body": "…", "tags": [{"t": 1, "u": 2}, 3]}, [4], "five", None],
            }
        )
    )

    assert file.root == {"name": {"any": [1, {"depth": None}]}, "kept": {"x": []}, "items": []}
    assert items == [{"id": 1, "tags": [{"t": 1}, 3]}, [], "five", None]
    assert not file.is_damaged


def test_alternatives(read):
    """A tuple names what the outermost value may be."""
    file, items = read('[{"a": [1]}, 2]')

    assert (file.root, file.lists, items) == ([], {"item"}, [{"a": [1]}, 2])


def test_a_container_of_another_kind_keeps_nothing(read):
    """An object where a list is wanted, and the other way round."""
    file, items = read('{"kept": [{"x": 1}], "items": {"id": 1}}')

    assert (file.root, file.lists, items) == ({"kept": [], "items": {}}, set(), [])


@pytest.mark.parametrize("chunk_bytes", [1, 2, 7, 4096])
@pytest.mark.parametrize(
    "content",
    [
        '{"name": "é€😀"}'.encode(),
        b'\xef\xbb\xbf{"name": "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}',
        '{"name": "é€😀"}'.encode("utf-16"),
        '{"name": "é€😀"}'.encode("utf-16-le"),
        '{"name": "é€😀"}'.encode("utf-16-be"),
    ],
)
def test_encodings_in_chunks_of_any_size(read, monkeypatch, content, chunk_bytes):
    """A character may be cut by the end of a chunk; the first chunk holds the mark."""
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", max(chunk_bytes, 4))

    file, _ = read(content)

    assert file.root == {"name": "é€😀"}
    assert (file.size, file.sha256) == (len(content), sha256(content).hexdigest())


@pytest.mark.parametrize("ending", [")", ");", " ) ;\n", "", ")" + " " * 900])
def test_jsonp(read, monkeypatch, ending):
    """The callback around the value is no part of it."""
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 64)

    file, _ = read(f'\n my.callback$1 ( {{"name": "{"x" * 2000})"}}{ending}')

    assert file.root == {"name": "x" * 2000 + ")"}
    assert not file.is_damaged


def test_bytes_that_are_no_text_are_replaced(read):
    """One bad byte in a recorded body does not cost the capture."""
    file, _ = read(b'{"name": "caf\xe9"}')

    assert file.root == {"name": "caf\ufffd"}


def test_a_file_that_ends_early(read):
    """What was complete was handed out."""
    file, items = read('{"items": [{"id": 1}, {"id": 2}, {"id": 3')

    assert (file.ends_early, file.broken_at, items) == (True, None, [{"id": 1}, {"id": 2}])


@pytest.mark.parametrize("rest", ["oops", '{"id" 1}', "]]", "\x00"])
def test_a_file_that_stops_being_json(read, rest):
    """It is hashed to its end all the same."""
    content = '{"items": [{"id": 1}, ' + rest + "]} and more"
    file, items = read(content)

    assert (file.ends_early, file.broken_at, items) == (False, len(content.encode()), [{"id": 1}])
    assert file.sha256 == sha256(content.encode()).hexdigest()


def test_progress(read, monkeypatch):
    """Bytes read and bytes there are, after each chunk."""
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 8)
    told = []

    read('{"name": "0123456"}', on_progress=lambda *counts: told.append(counts))

    assert told == [(8, 19), (16, 19), (19, 19)]


@given(values)
def test_everything_is_kept_where_everything_is_asked_for(tmp_path_factory, value):
    """The builder gives what a JSON parser gives."""
    path = tmp_path_factory.getbasetemp() / "whole.json"
    path.write_text(json.dumps(value))

    assert read_json(path, ALL, lambda *_: None).root == value


@given(st.binary(max_size=60) | values.map(json.dumps).map(str.encode), st.integers(0, 60))
def test_no_file_raises(tmp_path_factory, content, length):
    """Whatever the bytes and wherever they end, the result tells."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content[:length])

    for backend in BACKENDS:
        assert read_json(path, SHAPE, lambda *_: None, backend=backend).size == len(content[:length])
    outline(content[:length])


@pytest.mark.parametrize(
    ("head", "opening", "keys"),
    [
        (b'{"a": {"b": 1}, "c": [', "{", ("a", "c")),
        (b'[{"a": 1, "b": {"c": 2}}, {"d": 3}', "[", ("a", "b")),
        (b"[1, 2]", "[", ()),
        (b' call ({"a": 1', "{", ("a",)),
        (b"<html>", "<", ()),
        (b"", "", ()),
    ],
)
def test_outline(head, opening, keys):
    """How a file begins, also where its beginning is all there is."""
    assert outline(head) == (opening, keys)


def test_the_items_that_lie_whole_in_the_head():
    """What is cut at the end of the head is left out, and so is what the shape does not ask for."""
    head = b'\xef\xbb\xbf{"items": [{"id": 1, "x": 2}, 5, {"id": [3], "tags": [{"t": 4}]}, {"id": 6'

    assert peek(head, SHAPE) == ({"id": 1}, 5, {"id": [3], "tags": [{"t": 4}]})
    assert peek(b'[{"any": [1]}, {"', SHAPE) == ({"any": [1]},)
    assert peek(b"no JSON", SHAPE) == ()


@pytest.mark.parametrize("number", ["1e9999999999999999999", "-1E+9999999999999999999"])
def test_a_number_that_nothing_can_hold(read, number):
    """JSON allows any exponent; such a file is told as broken, and its head is read as far as it goes."""
    result, _ = read(f'{{"name": {number}}}')

    assert result.is_damaged
    assert outline(f'{{"a": {number}, "b": 1}}'.encode()).opening == "{"
    assert peek(f'[{{"id": 1}}, {number}]'.encode(), SHAPE) == ({"id": 1},)
