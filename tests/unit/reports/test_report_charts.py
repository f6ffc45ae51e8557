"""The geometry of charts."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from scanjobs.reports.parts import Share
from scanjobs.reports.renderers.charts import arcs, bar_svg, donut_operators, donut_svg, spans
from scanjobs.reports.words import ENGLISH


def shares(*counts: int) -> list[Share]:
    total = sum(counts)
    return [
        Share(key=f"k{i}", label=f"L{i} <&>", count=count, ratio=count / total if total else 0.0)
        for i, count in enumerate(counts)
    ]


@pytest.mark.parametrize("counts", [(3, 5, 2), (1,), (0, 7, 0), (1, 9999), (0, 0)])
def test_arcs_stay_within_the_ring(counts: tuple[int, ...]) -> None:
    """They follow each other without overlapping, and only what is there is drawn."""
    drawn = arcs(shares(*counts))

    assert len(drawn) == sum(count > 0 for count in counts)
    assert all(one.end <= other.start + 0.5 for one, other in itertools.pairwise(drawn))
    assert all(0 <= arc.start < arc.end <= 360.5 for arc in drawn)


@pytest.mark.parametrize("counts", [(3, 5, 2), (1,), (1, 99_999), (0, 0)])
def test_spans_fit_the_bar(counts: tuple[int, ...]) -> None:
    """A small share stays visible and nothing runs over the end."""
    drawn = spans(shares(*counts), 100, 2)

    assert all(width > 0 for _, _, width in drawn)
    assert all(start + width <= 100.001 for _, start, width in drawn)


@pytest.mark.parametrize("counts", [(3, 5, 2), (4,), (0, 0)])
def test_the_svg_is_well_formed_and_says_what_it_shows(counts: tuple[int, ...]) -> None:
    """Whoever does not see it hears the numbers."""
    for svg in (
        donut_svg(shares(*counts), "Cookies", "9", "cookies", ENGLISH),
        bar_svg(shares(*counts), "Cookies"),
    ):
        label = ElementTree.fromstring(svg).attrib["aria-label"]
        assert label.startswith("Cookies: ")
        assert all(f"L{i} <&> {count}" in label for i, count in enumerate(counts) if count)


def test_a_whole_ring_is_drawn() -> None:
    """One purpose alone is a full circle, not an arc that ends where it began."""
    svg = donut_svg(shares(4), "Cookies", "4", "cookies", ENGLISH)

    assert svg.count("A106") == 2


def test_the_pdf_ring_has_one_path_a_share() -> None:
    """The same parts as in the SVG."""
    colours = {f"k{i}": "#ff8000" for i in range(3)}
    drawn = donut_operators(shares(1, 0, 3), colours, 100, 100, 50, 30)

    assert drawn.count("1.000 0.502 0.000 rg") == drawn.count(" h f") == 2
