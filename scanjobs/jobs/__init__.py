"""The engine: a Huey queue whose jobs are rows, and the worker that loses none of them."""
