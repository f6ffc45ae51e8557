"""Messages are JSON: what goes in comes out, and what is damaged says so."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.jobs import codec, messages
from scanjobs.jobs.queue import JobQueue

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(plain)
def test_plain_data_survives(value):
    assert codec.decode_value(codec.encode_value(value)) == value


@pytest.mark.parametrize(
    "value", [datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=3), {"a": [timedelta(1)]}]
)
def test_moments_and_durations_survive(value):
    assert codec.decode_value(codec.encode_value(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object(), uuid.uuid4(), "\ud800"])
def test_what_json_has_no_form_for_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        codec.encode_value({"a": [value]})


@given(st.dictionaries(st.sampled_from(["number", "word", "many"]), plain))
def test_a_call_is_the_message_that_huey_would_have_made(kwargs):
    """The form is filled in for nearly every job, `encode` for the others: workers read both."""
    queue = JobQueue("forms")

    @queue.task(priority=3, retries=2)
    def work(number=0, word="", many=None):
        return number

    task = work.task_class((), dict(kwargs), id="1f0c")

    filled = queue.form_of(work.task_class).filled("1f0c", dict(kwargs))

    assert json.loads(filled) == json.loads(queue.serialize_task(task))


def test_an_error_travels_as_type_and_text():
    assert codec.decode_value(codec.encode_value(ValueError("no"))) == "ValueError: no"


def test_a_pipeline_comes_back_as_it_was(queue):
    task = queue.work.s(1, retries=2).then(queue.draw, 5).error(queue.work)

    again = queue.deserialize_task(queue.serialize_task(task))

    assert (again.args, again.retries) == ((1,), 2)
    assert (again.on_complete.name, again.on_complete.args) == ("draw", (5,))
    assert again.on_error.name == "work"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"v": 1}', '{"v": 1, "args": 3, "kwargs": {}}'])
def test_a_damaged_message_says_so(text):
    with pytest.raises(messages.MessageError, match="damaged"):
        messages.decode(text)


def test_a_message_of_a_later_version_says_so(queue):
    later = {**json.loads(queue.serialize_task(queue.work.s())), "v": 2}

    with pytest.raises(messages.MessageError, match="format 2, this worker reads 1"):
        messages.decode(json.dumps(later))


@pytest.mark.parametrize("payload", ["", "[1]", '{"args": null}'])
def test_arguments_of_a_damaged_message_are_empty(payload):
    assert codec.arguments(payload) == {}
