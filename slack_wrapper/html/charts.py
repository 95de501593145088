"""A `data_visualization` block → SVG inside the page: no script, no address, every text escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from slack_wrapper.html.mrkdwn import escape

COLORS = ("#1264a3", "#e8912d", "#2eb67d", "#e01e5a", "#7c3085", "#0b7a75", "#ecb22e", "#36c5f0",
          "#8d5a3b", "#5b325c", "#616061", "#a0b400")  # fmt: skip
_WIDTH, _HEIGHT = 560.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 8.0, 8.0, 44.0
_TICKS = 4
_TURNED = 9  # categories from which on their labels are drawn at an angle


def chart(block: dict[str, Any]) -> str:
    """Return a chart with its title and legend as HTML."""
    inner = block.get("chart")
    inner = inner if isinstance(inner, dict) else {}
    title = escape(str(block.get("title") or ""))
    body, legend = _pie(inner) if inner.get("type") == "pie" else _axes(inner)
    named = "".join(
        f'<span><i style="background:{COLORS[n % len(COLORS)]}"></i>{escape(name)}</span>'
        for n, name in enumerate(legend)
    )
    return (
        f'<figure class="chart"><figcaption>{title}</figcaption>'
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{title}">{body}'
        "</svg>"
        f'<div class="legend">{named}</div></figure>'
    )


def _pie(inner: dict[str, Any]) -> tuple[str, list[str]]:
    segments = [
        (str(one.get("label", "")), _number(one.get("value"))) for one in _dicts(inner, "segments")
    ]
    total = sum(value for _, value in segments) or 1.0
    middle_x, middle_y, radius = _WIDTH / 2, _HEIGHT / 2, _HEIGHT / 2 - 10
    angle, parts, legend = -math.pi / 2, [], []
    for number, (label, value) in enumerate(segments):
        share = value / total
        color = COLORS[number % len(COLORS)]
        legend.append(f"{label} {share:.0%}")
        if share >= 1:  # an arc from a point to itself is nothing
            parts.append(f'<circle cx="{middle_x}" cy="{middle_y}" r="{radius}" fill="{color}"/>')
            continue
        x, y = middle_x + radius * math.cos(angle), middle_y + radius * math.sin(angle)
        angle += 2 * math.pi * share
        to_x, to_y = middle_x + radius * math.cos(angle), middle_y + radius * math.sin(angle)
        parts.append(
            f'<path d="M{middle_x} {middle_y}L{x:.1f} {y:.1f}A{radius} {radius} 0 '
            f'{int(share > 0.5)} 1 {to_x:.1f} {to_y:.1f}Z" fill="{color}" stroke="#fff"/>'
        )
    return "".join(parts), legend


def _axes(inner: dict[str, Any]) -> tuple[str, list[str]]:
    series = [
        (str(one.get("name", "")), [_number(point.get("value")) for point in _dicts(one, "data")])
        for one in _dicts(inner, "series")
    ]
    axis = inner.get("axis_config")
    axis = axis if isinstance(axis, dict) else {}
    categories = [str(one) for one in axis.get("categories") or []] or [
        str(point.get("label", ""))
        for point in _dicts((_dicts(inner, "series") or [{}])[0], "data")
    ]
    scale = _Scale([value for _, values in series for value in values], max(1, len(categories)))
    kind = str(inner.get("type"))
    marks = _bars(series, scale) if kind == "bar" else _lines(series, scale, filled=kind == "area")
    labels = _labels(
        categories, scale, str(axis.get("x_label") or ""), str(axis.get("y_label") or "")
    )
    legend = [name for name, _ in series]
    return scale.grid() + marks + labels, legend


class _Scale:
    """Where values and categories are drawn.

    Args:
        values: all that are drawn.
        count: of the categories.
    """

    def __init__(self, values: Sequence[float], count: int) -> None:
        low, high = min([0.0, *values]), max([0.0, *values])
        self.step = _nice((high - low) / _TICKS or 1.0)
        self.low = math.floor(low / self.step) * self.step
        self.high = max(math.ceil(high / self.step) * self.step, self.low + self.step)
        self.band = (_WIDTH - _LEFT - _RIGHT) / count

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return _TOP + (self.high - value) / (self.high - self.low) * (_HEIGHT - _TOP - _BOTTOM)

    def x(self, number: int) -> float:
        """Return the middle of a category."""
        return _LEFT + (number + 0.5) * self.band

    def grid(self) -> str:
        """Return lines and numbers of the vertical axis."""
        parts = []
        for tick in range(round((self.high - self.low) / self.step) + 1):
            value = self.low + tick * self.step
            y = self.y(value)
            parts.append(
                f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{"#999" if abs(value) < self.step / 2 else "#e8e8e8"}"/>'
                f'<text x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:.6g}</text>'
            )
        return "".join(parts)


def _nice(step: float) -> float:
    """Return the next larger step that reads well: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((n * power for n in (1, 2, 5) if n * power >= step), 10 * power)


def _bars(series: Sequence[tuple[str, list[float]]], scale: _Scale) -> str:
    width = scale.band * 0.72 / max(1, len(series))
    parts = []
    for number, (_, values) in enumerate(series):
        for place, value in enumerate(values):
            x = scale.x(place) - scale.band * 0.36 + number * width
            top, bottom = sorted((scale.y(value), scale.y(0.0)))
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(1.0, width - 1):.1f}" '
                f'height="{bottom - top:.1f}" rx="1.5" fill="{COLORS[number % len(COLORS)]}"/>'
            )
    return "".join(parts)


def _lines(series: Sequence[tuple[str, list[float]]], scale: _Scale, *, filled: bool) -> str:
    parts = []
    for number, (_, values) in enumerate(series):
        color = COLORS[number % len(COLORS)]
        points = [(scale.x(place), scale.y(value)) for place, value in enumerate(values)]
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        if filled and points:
            zero = scale.y(0.0)
            around = f"{points[0][0]:.1f},{zero:.1f} {told} {points[-1][0]:.1f},{zero:.1f}"
            parts.append(f'<polygon points="{around}" fill="{color}" fill-opacity=".25"/>')
        parts.append(f'<polyline points="{told}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>' for x, y in points]
    return "".join(parts)


def _labels(categories: Sequence[str], scale: _Scale, x_label: str, y_label: str) -> str:
    base = _HEIGHT - _BOTTOM + 14
    turned = len(categories) >= _TURNED or any(len(one) * 6.5 > scale.band for one in categories)
    parts = []
    for number, one in enumerate(categories):
        x, text = scale.x(number), escape(one if len(one) <= 14 else f"{one[:13]}…")
        turn = (
            f' transform="rotate(-25 {x:.1f} {base})" text-anchor="end"'
            if turned
            else ' text-anchor="middle"'
        )
        parts.append(f'<text x="{x:.1f}" y="{base}"{turn}>{text}</text>')
    if x_label:
        parts.append(
            f'<text x="{(_LEFT + _WIDTH) / 2:.0f}" y="{_HEIGHT - 4}" text-anchor="middle" '
            f'class="axis">{escape(x_label)}</text>'
        )
    if y_label:
        middle = (_HEIGHT - _BOTTOM) / 2
        parts.append(
            f'<text x="12" y="{middle}" text-anchor="middle" class="axis" '
            f'transform="rotate(-90 12 {middle})">{escape(y_label)}</text>'
        )
    return "".join(parts)


def _dicts(part: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = part.get(name)
    return (
        [one for one in found if isinstance(one, dict)] if isinstance(found, list | tuple) else []
    )


def _number(value: Any) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if known else 0.0
