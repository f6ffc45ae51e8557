"""Entries as code declares them, and what of Huey's way of saying it is understood."""

from __future__ import annotations

import pytest
from huey import crontab

from scanjobs.errors import ConfigurationError, UsageError
from scanjobs.jobs.declarations import expression_of


@pytest.mark.parametrize(
    ("times", "expression"),
    [
        ({}, "* * * * *"),
        ({"minute": "0", "hour": "3"}, "0 3 * * *"),
        ({"minute": "*/15"}, "*/15 * * * *"),
        ({"minute": 30, "hour": "9-17", "day_of_week": "1-5"}, "30 9,10,11,12,13,14,15,16,17 * * 1,2,3,4,5"),
        ({"minute": "0", "hour": "0", "day": "1", "month": "*/3"}, "0 0 1 */3 *"),
        ({"minute": "0", "hour": "22-2", "day_of_week": "7"}, "0 0,1,2,22,23 * * 0"),
    ],
)
def test_a_crontab_of_hueys_is_an_expression(times, expression):
    assert expression_of(crontab(**times)) == expression


@pytest.mark.parametrize("validate", [lambda _: True, print, None, crontab(day="1", day_of_week="1")])
def test_what_cannot_be_asked_when_it_is_due_is_refused(validate):
    with pytest.raises(ConfigurationError) as refused:
        expression_of(validate)

    assert refused.value.hint


def test_a_periodic_task_of_hueys_is_a_task_and_an_entry_in_utc(queue):
    @queue.periodic_task(crontab(minute="0", hour="3"), queue="reports", priority=3)
    def nightly() -> str:
        return "done"

    entry = queue.declared["nightly"]
    assert (entry.task, entry.when, entry.zone) == (f"{__name__}.nightly", "0 3 * * *", "UTC")
    assert entry.declared_in == __name__
    assert queue.retries_of(entry.task) == 0
    assert nightly().record().queue == "reports"


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["0 3 * * *"], {"every": "15m"}),
        (["99 3 * * *"], {}),
        ([], {"every": "soon"}),
        (["0 3 * * *"], {"zone": "Mars/Base"}),
        (["0 3 * * *"], {"catch_up": "sometimes"}),
        (["0 3 * * *"], {"overlap": "never"}),
        (["0 3 * * *"], {"kwargs": {"when": object()}}),
    ],
)
def test_a_declaration_without_meaning_is_refused_where_it_stands(queue, words, options):
    with pytest.raises((ConfigurationError, UsageError)) as refused:
        queue.periodic(*words, **options)(queue.work)

    assert refused.value.hint
    assert queue.declared == {}


def test_only_a_task_can_be_periodic(queue):
    with pytest.raises(ConfigurationError, match="Only a task"):
        queue.periodic("0 3 * * *")(lambda: None)


def test_two_entries_have_two_names(queue):
    queue.periodic("0 3 * * *")(queue.work)
    queue.periodic("0 3 * * *")(queue.work)  # the same once more
    with pytest.raises(ConfigurationError, match="Two entries"):
        queue.periodic("0 4 * * *")(queue.work)

    queue.periodic("0 4 * * *", name="later")(queue.work)
    assert list(queue.declared) == ["work", "later"]
