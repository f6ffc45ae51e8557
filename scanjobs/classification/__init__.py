"""Says what a cookie is for, whose it is, and whether it needs consent."""

from scanjobs.classification.classify import classify, label_of
from scanjobs.classification.database import CookieDatabase, data_version, default_database

__all__ = ["CookieDatabase", "classify", "data_version", "default_database", "label_of"]
