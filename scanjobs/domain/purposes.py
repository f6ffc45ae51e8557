"""What a cookie is for, and whether that needs consent."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The purpose of a cookie."""

    NECESSARY = "necessary"
    FUNCTIONAL = "functional"
    ANALYTICS = "analytics"
    MARKETING = "marketing"
    UNCLASSIFIED = "unclassified"


class Exemption(StrEnum):
    """Whether a cookie may be stored without consent (ePrivacy Directive 5(3), WP194)."""

    EXEMPT = "exempt"
    NOT_EXEMPT = "not_exempt"
    UNDETERMINED = "undetermined"
