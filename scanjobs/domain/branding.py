"""Whose report it is: what the configuration says of the organisation, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class BrandingSettings:
    """The table `[branding]` of the configuration; what is empty, reports do not show."""

    organisation: str = ""
    """Who has the report written."""
    controller: str = ""
    """The controller of the site, in the sense of the GDPR."""
    contact: str = ""
    """How the controller, or its data protection officer, can be reached."""
    footer: str = ""
    """A line of one's own below the facts of a report."""
    colour: str = ""
    """As `#rrggbb`."""
    logo: str = ""
    """A PNG, JPEG or SVG file; a relative path is meant from the data folder."""
    templates: str = ""
    """A folder of templates that stand in for ours; a relative path is meant from the data folder."""
