"""Which languages reports can be written in."""

from __future__ import annotations

from functools import lru_cache

from scanjobs.errors import UsageError
from scanjobs.reports.words import ENGLISH, Words

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""The languages by their code (ISO 639-1), each as it calls itself."""


@lru_cache(maxsize=len(LANGUAGES))
def words_in(language: str) -> Words:
    """The words of one language.

    Raises:
        UsageError: reports cannot be written in it.
    """
    if language == ENGLISH.language:
        return ENGLISH
    if language not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise UsageError(
            f"Reports are not written in the language {language!r}.", hint=f"Languages: {known}."
        )
    from scanjobs.reports.languages.translated import (
        TranslatedWords,
    )  # babel takes 60 ms that English need not wait for

    return TranslatedWords(language)
