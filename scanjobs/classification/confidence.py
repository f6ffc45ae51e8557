"""How sure a label is: how often each source agreed with what real consent banners declared.

Measured on the 1090 labelled cookies of CookieBlock (MIT, Dino Bollinger) by

    python benchmarks/accuracy.py labelled-cookies.jsonl

`necessary` and `functional` count as one there, because the main database does not tell them apart and
banners mix them up. A source and category with fewer than 30 cookies takes the figure of its source as a
whole. Rounded down to 0.05 and never 1, so that no label claims more than was seen.
"""

from __future__ import annotations

from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category

_BY_SOURCE = {
    LabelSource.SITE_OVERRIDE: 1.0,  # whoever says it answers for it
    LabelSource.OVERRIDE: 1.0,
    LabelSource.DECLARATION: 0.80,  # as often as databases that know a cookie agree with banners
    LabelSource.DOCUMENTED: 0.75,  # 256
    LabelSource.CURATED: 0.95,  # 204, all confirmed
    LabelSource.NAME_AND_DOMAIN: 0.85,  # 179 cookies
    LabelSource.NAME: 0.85,  # 300
    LabelSource.VENDOR: 0.95,  # 48
    LabelSource.PREFIX: 0.70,  # 5, too few to tell more
    LabelSource.SECOND_DATABASE: 0.55,  # 14, too few; of all 38 it knows, 21 are confirmed
    # Below what condemns a cookie, whatever was measured: a name is a hint, and anybody may choose one.
    LabelSource.HEURISTIC: 0.50,  # 53, of which 47
    LabelSource.NONE: 0.0,
}
_BY_SOURCE_AND_CATEGORY = {
    # Shop systems measure by cookies that shops declare as anything.
    (LabelSource.DOCUMENTED, Category.ANALYTICS): 0.65,  # 126
    (LabelSource.DOCUMENTED, Category.MARKETING): 0.85,  # 85
    (LabelSource.NAME_AND_DOMAIN, Category.MARKETING): 0.90,  # 139
    (LabelSource.NAME_AND_DOMAIN, Category.FUNCTIONAL): 0.60,  # 35
    (LabelSource.NAME, Category.FUNCTIONAL): 0.50,  # 37
    (LabelSource.NAME, Category.ANALYTICS): 0.90,  # 199
    (LabelSource.NAME, Category.MARKETING): 0.80,  # 55
}


def confidence_of(source: LabelSource, category: Category) -> float:
    """The share of labels from this source, for this category, that banners confirmed."""
    return _BY_SOURCE_AND_CATEGORY.get((source, category), _BY_SOURCE[source])
