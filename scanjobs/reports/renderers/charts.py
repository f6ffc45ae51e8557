"""The geometry of charts, drawn once as SVG for the browser and once as PDF operators."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from scanjobs.reports.parts import Share
from scanjobs.reports.words import Words

GAP_DEGREES = 1.4
SMALLEST_DEGREES = 0.5


@dataclass(frozen=True, slots=True)
class Arc:
    """One part of a ring, in degrees clockwise from twelve o'clock."""

    share: Share
    start: float
    end: float


def arcs(shares: Sequence[Share]) -> list[Arc]:
    """The parts of a ring that have something to show, a small gap between them."""
    drawn = [share for share in shares if share.count]
    gap = GAP_DEGREES if len(drawn) > 1 else 0.0
    result, angle = [], 0.0
    for share in drawn:
        sweep = 360 * share.ratio
        result.append(Arc(share, angle, angle + max(sweep - gap, SMALLEST_DEGREES)))
        angle += sweep
    return result


def spans(shares: Sequence[Share], width: float, gap: float) -> list[tuple[Share, float, float]]:
    """The parts of a bar as share, start and width; parts that would vanish stay visible."""
    drawn = [share for share in shares if share.count]
    room = width - gap * (len(drawn) - 1)
    result, x = [], 0.0
    for share in drawn:
        part = max(room * share.ratio, 1.0)
        result.append((share, x, min(part, width - x)))
        x += part + gap
    return result


def described(title: str, shares: Sequence[Share]) -> str:
    """A chart in words, for those who do not see it."""
    return f"{title}: " + ", ".join(f"{share.label} {share.count}" for share in shares if share.count)


def donut_svg(shares: Sequence[Share], title: str, centre: str, caption: str, words: Words) -> str:
    """A ring with a number in its middle."""
    size, outer, inner = 220, 106.0, 68.0
    middle = size / 2
    paths = []
    for arc in arcs(shares):
        tooltip = f"{arc.share.label}: {words.number(arc.share.count)} ({words.percent(arc.share.ratio)})"
        paths.append(
            f'<path class="c-{escape(arc.share.key)}" fill-rule="evenodd" '
            f'd="{_ring_path(arc, middle, outer, inner)}"><title>{escape(tooltip)}</title></path>'
        )
    return (
        f'<svg class="donut" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{escape(described(title, shares))}">{"".join(paths)}'
        f'<text class="centre" x="{middle}" y="{middle + 4}" text-anchor="middle">{escape(centre)}</text>'
        f'<text class="caption" x="{middle}" y="{middle + 24}" text-anchor="middle">{escape(caption)}</text>'
        "</svg>"
    )


def bar_svg(shares: Sequence[Share], title: str, length: float = 1.0) -> str:
    """A bar cut into shares, as long as its part of the longest one, 0 to 1."""
    width, height = 600, 18
    parts = [
        f'<rect class="c-{escape(share.key)}" x="{x:.2f}" y="0" width="{part:.2f}" height="{height}">'
        f"<title>{escape(f'{share.label}: {share.count}')}</title></rect>"
        for share, x, part in spans(shares, width * length, 3)
    ]
    return (
        f'<svg class="bar" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(described(title, shares))}">{"".join(parts)}</svg>'
    )


def gauge_svg(score: int, title: str, caption: str) -> str:
    """A score of 0 to 100 as part of a ring, in the colour of what surrounds it."""
    size, radius = 132, 54.0
    middle, length = size / 2, 2 * math.pi * 54.0
    ring = f'cx="{middle}" cy="{middle}" r="{radius}"'
    return (
        f'<svg class="gauge" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{escape(f"{title}: {score} {caption}")}"><circle class="track" {ring}/>'
        f'<circle class="part" {ring} stroke-dasharray="{length * score / 100:.2f} {length:.2f}" '
        f'transform="rotate(-90 {middle} {middle})"/>'
        f'<text class="centre" x="{middle}" y="{middle + 9}" text-anchor="middle">{score}</text>'
        f'<text class="caption" x="{middle}" y="{middle + 28}" text-anchor="middle">'
        f"{escape(caption)}</text></svg>"
    )


def _ring_path(arc: Arc, middle: float, outer: float, inner: float) -> str:
    if arc.end - arc.start >= 360:
        # An SVG arc that ends where it starts draws nothing, so a whole ring is two circles.
        return "".join(
            f"M{middle} {middle - r}A{r} {r} 0 1 1 {middle} {middle + r}A{r} {r} 0 1 1 {middle} {middle - r}Z"
            for r in (outer, inner)
        )
    large = int(arc.end - arc.start > 180)
    (x1, y1), (x2, y2) = _point(middle, outer, arc.start), _point(middle, outer, arc.end)
    (x3, y3), (x4, y4) = _point(middle, inner, arc.end), _point(middle, inner, arc.start)
    return (
        f"M{x1:.2f} {y1:.2f}A{outer} {outer} 0 {large} 1 {x2:.2f} {y2:.2f}"
        f"L{x3:.2f} {y3:.2f}A{inner} {inner} 0 {large} 0 {x4:.2f} {y4:.2f}Z"
    )


def _point(middle: float, radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees - 90)
    return middle + radius * math.cos(angle), middle + radius * math.sin(angle)


def donut_operators(
    shares: Sequence[Share], colours: Mapping[str, str], x: float, y: float, outer: float, inner: float
) -> str:
    """The same ring around a point, in PDF's own coordinates: points, y upwards."""
    drawn = ["q"]
    for arc in arcs(shares):
        start_x, start_y = _pdf_point(x, y, outer, arc.start)
        turn_x, turn_y = _pdf_point(x, y, inner, arc.end)
        drawn.append(
            f"{fill(colours[arc.share.key])} {start_x:.2f} {start_y:.2f} m "
            f"{_curve(x, y, outer, arc.start, arc.end)} {turn_x:.2f} {turn_y:.2f} l "
            f"{_curve(x, y, inner, arc.end, arc.start)} h f"
        )
    drawn.append("Q")
    return "\n".join(drawn)


def fill(colour: str) -> str:
    """The PDF operator that fills with a colour like `#1d2733`."""
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3f}" for i in (1, 3, 5)) + " rg"


def _pdf_point(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(90 - degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def _curve(x: float, y: float, radius: float, start: float, end: float) -> str:
    """An arc as Bézier curves of at most 60 degrees each, which are exact to a thousandth."""
    pieces = max(1, math.ceil(abs(end - start) / 60))
    step = math.radians((end - start) / pieces)
    handle = radius * 4 / 3 * math.tan(step / 4)
    curves = []
    for piece in range(pieces):
        a = math.radians(90 - start) - piece * step
        b = a - step
        x1, y1 = x + radius * math.cos(a), y + radius * math.sin(a)
        x2, y2 = x + radius * math.cos(b), y + radius * math.sin(b)
        curves.append(
            f"{x1 + handle * math.sin(a):.2f} {y1 - handle * math.cos(a):.2f} "
            f"{x2 - handle * math.sin(b):.2f} {y2 + handle * math.cos(b):.2f} {x2:.2f} {y2:.2f} c"
        )
    return " ".join(curves)
