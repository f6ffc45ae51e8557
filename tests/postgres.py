"""The PostgreSQL server of the tests, and a schema of its own for each test that wants one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest

DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
DATABASE = "scanjobs_tests"
"""Made once on the server and left there; everything in it is made by a test and goes with it."""


def require_postgres() -> str:
    """The URL of a database for schemas; without a server the test skips, or fails where it must not."""
    url = os.environ.get("SCANJOBS_TEST_POSTGRES", DEFAULT)
    missing = _missing(url)
    if missing:
        _do_without(missing)
    return f"{url.rpartition('/')[0]}/{DATABASE}"


def _do_without(missing: str) -> NoReturn:
    if "postgres" in os.environ.get("SCANJOBS_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"{missing}, and SCANJOBS_REQUIRE asks for it")
    pytest.skip(missing)


@lru_cache
def _missing(url: str) -> str | None:
    """Why there is no server to test with; makes the database where there is one."""
    try:
        import psycopg
    except ImportError:
        return "psycopg is not installed"
    try:
        with psycopg.connect(_plain(url), autocommit=True, connect_timeout=5) as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                # Another process of these tests may be first.
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    server.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
    except psycopg.OperationalError as error:
        return f"no PostgreSQL server at SCANJOBS_TEST_POSTGRES or on this machine ({error})".splitlines()[0]
    return None


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


@lru_cache
def _tables() -> str:
    """Every table as the models declare them; a test compares them with what the migrations make."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    from scanjobs.db import models, schema

    dialect = postgresql.dialect()
    statements = []
    for table in models.Base.metadata.sorted_tables:
        statements.append(CreateTable(table).compile(dialect=dialect))
        statements += [CreateIndex(index).compile(dialect=dialect) for index in table.indexes]
    version = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32)))
    statements.append(CreateTable(version).compile(dialect=dialect))
    statements.append(f"INSERT INTO alembic_version VALUES ('{schema.HEAD}')")
    return ";\n".join(map(str, statements))


@contextmanager
def fresh_schema(*, is_empty: bool = False) -> Iterator[str]:
    """The URL of a schema that nobody else has, with our tables in it; it goes at the end."""
    import psycopg

    url = require_postgres()
    name = f"t_{uuid4().hex[:16]}"
    with psycopg.connect(_plain(url), autocommit=True) as server:
        server.execute(
            f"SET synchronous_commit = off; CREATE SCHEMA {name}; SET search_path = {name};"
            + ("" if is_empty else _tables())
        )
        try:
            yield f"{url}?application_name={name}&options=-csearch_path%3D{name}"
        finally:
            server.execute(_END, [name])
            server.execute(f"DROP SCHEMA {name} CASCADE")


_END = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s"


def end_connections(url: str) -> int:
    """Have the server end every connection to one schema, as its restart would; answers how many."""
    import psycopg

    plain, _, rest = _plain(url).partition("?application_name=")
    with psycopg.connect(plain, autocommit=True) as server:
        return len(server.execute(_END, [rest.partition("&")[0]]).fetchall())


class PrivateServer:
    """A PostgreSQL server that only this test has, to be started again; its data go with it."""

    def __enter__(self) -> PrivateServer:
        require_postgres()
        self._pg_ctl = _pg_ctl()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        # Not in the folder of the test, into which only its own user may look.
        self._folder = Path(tempfile.mkdtemp(prefix="scanjobs-postgres-"))
        self._user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-o", "-A trust -U postgres -E UTF8 --no-locale")
        self._run("start", "-w")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("stop", "-m", "immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def restart(self, how: str = "fast") -> None:
        """Stop it and start it, with every connection lost in between."""
        self._run("restart", "-w", "-m", how)

    def _run(self, *words: str) -> None:
        command = [
            self._pg_ctl,
            "-D",
            str(self._folder / "data"),
            "-l",
            str(self._folder / "log"),
            "-s",
            *words,
        ]
        if words[0] in ("start", "restart"):
            command += ["-o", f"-p {self._port} -h 127.0.0.1 -k {self._folder}"]
        # Its log is its own; a pipe would be held open by the server.
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, timeout=60, cwd="/", user=self._user, **quiet)


def _pg_ctl() -> str:
    """The program that starts servers; Debian keeps it off the path."""
    found = shutil.which("pg_ctl") or next(
        iter(sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), reverse=True)), None
    )
    if found is None:
        _do_without("the programs of PostgreSQL are not on this machine")
    return found
