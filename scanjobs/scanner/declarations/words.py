"""What the words of a declaration mean to us: its categories and types, in six languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.purposes import Category

# Beginnings of words, without accents. English, German, French, Spanish, Italian, Dutch.
_CATEGORIES: Mapping[Category, re.Pattern[str]] = {
    category: re.compile(rf"\b(?:{beginnings})", re.IGNORECASE)
    for category, beginnings in {
        Category.NECESSARY: "necess|necesar|essen[tzc]i|esencial|essenzi|required|requis|notwendig|unbedingt|"
        "erforderlich|techni|tecni|noodzakelijk|obligat|security|sicherheit|indispens",
        Category.FUNCTIONAL: "function|funktion|fonction|funcional|funzional|functione|preferen|praferen|"
        "voorkeur|komfort|comfort|convenien",
        Category.ANALYTICS: "analy[ts]|analit|statisti|estadisti|performance|leistung|rendimiento|prestazion|"
        "measurement|messung|reichweite|mesure|audience|medicion|misurazion|metric|prestaties",
        Category.MARKETING: "marketing|advert|ads?\\b|target|retarget|track|werb|publici|pubblici|profila|"
        "reclame|social media|soziale? medien|reseaux sociaux|ciblage|remarketing|promotion",
    }.items()
}
_UNKNOWN = re.compile(
    r"\b(?:(?:un|not |non[ -]?|nicht |no |niet[ -]?)(?:class|categor|klassif|kategor|clasif|geclass|gecateg)"
    r"|unknown|unbekannt|inconnu|desconocid|sconosciut|onbekend|others?\b|sonstige|andere|autres?\b|otr[ao]s?\b"
    r"|altri\b|overig|unassigned)"
)
_DENIED = re.compile(
    r"\b(?:not?|non|nicht|niet|un)[ -]?(?:strictly |unbedingt |strictement |absolut )?"
    r"(?:necess|necesar|essen|esenc|requir|notwend|erforder|techni|tecni|noodzak)"
)
_TYPES = (
    (DeclaredType.SESSION_STORAGE, re.compile(r"session[ _-]?(?:storage|speicher)")),
    (
        DeclaredType.LOCAL_STORAGE,
        re.compile(r"local[ _-]?(?:storage|speicher)|web[ _-]?storage|\bhtml\b|lokale?r? "),
    ),
    (DeclaredType.INDEXED_DB, re.compile(r"indexed[ _-]?db|\bidb\b")),
    (DeclaredType.PIXEL, re.compile(r"pixel|beacon|\bgif\b")),
    (
        DeclaredType.COOKIE,
        re.compile(r"cookie|\bhttps?\b|part(?:y|ei)|\b(?:first|third|1st|3rd)\b|persist|session"),
    ),
)
_LONGEST = 200


def category_of(words: str) -> Category | None:
    """The category that words mean; None where they mean nothing to us, or several things at once."""
    plain = plain_words(words[:_LONGEST]).replace("_", " ")
    if not plain.strip():
        return None
    if _UNKNOWN.search(plain):
        return Category.UNCLASSIFIED
    if _DENIED.search(plain):
        return None
    found = [category for category, pattern in _CATEGORIES.items() if pattern.search(plain)]
    return found[0] if len(found) == 1 else None


def type_of(words: str) -> DeclaredType:
    """The kind of storage that words mean."""
    plain = plain_words(words[:_LONGEST])
    return next((type for type, pattern in _TYPES if pattern.search(plain)), DeclaredType.UNKNOWN)


def plain_words(words: str) -> str:
    """In lower case and without accents."""
    parts = unicodedata.normalize("NFKD", words.lower())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
