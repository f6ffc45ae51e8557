"""`scanjobs jobs`: submit, look at, wait for, cancel and retry jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from scanjobs.commands.moments import parse_past
from scanjobs.commands.options import (
    AtOption,
    ExpiresOption,
    InOption,
    JsonOption,
    PriorityOption,
    options_of,
    parse_object,
)
from scanjobs.domain.jobs import JobState

app = typer.Typer(no_args_is_help=True, help="Submit, look at, wait for, cancel and retry jobs.")

JobArgument = Annotated[
    str, typer.Argument(metavar="JOB", help="Id of a job, its first four characters or more, or `latest`.")
]


@app.command("submit")
def submit(
    task: Annotated[str, typer.Argument(help="Module and name, for instance my_module.tidy_up.")],
    kwargs: Annotated[
        str, typer.Option("--kwargs", metavar="JSON", help="Arguments by name, as a JSON object.")
    ] = "{}",
    number: Annotated[int, typer.Option("-n", min=1, max=1_000_000, help="Submit it so many times.")] = 1,
    start_in: InOption = None,
    start_at: AtOption = None,
    expires: ExpiresOption = None,
    priority: PriorityOption = None,
    json: JsonOption = False,
) -> None:
    """Submit a task, also one of your own (setting `tasks`)."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs import monitor

    settings = config.current()
    tasks.load_tasks(settings)
    wrapper = tasks.find_task(task)
    options = options_of(start_in, start_at, expires, priority)
    arguments = parse_object(kwargs)
    try:
        submitted = tasks.queue.enqueue_many(
            [wrapper.signature(**arguments, **options) for _ in range(number)]
        )
    except TypeError as error:
        raise typer.BadParameter(f"{task} does not take these arguments: {error}.") from None
    if json:
        console.show_json(monitor.among(settings, [job.id for job in submitted]))
        return
    for job in submitted:
        console.show_line(job.id)


@app.command("list")
def list_jobs(
    state: Annotated[JobState | None, typer.Option("--state", help="Only jobs in this state.")] = None,
    queue: Annotated[str | None, typer.Option("--queue", "-q", help="Only jobs of this queue.")] = None,
    task: Annotated[
        str | None, typer.Option("--task", help="Only jobs of this task (module and name).")
    ] = None,
    worker: Annotated[
        str | None, typer.Option("--worker", metavar="WORKER", help="Only jobs a worker has run last.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Submitted since 2026-12-01T08:00, or within 2h30m."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="WHEN", help="Submitted before that, or longer ago.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--contains", metavar="TEXT", help="Found in their arguments, result or error."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 20,
    json: JsonOption = False,
) -> None:
    """List jobs, newest first."""
    from scanjobs import config, console
    from scanjobs.commands.job_view import jobs_table
    from scanjobs.jobs import monitor

    found = monitor.jobs(
        config.current(),
        state=state,
        queue=queue,
        task=task,
        worker=worker,
        since=None if since is None else parse_past(since),
        until=None if until is None else parse_past(until),
        words=words,
        limit=limit,
    )
    if json:
        console.show_json(found)
    elif found:
        console.show(jobs_table(found))
    else:
        console.say("note", "There is no such job.")


@app.command("tasks")
def list_tasks(json: JsonOption = False) -> None:
    """List the tasks that can be submitted, yours included."""
    from scanjobs import config, console, tasks
    from scanjobs.commands.job_view import tasks_table
    from scanjobs.jobs import monitor

    tasks.load_tasks(config.current())
    found = monitor.registered_tasks(tasks.queue)
    if json:
        console.show_json(found)
    else:
        console.show(tasks_table(found))


@app.command("show")
def show(
    job: JobArgument,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Print the whole traceback of the last error.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Tell the whole story of a job: attempts, waits, workers, errors, files, and what it led to."""
    from scanjobs import config, console
    from scanjobs.commands.job_view import job_view
    from scanjobs.jobs import whole_story

    story = whole_story.tell(config.current(), job)
    if json:
        console.show_json([whole_story.as_one_object(story)])
    else:
        console.show(*job_view(story, is_traceback_whole=traceback))


@app.command("wait")
def wait(jobs: Annotated[list[str], typer.Argument(metavar="JOB…")], json: JsonOption = False) -> None:
    """Follow jobs to their end; a failed one makes it exit 3."""
    from rich.text import Text

    from scanjobs import config, console
    from scanjobs.commands import following
    from scanjobs.jobs import monitor

    settings = config.current()
    records = [monitor.job(settings, job) for job in jobs]
    ended = following.follow(settings, [record.id for record in records], queue=records[0].queue)
    if json:
        console.show_json(ended)
    else:
        for record in ended:
            console.show(Text.assemble(console.identifier(record.id), " ", console.state(record.state)))
    raise typer.Exit(following.report_outcomes(ended))


@app.command("cancel")
def cancel(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB…")],
    terminate: Annotated[
        bool, typer.Option("--terminate", help="Kill the process of a running job instead of asking it.")
    ] = False,
) -> None:
    """Cancel waiting and running jobs."""
    from scanjobs import config, console
    from scanjobs.domain.ids import short
    from scanjobs.jobs import control, monitor

    settings = config.current()
    for record in [monitor.job(settings, job) for job in jobs]:
        if control.cancel(settings, record, terminate=terminate):
            console.show_line(f"{short(record.id)} cancelled")
        else:
            console.show_line(f"{short(record.id)} runs and was {'told' if terminate else 'asked'} to end")


@app.command("retry")
def retry(jobs: Annotated[list[str], typer.Argument(metavar="JOB…")]) -> None:
    """Put failed and cancelled jobs back into their queue, with all their attempts."""
    from scanjobs import config, console, tasks
    from scanjobs.domain.ids import short
    from scanjobs.jobs import control, monitor

    settings = config.current()
    tasks.load_tasks(settings)
    for record in [monitor.job(settings, job) for job in jobs]:
        control.restart(settings, record, retries=tasks.queue.retries_of(record.task))
        console.show_line(f"{short(record.id)} waits in the queue {record.queue}")
