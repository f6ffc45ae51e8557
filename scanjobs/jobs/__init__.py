"""The engine: a Huey queue whose jobs are rows, and the worker that loses none of them."""

# Whoever runs a statement of this room may have to run it on a server.
from scanjobs.jobs import statements_postgres as statements_postgres
