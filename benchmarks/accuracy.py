"""Compares labels with those of real consent banners, and tells how sure the shares are.

    python benchmarks/accuracy.py LABELLED.jsonl [--show]

LABELLED holds one JSON object a line, as CookieBlock's labelled cookies do: name, domain, site, purpose,
session, expiry_seconds. Without it, cookieblock/labelled-cookies.jsonl beside the folder SCANJOBS_SAMPLES is
taken. Shares come with Wilson's interval of 95 %, which takes cookies for independent. They are not: one name
on thirty sites is thirty cookies, so distinct names are counted as well. With --show every name on which
banner and label differ is told. Exits with 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tables import show

from scanjobs.classification import data_version, label_of
from scanjobs.domain.cookies import Party
from scanjobs.domain.labels import Label, LabelSource
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.sites import host_of, party_of, registrable_domain

CATEGORIES = (Category.NECESSARY, Category.FUNCTIONAL, Category.ANALYTICS, Category.MARKETING)
TRACKING = (Category.ANALYTICS, Category.MARKETING)
Z95 = 1.959964


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One labelled cookie and what we say of it."""

    name: str
    domain: str
    party: Party
    purpose: Category
    """What the banner declared."""
    label: Label

    @property
    def is_classified(self) -> bool:
        return self.label.category is not Category.UNCLASSIFIED

    @property
    def agrees(self) -> bool:
        """Whether the two agree, necessary and functional counting as one.

        The main database does not tell them apart, and neither do banners.
        """
        return _broad(self.purpose) is _broad(self.label.category)

    @property
    def agrees_to_the_word(self) -> bool:
        return self.purpose is self.label.category


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval of 95 %."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.value
        middle = p + Z95**2 / (2 * n)
        spread = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        scale = 1 + Z95**2 / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({low:.1%}–{high:.1%})" if self.whole else "–"


