"""A newer cookie database: taken whole or not at all, kept in the data folder, told in every scan."""

from __future__ import annotations

import json
import os
from importlib import resources

import pytest

from scanjobs.classification import database_in_force, default_database, known_databases, label_of
from scanjobs.classification.updates import FILE_NAME, update, use_builtin
from scanjobs.domain.cookies import Party
from scanjobs.errors import CookieDataError, DataFolderError


@pytest.fixture(scope="module")
def tables():
    """The bundled data."""
    return json.loads(resources.files("scanjobs.classification").joinpath("data/cookies.json").read_bytes())


@pytest.fixture
def data(tmp_path, tables):
    """Write a file of data with some tables changed."""

    def write(version="3000.1", **changes):
        path = tmp_path / f"data-{version}.json"
        path.write_text(json.dumps(tables | {"version": version} | changes))
        return path

    return write


ROW = ["zz_new", "New Ltd", "marketing", [], None, None, False]


def test_a_newer_file_is_in_force_from_now_on(settings, data, tables):
    came = update(settings, data(cookies=[*tables["cookies"], ROW]))

    database = database_in_force(settings)
    assert database.version == came.now
    assert came.now.startswith("3000.1+")
    assert came.before == default_database().version
    assert label_of("zz_new", "shop.example", Party.FIRST, database=database).vendor == "New Ltd"


def test_the_version_tells_two_contents_apart(settings, data, tables):
    first = update(settings, data()).now
    second = update(settings, data(cookies=[*tables["cookies"], ROW])).now

    assert first != second
    assert first.partition("+")[0] == second.partition("+")[0] == "3000.1"


def test_an_older_file_is_refused_unless_forced(settings, data):
    with pytest.raises(CookieDataError, match=r"version 1\.10, and 2026\.1 is in force, which is newer"):
        update(settings, data("1.10"))
    assert database_in_force(settings) is default_database()

    assert update(settings, data("1.10"), force=True).now.startswith("1.10+")


def test_versions_are_compared_as_numbers(settings, data):
    update(settings, data("3000.9"))

    assert update(settings, data("3000.10")).now.startswith("3000.10+")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": "new"}, "no version"),
        ({"version": None}, "no version"),
        ({"cookies": []}, "no table 'cookies'"),
        ({"cookies": {}}, "no table 'cookies'"),
        ({"entities": None}, "no table 'entities'"),
        ({"sources": [{"name": "x"}]}, "Row 1 of its table 'sources'"),
        ({"cookies": [ROW, ["a"]]}, "Row 2 of its table 'cookies'"),
        ({"cookies": [["", *ROW[1:]]]}, "Row 1"),
        ({"cookies": [["a\ud800", *ROW[1:]]]}, "halves of characters"),
        ({"cookies": [[*ROW[:2], "nice", *ROW[3:]]]}, "Row 1"),
        ({"cookies": [[*ROW[:2], ["marketing"], *ROW[3:]]]}, "Row 1"),
        ({"cookies": [[*ROW[:5], "javascript:alert(1)", False]]}, "Row 1"),
        ({"second": [["a", None, "marketing", "yes"]]}, "Row 1 of its table 'second'"),
        ({"entities": [["A", "ad", "a.example"]]}, "Row 1 of its table 'entities'"),
    ],
)
def test_a_damaged_file_is_refused_even_by_force(settings, data, changes, told):
    path = data(**{"version": "3000.1"} | changes) if "version" not in changes else data(version="9")
    if "version" in changes:
        path.write_text(
            path.read_text().replace('"version": "9"', f'"version": {json.dumps(changes["version"])}')
        )

    for force in (False, True):
        with pytest.raises(CookieDataError, match=told):
            update(settings, path, force=force)
    assert not (settings.home / FILE_NAME).exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_such_file_is_refused(settings, tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)

    with pytest.raises(CookieDataError, match="no usable cookie database"):
        update(settings, tmp_path / "x.json", force=True)


def test_a_refused_file_leaves_what_is_in_force(settings, data, tmp_path):
    before = update(settings, data()).now
    (tmp_path / "x.json").write_text("{}")

    with pytest.raises(CookieDataError):
        update(settings, tmp_path / "x.json")

    assert database_in_force(settings).version == before
    assert [path.name for path in settings.home.iterdir()] == [FILE_NAME]


def test_a_file_that_is_missing_is_told(settings, tmp_path):
    with pytest.raises(CookieDataError, match="cannot be read"):
        update(settings, tmp_path / "missing.json")


def test_one_can_go_back(settings, data):
    new = update(settings, data()).now

    assert use_builtin(settings).before == new
    assert database_in_force(settings) is default_database()
    assert use_builtin(settings).now == default_database().version


def test_what_lies_damaged_in_the_data_folder_is_told_and_can_be_mended(settings, data):
    update(settings, data())
    (settings.home / FILE_NAME).write_text("{")

    with pytest.raises(CookieDataError) as told:
        database_in_force(settings)
    assert "--builtin" in told.value.hint
    assert known_databases(settings) == (default_database(),)
    assert update(settings, data()).before is None
    assert database_in_force(settings).version.startswith("3000.1+")


def test_a_running_worker_meets_a_new_file_at_its_next_scan(settings, data, tables):
    update(settings, data())
    before = database_in_force(settings)
    assert database_in_force(settings) is before

    update(settings, data("3000.2"))

    assert database_in_force(settings).version.startswith("3000.2+")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_cannot_be_written_is_told(settings, data):
    path = data()
    settings.home.mkdir()
    settings.home.chmod(0o500)
    try:
        with pytest.raises(DataFolderError):
            update(settings, path)
    finally:
        settings.home.chmod(0o700)


def test_a_data_folder_that_is_a_file_is_told(settings, data):
    path = data()
    settings.home.write_text("in the way")

    with pytest.raises(DataFolderError):
        update(settings, path)
