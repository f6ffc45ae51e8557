"""What the words of declarations mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.purposes import Category
from scanjobs.scanner.declarations.durations import DAY, LONGEST, MONTH, YEAR, read_duration, unit_in
from scanjobs.scanner.declarations.words import category_of, type_of

SESSION, KEPT, UNKNOWN = (True, None), (False, None), (None, None)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("1 year", YEAR),
        ("13 months", 13 * MONTH),
        ("2 Jahre", 2 * YEAR),
        ("1 an", YEAR),
        ("un an", YEAR),
        ("2 años", 2 * YEAR),
        ("6 mesi", 6 * MONTH),
        ("1 jaar", YEAR),
        ("zwölf Monate", 12 * MONTH),
        ("30 min", 1800),
        ("24-hour", DAY),
        ("1 year 1 month 4 days", YEAR + MONTH + 4 * DAY),
        ("730 days (2 years)", 2 * YEAR),
        ("6-12 months", 12 * MONTH),
        ("1 day – 2 years", 2 * YEAR),
        ("session / 1 year", YEAR),
        ("approximately two years", 2 * YEAR),
        ("up to 90 days after the last visit", 90 * DAY),
        ("1,5 Jahre", round(1.5 * YEAR)),
        ("1.095 Tage", 1095 * DAY),
        ("P13M", 13 * MONTH),
        ("PT30M", 1800),
        ("0 days", 0),
    ],
)
def test_lifetimes(words, seconds):
    """A year has 365 days, a month a twelfth of it; of alternatives the longest counts."""
    assert read_duration(words) == (False, seconds)


@pytest.mark.parametrize(
    ("words", "duration"),
    [
        *((words, SESSION) for words in ("Session", "Sitzungsende", "sesión", "When you close your browser")),
        *((words, SESSION) for words in ("Bis zum Schließen des Browsers", "à la fermeture du navigateur")),
        *((words, KEPT) for words in ("persistent", "Unbegrenzt", "never", "illimité", "9" * 100 + " years")),
        *((words, UNKNOWN) for words in ("", "-", "n/a", "some time", "400", "2027-01-01")),
    ],
)
def test_words_without_a_number(words, duration):
    assert tuple(read_duration(words)) == duration


@pytest.mark.parametrize(
    ("heading", "seconds"),
    [("Duration (days)", DAY), ("max_age_seconds", 1), ("Dauer in Tagen", DAY), ("Expiry", None)],
)
def test_units_in_a_heading(heading, seconds):
    """A bare number counts in the unit of its column."""
    assert unit_in(heading) == seconds
    assert tuple(read_duration("30", seconds)) == ((False, 30 * seconds) if seconds else UNKNOWN)


@given(
    st.text(max_size=60) | st.from_regex(r"[0-9.,' ]{1,30} ?(days|Jahre|an|h|x)( [-/] )?[0-9]{0,9} ?(y|mo)?")
)
def test_any_words(words):
    """Nothing crashes, and no lifetime is absurd."""
    lived = read_duration(words, DAY)

    assert lived.lifetime_seconds is None or 0 <= lived.lifetime_seconds <= LONGEST
    category_of(words)
    type_of(words)


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("Strictly Necessary Cookies", Category.NECESSARY),
        ("strictly_necessary", Category.NECESSARY),
        ("Technisch notwendig", Category.NECESSARY),
        ("Cookie tecnici", Category.NECESSARY),
        ("Preferences", Category.FUNCTIONAL),
        ("Fonctionnels", Category.FUNCTIONAL),
        ("Performance Cookies", Category.ANALYTICS),
        ("Mesure d'audience", Category.ANALYTICS),
        ("Targeting Cookies", Category.MARKETING),
        ("Publicité", Category.MARKETING),
        ("Nicht klassifiziert", Category.UNCLASSIFIED),
        ("Uncategorized", Category.UNCLASSIFIED),
        ("non-essential", None),
        ("Nicht notwendig", None),
        ("Functional & analytics", None),
        ("Wichtig", None),
        ("", None),
    ],
)
def test_categories(words, category):
    """What means several things or nothing to us stays the site's own word."""
    assert category_of(words) is category


@pytest.mark.parametrize(
    ("words", "type"),
    [
        ("HTTP Cookie", DeclaredType.COOKIE),
        ("3rd party", DeclaredType.COOKIE),
        ("HTML Local Storage", DeclaredType.LOCAL_STORAGE),
        ("sessionStorage", DeclaredType.SESSION_STORAGE),
        ("IndexedDB", DeclaredType.INDEXED_DB),
        ("Pixel Tracker", DeclaredType.PIXEL),
        ("", DeclaredType.UNKNOWN),
    ],
)
def test_types(words, type):
    assert type_of(words) is type
