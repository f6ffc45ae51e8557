"""Tells people what happened: who hears of it, what a message says, how it goes out."""
