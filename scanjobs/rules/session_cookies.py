"""Knows the cookies that hold somebody's session: whoever reads one acts as the visitor."""

from __future__ import annotations

import re

from scanjobs.domain.labels import LabelledCookie
from scanjobs.domain.purposes import Category, ExemptionGround

# The names that servers and frameworks give their session cookies by default, from their own documentation;
# the first row is what OWASP's Session Management Cheat Sheet names. No guess by `…_session`: scripts that
# measure visits use such names as well, and read them.
_NAMES = frozenset(
    (
        *("PHPSESSID", "JSESSIONID", "CFID", "CFTOKEN", "ASP.NET_SessionId"),
        *("JSESSIONIDSSO", "SESSION", "PLAY_SESSION", "SimpleSAMLSessionID"),  # Java, Spring, Play, SAML
        *("connect.sid", "sails.sid", "koa.sess", "express:sess"),  # Node.js
        *("sessionid", "session", "session_id", "beaker.session.id"),  # Django, Flask, Odoo, Beaker
        *("laravel_session", "ci_session", "CAKEPHP", "CGISESSID"),  # PHP, CGI
        *("rack.session", "_session_id", "_rails_session"),  # Ruby
        *(".AspNetCore.Session", ".AspNetCore.Cookies", ".AspNetCore.Identity.Application", ".ASPXAUTH"),
        *("next-auth.session-token", "authjs.session-token"),
        *("OCSESSID", "MoodleSession", "xf_session", "zenid", "osCsid"),  # shops, courses, forums
    )
)
_PATTERN = re.compile(
    r"""
      ASPSESSIONID[A-Z]{8}    # classic ASP
    | S?SESS[0-9a-f]{32}      # Drupal
    | _shibsession_.+         # Shibboleth
    """,
    re.VERBOSE,
)
_PREFIX = re.compile(r"__(?:Host|Secure|Http|Host-Http)-", re.IGNORECASE)
# A token against forged requests is sent twice, once by a script that has to read it (OWASP, Cross-Site
# Request Forgery Prevention Cheat Sheet: double-submit cookie). It opens no session by itself.
_READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)


def holds_session(cookie: LabelledCookie) -> bool:
    """Whether a cookie is one that keeps a session or a sign-in, by its name or by what it is known for.

    Neither what is known for analytics or marketing, whose sessions are visits, nor a token against forged
    requests.
    """
    name = _PREFIX.sub("", cookie.key.name, count=1)
    if cookie.label.category in (Category.ANALYTICS, Category.MARKETING) or _READ_BY_SCRIPTS.search(name):
        return False
    if cookie.label.exemption_ground is ExemptionGround.AUTHENTICATION:
        return True
    return name in _NAMES or _PATTERN.fullmatch(name) is not None