def main() -> int:
    """Print the tables; answers 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("labelled", nargs="?", type=Path, default=_beside_the_samples())
    parser.add_argument("--show", action="store_true", help="tell every name on which the two differ")
    arguments = parser.parse_args()
    if arguments.labelled is None:
        parser.error("Name the file of labelled cookies, or set SCANJOBS_SAMPLES.")
    everything = read(arguments.labelled)
    print(f"{len(everything)} cookies, {_names(everything)} names, cookie data {data_version()}")
    is_reached = _show_goals(everything)
    _show_categories(everything)
    _show_confusion(everything)
    _show_sources(everything)
    _show_exemption(everything)
    if arguments.show:
        _show_differences(everything)
    return 0 if is_reached else 1


def read(path: Path) -> list[Judged]:
    """The labelled cookies of a file, each with our label."""
    return [_judged(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _judged(known: dict[str, object]) -> Judged:
    domain = str(known["domain"]).lstrip(".").lower()
    party = party_of(domain, registrable_domain(host_of(str(known["site"])) or domain))
    seconds = known["expiry_seconds"]
    lifetime = 0 if known["session"] else seconds if isinstance(seconds, int) else None
    name = str(known["name"])
    return Judged(
        name=name,
        domain=domain,
        party=party,
        purpose=Category(str(known["purpose"])),
        label=label_of(name, domain, party, lifetime_seconds=lifetime),
    )


def _beside_the_samples() -> Path | None:
    samples = os.environ.get("SCANJOBS_SAMPLES")
    return Path(samples).parent / "cookieblock" / "labelled-cookies.jsonl" if samples else None


def _broad(category: Category) -> Category:
    return Category.NECESSARY if category is Category.FUNCTIONAL else category


def _names(cookies: Iterable[Judged]) -> int:
    return len({cookie.name for cookie in cookies})


def _share(cookies: Sequence[Judged], holds: Callable[[Judged], bool]) -> Share:
    return Share(part=sum(map(holds, cookies)), whole=len(cookies))


def _show_goals(everything: Sequence[Judged]) -> bool:
    classified = [cookie for cookie in everything if cookie.is_classified]
    exempt = [cookie for cookie in everything if cookie.label.exemption is Exemption.EXEMPT]
    necessary = [cookie for cookie in everything if cookie.purpose is Category.NECESSARY]
    right = _share(exempt, lambda cookie: cookie.purpose not in TRACKING)
    found = _share(necessary, lambda cookie: cookie.label.exemption is Exemption.EXEMPT)
    goals = [
        ("classified", _share(everything, lambda cookie: cookie.is_classified), 0.90),
        ("agreement of those", _share(classified, lambda cookie: cookie.agrees), 0.85),
        ("exempt, and not declared as tracking", right, 0.99),
        ("declared necessary, and called exempt", found, 0.30),
    ]
    rows = [
        (what, f"{share.part} of {share.whole}", str(share), f"{goal:.0%}", _met(share.value >= goal))
        for what, share, goal in goals
    ]
    rows.append(("cookies called exempt", str(len(exempt)), "–", "200", _met(len(exempt) >= 200)))
    to_the_word = _share(classified, lambda cookie: cookie.agrees_to_the_word)
    rows.append(
        ("agreement to the word", f"{to_the_word.part} of {to_the_word.whole}", str(to_the_word), "–", "–")
    )
    ceiling = _best_by_name(everything)
    rows.append(
        ("the most that names could agree", f"{ceiling.part} of {ceiling.whole}", str(ceiling), "–", "–")
    )
    show("What it had to reach", ("", "cookies", "share", "goal", "reached"), rows)
    return len(exempt) >= 200 and all(share.value >= goal for _, share, goal in goals)


def _met(is_met: bool) -> str:
    return "yes" if is_met else "no"


def _best_by_name(everything: Sequence[Judged]) -> Share:
    """How many agree where each name and party gets the purpose that most of its banners declare."""
    purposes: defaultdict[tuple[str, Party], Counter[Category]] = defaultdict(Counter)
    for cookie in everything:
        purposes[cookie.name, cookie.party][_broad(cookie.purpose)] += 1
    return Share(part=sum(max(counts.values()) for counts in purposes.values()), whole=len(everything))


def _show_categories(everything: Sequence[Judged]) -> None:
    rows = []
    for category in CATEGORIES:
        of_it = [cookie for cookie in everything if cookie.purpose is category]
        classified = [cookie for cookie in of_it if cookie.is_classified]
        called_so = [cookie for cookie in everything if cookie.label.category is category]
        rows.append(
            (
                str(category),
                f"{len(of_it)} ({_names(of_it)})",
                str(_share(of_it, lambda cookie: cookie.is_classified)),
                str(_share(classified, lambda cookie: cookie.agrees)),
                str(len(called_so)),
                str(_share(called_so, lambda cookie: cookie.agrees)),
            )
        )
    head = ("", "declared so (names)", "classified", "agreement", "called so", "agreement")
    show("By category", head, rows)


def _show_confusion(everything: Sequence[Judged]) -> None:
    counts = Counter((cookie.purpose, cookie.label.category) for cookie in everything)
    columns = (*CATEGORIES, Category.UNCLASSIFIED)
    rows = [
        (str(declared), *(str(counts[declared, called]) for called in columns)) for declared in CATEGORIES
    ]
    show("Declared (rows) and called (columns)", ("", *map(str, columns)), rows)


def _show_sources(everything: Sequence[Judged]) -> None:
    rows = []
    for source in LabelSource:
        from_it = [cookie for cookie in everything if cookie.label.source is source and cookie.is_classified]
        for category in (None, *CATEGORIES):
            some = [cookie for cookie in from_it if category in (None, cookie.label.category)]
            if some:
                agreement = _share(some, lambda cookie: cookie.agrees)
                confidence = f"{some[0].label.confidence:.2f}" if category else "–"
                rows.append(
                    (
                        str(source),
                        str(category or "all"),
                        f"{len(some)} ({_names(some)})",
                        str(agreement),
                        confidence,
                    )
                )
    show("By source", ("source", "category", "cookies (names)", "agreement", "confidence"), rows)


def _show_exemption(everything: Sequence[Judged]) -> None:
    rows = []
    for exemption in Exemption:
        some = [cookie for cookie in everything if cookie.label.exemption is exemption]
        counts = Counter(cookie.purpose for cookie in some)
        rows.append(
            (str(exemption), str(len(some)), str(_names(some)), *(str(counts[c]) for c in CATEGORIES))
        )
    show("Exempt, and what was declared", ("", "cookies", "names", *map(str, CATEGORIES)), rows)
    grounds: defaultdict[str, list[Judged]] = defaultdict(list)
    for cookie in everything:
        if cookie.label.exemption is Exemption.EXEMPT:
            grounds[str(cookie.label.exemption_ground)].append(cookie)
    show(
        "Exempt, by ground",
        ("ground", "cookies", "names", "declared necessary", "declared as tracking"),
        [
            (
                ground,
                str(len(some)),
                str(_names(some)),
                str(sum(cookie.purpose is Category.NECESSARY for cookie in some)),
                str(sum(cookie.purpose in TRACKING for cookie in some)),
            )
            for ground, some in sorted(grounds.items())
        ],
    )


def _show_differences(everything: Sequence[Judged]) -> None:
    different = Counter(
        (
            cookie.name,
            "the site's own" if cookie.party is Party.FIRST else cookie.domain,
            str(cookie.purpose),
            str(cookie.label.category),
            str(cookie.label.source),
        )
        for cookie in everything
        if not cookie.agrees
    )
    rows = [
        (str(count), *what) for what, count in sorted(different.items(), key=lambda one: (-one[1], one[0]))
    ]
    show("Where they differ", ("cookies", "name", "domain", "declared", "called", "source"), rows)


if __name__ == "__main__":
    sys.exit(main())
