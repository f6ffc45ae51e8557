"""Turns a stored scan into a report: decide what it says, then draw it in one of the formats."""
