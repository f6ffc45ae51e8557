"""scanjobs: a scan of a website becomes a report someone can sign, through a job that is never lost."""

__version__ = "0.1.0"
