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


class ExemptionGround(StrEnum):
    """Why a cookie may need no consent (WP194, section 3; CNIL, guidelines 2020-091)."""

    CONSENT_CHOICE = "consent_choice"
    """What the visitor chose about cookies."""
    USER_INPUT = "user_input"
    """What the visitor entered, a cart included, and the server's session that holds it."""
    AUTHENTICATION = "authentication"
    SECURITY = "security"
    LOAD_BALANCING = "load_balancing"
