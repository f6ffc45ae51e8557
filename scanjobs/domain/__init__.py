"""Frozen values and enums that every room may use; standard library only."""
