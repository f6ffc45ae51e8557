"""Runs the command line as `python -m scanjobs`, which is how the program starts its own workers."""

from scanjobs.cli import main

main()
