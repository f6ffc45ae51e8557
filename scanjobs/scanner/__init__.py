"""Turns recordings of a website into evidence: what was observed, before anyone judges it."""
