"""Our statements in PostgreSQL's words."""

from __future__ import annotations

import pytest

from scanjobs.db import dialect


@pytest.fixture
def database() -> str:
    """Words only."""
    return "sqlite"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SELECT a FROM b WHERE c = ? AND d = :d", "SELECT a FROM b WHERE c = %s AND d = %(d)s"),
        ("SELECT ':a', '?', '50%' WHERE a % 2 = :a", "SELECT ':a', '?', '50%%' WHERE a %% 2 = %(a)s"),
        ("SELECT :a::bigint", "SELECT %(a)s::bigint"),
        ("SELECT a LIMIT :most", "SELECT a LIMIT nullif(%(most)s::bigint, -1)"),
        ("SELECT CAST(payload AS BLOB)", "SELECT convert_to(payload, 'UTF8')"),
        (
            "WHERE id IN (SELECT value FROM json_each(:ids))",
            "WHERE id IN (SELECT value FROM json_array_elements_text(%(ids)s::json))",
        ),
    ],
)
def test_what_is_only_notation_is_translated(ours: str, theirs: str):
    assert dialect.for_postgresql(ours) == theirs


def test_what_is_more_has_a_text_of_its_own():
    dialect.register({"SELECT mine": "SELECT :yours"}, many={"SELECT mine": "SELECT :rows"})

    assert dialect.for_postgresql("SELECT mine") == "SELECT %(yours)s"
    assert dialect.for_many_rows("SELECT mine") == "SELECT :rows"
    assert dialect.for_many_rows("SELECT other") is None
