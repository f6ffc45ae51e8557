"""The bell: it wakes workers, and touches nothing that is not its own."""

from __future__ import annotations

import select

import pytest

from scanjobs.db import driver
from scanjobs.jobs import wakeup
from tests.conftest import on_postgres_only, on_sqlite_only, wait_until
from tests.postgres import end_connections


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory, monkeypatch):
    """A folder of this test's own, short enough for sockets."""
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def heard(bell):
    return bool(select.select([bell.socket], [], [], 0.5)[0])


@on_sqlite_only
def test_a_ring_is_heard_by_every_worker(settings):
    bells = [wakeup.Bell(settings, name) for name in ("one", "two")]

    wakeup.ring(settings)

    assert all(map(heard, bells))
    for bell in bells:
        bell.silence()
        bell.close()


@on_sqlite_only
def test_the_socket_of_a_dead_worker_is_removed(settings):
    bell = wakeup.Bell(settings, "dead")
    bell.close(remove=False)

    wakeup.ring(settings)

    assert list(wakeup.bell_folder(settings).iterdir()) == []


@on_sqlite_only
def test_a_file_that_is_no_socket_is_left_alone(settings):
    precious = wakeup.bell_folder(settings) / "precious"
    precious.write_text("keep me")

    wakeup.ring(settings)

    assert precious.read_text() == "keep me"


@on_sqlite_only
def test_a_link_that_somebody_put_there_is_not_followed(settings, runtime, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o700)
    (runtime / "scanjobs").symlink_to(precious)

    assert wakeup.bell_folder(settings) is None
    wakeup.ring(settings)
    wakeup.Bell(settings, "worker").close()
    assert list(precious.iterdir()) == []


@on_sqlite_only
def test_a_folder_of_ours_that_others_may_write_is_made_private(settings, runtime):
    (runtime / "scanjobs").mkdir()
    (runtime / "scanjobs").chmod(0o777)

    assert wakeup.bell_folder(settings) is not None
    assert (runtime / "scanjobs").stat().st_mode & 0o777 == 0o700


def test_a_job_that_is_accepted_rings(settings, queue):
    bell = wakeup.bell_of(settings, "worker")

    queue.work()

    assert heard(bell)
    bell.silence()
    assert not heard(bell)
    bell.close()


def test_what_is_taken_back_does_not_ring(settings, queue):
    bell = wakeup.bell_of(settings, "worker")

    with pytest.raises(RuntimeError), driver.write(settings):
        queue.work()
        raise RuntimeError

    assert not heard(bell)
    bell.close()


@on_postgres_only
def test_a_bell_whose_connection_was_lost_rings_again(settings, queue):
    bell = wakeup.bell_of(settings, "worker")
    end_connections(settings.database_url)
    assert heard(bell), "the end of its connection wakes the worker"
    bell.silence()

    wait_until(lambda: hasattr(bell.socket, "pgconn"), "it has been opened again", 5)
    queue.work()

    assert heard(bell)
    bell.close()
