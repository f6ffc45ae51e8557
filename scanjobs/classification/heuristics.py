"""Guesses what a cookie is for from the form of its name, where nobody knows it.

A guess never decides whether consent is needed: its confidence stays below what `exemption` asks for, and
rule D04 goes on to say that nobody knows the purpose.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scanjobs.domain.purposes import Category


class Guess(NamedTuple):
    """What the form of a name suggests."""

    category: Category
    because: str
    """What the name speaks of, for instance `a shopping cart`."""


def guess(name: str) -> Guess | None:
    """The first form that a name has; None where it has none of them."""
    words = _words(name)
    return next((Guess(category, because) for form, category, because in _FORMS if form.search(words)), None)


def _words(name: str) -> str:
    """A name in lower case with a space between its words and around it: `_cartId2` is ` cart id2 `."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return f" {' '.join(re.split(r'[^A-Za-z0-9]+', apart)).strip().lower()} "


def _form(*words: str, at_end: bool = False) -> re.Pattern[str]:
    return re.compile(f" (?:{'|'.join(words)}) {'$' if at_end else ''}")


_ABOUT_COOKIES = r"(?:cookies?|gdpr|dsgvo|rgpd|lgpd|ccpa|privacy)"

# The first that fits counts: what a name says of consent or of forged requests is plainer than a `session`.
_FORMS: tuple[tuple[re.Pattern[str], Category, str], ...] = (
    (
        _form(r"\w*[cx]srf\w*", "anti ?forgery", r"request \w+ token\d*"),
        Category.NECESSARY,
        "forged requests",
    ),
    (
        _form(
            rf"{_ABOUT_COOKIES} ?(?:policy|law|notice|accept|agree|bar|banner|choice|preference|setting)\w*",
            rf"(?:accept|agree|allow|den(?:y|ied)|eu|has)\w* ?{_ABOUT_COOKIES}",
            rf"{_ABOUT_COOKIES} ?(?:allowed|control|denied|ok)",
            r"\w*consent\w*",
            "opt ?(?:out|in)",
        ),
        Category.NECESSARY,
        "the visitor's choice about cookies",
    ),
    (
        _form(
            "tests? ?cookies?", r"cookies? ?(?:test|check|enabled|support)\w*", "detect cookies?", "tld test"
        ),
        Category.NECESSARY,
        "a test whether cookies can be stored",
    ),
    (
        _form(
            r"utm\w*", "(?:g|fb|msclk|tt)clid", "msclkid", r"\w*campaign\w*", "affiliates?", "affid", "promo"
        ),
        Category.MARKETING,
        "a campaign",
    ),
    (
        _form("ads?", r"advert\w*", r"re(?:target|market)\w*", "leads?", "dmp", "rtb"),
        Category.MARKETING,
        "advertising",
    ),
    (
        _form(
            r"\w*referr?er\w*", "refer", "landing ?page", "(?:first|entry) ?page(?: ?views?)?", "page ?views?"
        ),
        Category.ANALYTICS,
        "where the visitor came from",
    ),
    (
        _form(
            "(?:last|first|num)? ?visit(?:or)?s?",
            "visitor ?(?:id|uuid|guid)",
            "analytics?",
            "stat(?:istic)?s?",
        ),
        Category.ANALYTICS,
        "counting visits",
    ),
    (_form("metrics?", "heatmap", "track(?:er|ing)?"), Category.ANALYTICS, "measuring"),
    (
        _form("p?cart", "basket", "wish ?list", "checkout", "compare", "order"),
        Category.FUNCTIONAL,
        "a shopping cart or list",
    ),
    (
        _form(
            r"lang\w*",
            r"\w*language",
            "locale",
            "i18n",
            "currency",
            "country",
            "culture",
            "region",
            "time ?zone",
        ),
        Category.FUNCTIONAL,
        "a language or region",
    ),
    (
        _form(
            *(
                "pref(?:erence)?s?",
                "settings?",
                "theme",
                "dark ?mode",
                "font ?size",
                "layout",
                "view ?mode",
                "sort",
                "filter",
                "player",
                "volume",
            ),
            *("width", "height", "mobile", "device ?type"),
        ),
        Category.FUNCTIONAL,
        "how the site is shown",
    ),
    (
        _form(
            *("pop ?ups?", "modal", r"dismiss\w*", "closed", r"hid(?:e|den)\w*", "seen", "shown", "float"),
            *("newsletter", "banner", "welcome", "notice"),
        ),
        Category.FUNCTIONAL,
        "a notice that was shown",
    ),
    (
        _form(
            r"auth\w*",
            "(?:log|logged|sign) ?in",
            "sso",
            "oauth",
            "remember ?me",
            "(?:access|refresh) token",
            "jwt",
        ),
        Category.NECESSARY,
        "signing in",
    ),
    (
        _form("sess(?:ion)? ?(?:id|key|token)?", "sid", at_end=True),
        Category.NECESSARY,
        "the server's session",
    ),
    (
        _form("lb", "load ?balancer?", "server ?(?:id|num|name)?", "route", "sticky", "backend", "node ?id"),
        Category.NECESSARY,
        "sharing the load",
    ),
)
