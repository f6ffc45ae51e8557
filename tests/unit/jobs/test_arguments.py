"""Arguments are told by name, exactly as Python would bind them."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.jobs.arguments import Arguments


def plain(first, second=2, *, third=3): ...


def bare(): ...


def gathering(first, *rest, **named): ...


def positional(first, /, second): ...


FUNCTIONS = [plain, bare, gathering, positional]


@given(
    st.sampled_from(FUNCTIONS),
    st.lists(st.integers(), max_size=4),
    st.dictionaries(st.sampled_from(["first", "second", "third", "fourth"]), st.integers()),
)
def test_a_call_is_bound_as_python_binds_it(func, args, kwargs):
    arguments = Arguments(func)
    try:
        wanted = inspect.signature(func).bind(*args, **kwargs)
    except TypeError as error:
        with pytest.raises(TypeError) as refused:
            arguments.bind(tuple(args), dict(kwargs))
        assert str(refused.value) == str(error)
        return

    told_args, told_kwargs = arguments.bind(tuple(args), dict(kwargs))

    assert inspect.signature(func).bind(*told_args, **told_kwargs).arguments == wanted.arguments


def test_arguments_that_have_names_are_told_by_them():
    assert Arguments(plain).bind((1,), {"third": 4}) == ((), {"first": 1, "third": 4})
    assert Arguments(gathering).bind((1, 2), {"third": 4}) == ((1, 2), {"third": 4})
