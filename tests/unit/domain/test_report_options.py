"""Options of reports: by name, and refused where they have no meaning."""

from __future__ import annotations

import pytest

from scanjobs.domain.reports import ReportOptions
from scanjobs.errors import UsageError


def test_only_what_differs_from_the_usual_is_carried():
    options = ReportOptions(language="de", csv_raw=True)

    assert options.told() == {"language": "de", "csv_raw": True}
    assert ReportOptions.of(options.told()) == options
    assert ReportOptions.of(None) == ReportOptions()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"paper": "a4"}, "no option 'paper'"),
        ({"csv_raw": "yes"}, "true or false"),
        ({"csv_bom": 1}, "true or false"),
        ({"language": None}, "a text"),
    ],
)
def test_what_has_no_meaning_is_refused(values, told):
    with pytest.raises(UsageError, match=told):
        ReportOptions.of(values)
