"""Rows in columns: never wider than they may be, and what matters most stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.text import Text

from scanjobs.commands.columns import Column, laid_out

COLUMNS = [
    Column(title="Job"),
    Column(title="What", gives_way=True),
    Column(title="Took", is_right=True, leaves=1),
    Column(title="Worker", leaves=2),
]
ROW = [Text("5f3a9c1e"), Text("generate_report of a shop"), Text("12 s"), Text("e3ad1998")]


def shown(width):
    heading, rows = laid_out(COLUMNS, [ROW], width)
    return [heading.plain.rstrip(), *(row.plain.rstrip() for row in rows)]


def test_everything_is_shown_where_there_is_room():
    assert shown(80) == [
        "Job       What                       Took  Worker",
        "5f3a9c1e  generate_report of a shop  12 s  e3ad1998",
    ]


def test_what_gives_way_is_cut_before_anything_is_left_out():
    assert shown(40)[1] == "5f3a9c1e  generate_repo…  12 s  e3ad1998"


@pytest.mark.parametrize(("width", "titles"), [(30, ["Job", "What", "Took"]), (20, ["Job", "What"])])
def test_what_matters_least_is_left_out_first(width, titles):
    assert shown(width)[0].split() == titles


@given(some.integers(1, 60), some.lists(some.text(max_size=30), min_size=4, max_size=4))
def test_no_line_is_wider_than_it_may_be(width, words):
    cells = [Text("".join(char for char in word if char.isprintable())) for word in words]

    heading, rows = laid_out(COLUMNS, [cells], width)

    assert max(heading.cell_len, rows[0].cell_len) <= width
