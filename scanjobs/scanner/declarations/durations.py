"""Reads how long a cookie is declared to live, from the words people use: 13 months, 2 Jahre, Session."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

DAY = 86_400
YEAR = 365 * DAY
MONTH = YEAR // 12
LONGEST = 8000 * YEAR
"""Nobody means more; it is kept without an end."""

_UNITS = {
    1: "s sec secs seg second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi "
    "seconden",
    60: "min mins minute minutes minuten minuto minutos minuti minuut",
    3600: "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren",
    DAY: "d day days tag tage tagen jour jours dia dias giorno giorni dag dagen",
    7 * DAY: "w wk week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    MONTH: "mo mon month months monat monate monaten mois mes meses mese mesi mnd maand maanden",
    YEAR: "y yr yrs year years jahr jahre jahren j an ans annee annees ano anos anno anni jaar jaren",
}
_SECONDS = {word: seconds for seconds, words in _UNITS.items() for word in words.split()}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            *("a an one ein eine einem einer eines un une uno una een", "two zwei deux dos due twee"),
            *(
                "three drei trois tres tre drie",
                "four vier quatre cuatro quattro",
                "five funf cinq cinco cinque",
            ),
            *("six sechs seis sei zes", "seven sieben sept siete sette zeven", "eight acht huit ocho otto"),
            *(
                "nine neun neuf nueve nove negen",
                "ten zehn dix diez dieci tien",
                "eleven elf onze once undici",
            ),
            *("twelve zwolf douze doce dodici twaalf", "thirteen dreizehn treize trece tredici dertien"),
        ),
        start=1,
    )
    for word in words.split()
}
_SESSION = re.compile(
    r"\b(session\w*|sitzung\w*|sesion\w*|sessio\w*|sessie\w*|browser\s?session)\b"
    r"|(clos|exit|quit)\w*\W+(\w+\W+){0,3}browser|browser\W+(\w+\W+){0,2}(clos|geschlossen|beendet|schliess)"
    r"|schliess\w*\W+(\w+\W+){0,2}browser|ferm\w+\W+(\w+\W+){0,2}navigateur|cierr\w+\W+(\w+\W+){0,2}navegador"
)
_ENDLESS = re.compile(
    r"\b(persist\w*|permanent\w*|never|unlimited|indefinit\w*|forever|no expir\w*|nie|unbegrenzt|unbefristet|"
    r"dauerhaft|illimite\w*|ilimitad\w*|illimitat\w*|onbeperkt|jamais|nunca|mai|infinit\w*)\b"
)
_ALTERNATIVE = re.compile(
    r"(?<=\d)\s*[-\u2010-\u2015]\s*(?=\d)|[/|;()]|\b(?:to|bis|or|oder|ou|o|of|tot)\b|\s[-\u2010-\u2015]\s"
)
_AMOUNT = re.compile(r"(?<![\w.,])(\d[\d.,' \u00a0\u202f]*|[a-z]+)(?=[\s\-]*([a-z]+))")
_ISO = re.compile(
    r"p(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?", re.IGNORECASE
)
_LONGEST_WORDS = 200


class Duration(NamedTuple):
    """How long something lives; all None where the words say nothing."""

    is_session: bool | None
    lifetime_seconds: int | None
    """None for the session, where it is kept without an end, and where nobody said."""


UNKNOWN = Duration(None, None)


def read_duration(words: str, unit_seconds: int | None = None) -> Duration:
    """What a declaration says about how long a cookie lives.

    Of alternatives and ranges the longest counts, of a sum its sum. A year has 365 days, a month a twelfth of
    it. A bare number is counted in the unit, where the column or the format names one.
    """
    plain = _plain(words[:_LONGEST_WORDS])
    if not plain:
        return UNKNOWN
    if (iso := _ISO.fullmatch(plain)) and any(iso.groups()):
        return _living(_sum_of_iso(iso))
    found = [seconds for part in _ALTERNATIVE.split(plain) if (seconds := _seconds_in(part)) is not None]
    if found:
        return _living(max(found))
    if unit_seconds is not None and re.fullmatch(r"\d+([.,]\d+)?", plain):
        return _living(_number(plain) * unit_seconds)
    if _SESSION.search(plain):
        return Duration(True, None)
    return Duration(False, None) if _ENDLESS.search(plain) else UNKNOWN


def unit_in(words: str) -> int | None:
    """The seconds of the unit that a heading names, as in `duration (days)`; None where it names none."""
    return next(
        (_SECONDS[word] for word in re.findall(r"[a-z]{3,}", _plain(words)) if word in _SECONDS), None
    )


def _plain(words: str) -> str:
    """In lower case and without accents."""
    parts = unicodedata.normalize("NFKD", words.strip().lower().replace("ß", "ss"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).strip()


def _seconds_in(part: str) -> float | None:
    """The sum of the amounts in words that name one thing; None where there is none."""
    total = None
    for amount, unit in _AMOUNT.findall(part):
        seconds = _SECONDS.get(unit)
        if seconds is None:
            continue
        number = _number(amount) if amount[0].isdigit() else _NUMBERS.get(amount)
        if number is None:
            continue
        total = (total or 0.0) + number * seconds
    return total


def _number(amount: str) -> float:
    """A number as people write it: `1,5`, `1.5`, `1 000`, `1,000`."""
    digits = re.sub(r"[' \u00a0\u202f]", "", amount).rstrip(".,")
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    digits = digits.replace(",", ".")
    try:
        return float(digits)
    except ValueError:  # several points
        return float(digits.split(".")[0])


def _sum_of_iso(found: re.Match[str]) -> float:
    units = (YEAR, MONTH, 7 * DAY, DAY, 3600, 60, 1)
    return sum(float(number) * unit for number, unit in zip(found.groups(), units, strict=True) if number)


def _living(seconds: float) -> Duration:
    return Duration(False, None if seconds > LONGEST else round(seconds))
