"""How sure a label is: how often each source agreed with what real consent banners declared.

Measured on the 1090 labelled cookies of CookieBlock (MIT, Dino Bollinger) by

    python scripts/build_cookie_data.py agreement labelled-cookies.jsonl

`necessary` and `functional` count as one there, because the main database does not tell them apart and
banners mix them up. A source and category with fewer than 30 cookies takes the figure of its source as a
whole. Rounded down to 0.05 and never 1, so that no label claims more than was seen.
"""

from __future__ import annotations

from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category

_BY_SOURCE = {
    LabelSource.CURATED: 0.95,  # 181, all confirmed
    LabelSource.NAME_AND_DOMAIN: 0.70,  # 215 cookies
    LabelSource.NAME: 0.75,  # 461
    LabelSource.VENDOR: 0.90,  # 51
    LabelSource.PREFIX: 0.70,  # 7, too few to tell more
    LabelSource.SECOND_DATABASE: 0.55,  # 38
    LabelSource.NONE: 0.0,
}
_BY_SOURCE_AND_CATEGORY = {
    (LabelSource.NAME_AND_DOMAIN, Category.MARKETING): 0.90,  # 139
    # Half of them are one test cookie of an advertiser; the database calls it functional, no banner does.
    (LabelSource.NAME_AND_DOMAIN, Category.FUNCTIONAL): 0.30,  # 71
    (LabelSource.NAME, Category.FUNCTIONAL): 0.60,  # 135
    (LabelSource.NAME, Category.ANALYTICS): 0.90,  # 234
    (LabelSource.NAME, Category.MARKETING): 0.70,  # 92
    (LabelSource.VENDOR, Category.MARKETING): 0.95,  # 43
}


def confidence_of(source: LabelSource, category: Category) -> float:
    """The share of labels from this source, for this category, that banners confirmed."""
    return _BY_SOURCE_AND_CATEGORY.get((source, category), _BY_SOURCE[source])
