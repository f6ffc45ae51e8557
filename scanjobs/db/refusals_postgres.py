"""What a PostgreSQL server refuses, or the way to it, as a sentence with a way out; no password is in it."""

from __future__ import annotations

import re

import psycopg

from scanjobs.errors import ConflictError, DatabaseGoneError, StorageError

_TRY_AGAIN = "Try again in a moment; what was accepted is kept."
_LOOK_AT_URL = "Look whether it runs, and at the setting 'database_url'."

_BY_STATE: dict[str, tuple[str, str]] = {
    # Whole codes and their classes, see "PostgreSQL Error Codes" in its manual.
    "53100": ("The disk of the database server is full.", "Free some space there; nothing was lost."),
    "53200": ("The database server has no memory left.", _TRY_AGAIN),
    "53300": ("The database server takes no more connections.", "Raise its max_connections, or end others."),
    "25006": ("The database {place} takes no writes: it is read-only, or a standby.", _LOOK_AT_URL),
    "42501": ("The user of the database {place} may not do this.", "Let it own the tables, or its schema."),
    "55P03": (
        "Another program has locked rows of {place} for too long.",
        "End it, or try again in a moment.",
    ),
    "57014": ("The database server took too long and gave up.", "Look at its statement_timeout."),
    "57P01": ("The database server ended the connection to {place}.", _TRY_AGAIN),
    "57P02": ("The database server ended the connection to {place}.", _TRY_AGAIN),
    "57P03": ("The database server is being started or stopped.", _TRY_AGAIN),
    "08": ("The connection to the database {place} was lost.", _TRY_AGAIN),
    "25P03": ("The database server ended a transaction that stood still for too long.", _TRY_AGAIN),
    "25": ("A statement of this transaction had failed, so nothing of it was stored.", _TRY_AGAIN),
    "28": ("The database server does not let us in to {place}.", "Look at the user and password in the URL."),
    "3D000": ("There is no database {place}.", "Create it once, with createdb for instance."),
    "58": ("The database server could not use its disk.", "Look into its log; what was accepted is kept."),
    "XX": ("The database server met a defect or damaged data.", "Look into its log."),
}

_BY_WORDS: tuple[tuple[str, str], ...] = (
    # What a server says before it lets us in has no code that reaches us, and comes in its own language.
    (r"authentication failed|no password supplied|pg_hba\.conf|role .* does not exist", "28"),
    (r"database .* does not exist", "3D000"),
    (r"too many (clients|connections)|connection slots are reserved", "53300"),
    (r"(starting up|shutting down|recovery mode|not yet accepting)", "57P03"),
    (r"terminating connection|closed the connection|connection (is|was) (closed|lost)|SSL .* closed", "08"),
)


def told(error: BaseException, place: str) -> StorageError | None:
    """One of our errors, or None where it is a defect of ours that should be seen as it is."""
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or _state_in_words(str(error))
    if state in ("40001", "40P01"):
        return ConflictError()
    if state == "42P01":
        return DatabaseGoneError(f"The tables of {place} are gone.")
    for key in (state, state[:2]):
        if key in _BY_STATE:
            sentence, hint = _BY_STATE[key]
            return StorageError(sentence.format(place=place), hint=hint)
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return StorageError(f"The database {place} cannot be reached{_why(error)}.", hint=_LOOK_AT_URL)
    return None


def _state_in_words(words: str) -> str:
    for pattern, state in _BY_WORDS:
        if re.search(pattern, words):
            return state
    return ""


def _why(error: psycopg.Error) -> str:
    """The reasons that the system gives for the way there, which hold nothing of the URL but its host."""
    for reason in ("Connection refused", "No route to host", "Network is unreachable", "timeout expired"):
        if reason in str(error):
            return f": {reason[0].lower()}{reason[1:]}"
    return ": its name is not known" if "resolve" in str(error) or "translate host" in str(error) else ""
