"""Says what a cookie is for, whose it is, and whether it needs consent."""

from scanjobs.classification.classify import classify, label_of
from scanjobs.classification.database import CookieDatabase, data_version, default_database
from scanjobs.classification.updates import database_in_force, known_databases

__all__ = [
    "CookieDatabase",
    "classify",
    "data_version",
    "database_in_force",
    "default_database",
    "known_databases",
    "label_of",
]
