"""Plots as inline SVG: grouped bar charts with intervals, and line charts. Colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["Interval", "bar_chart", "line_chart"]

WIDTH, HEIGHT = 640, 260
LABEL_WIDTH = 22  # minimum width in pixels of a bar with a label
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 30, 34
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
Interval = tuple[float, float, float]


def bar_chart(title: str, groups: Mapping[str, Mapping[str, Interval]]) -> str:
    """Draw ``{group: {series: (mean, low, high)}}``, values from 0 to 1, with a whisker for each interval.

    Returns:
        A ``<figure>`` with the SVG; "" without data.
    """
    names = list(dict.fromkeys(name for series in groups.values() for name in series))
    if not groups or not names:
        return ""
    slot = _PLOT_WIDTH / len(groups)
    bar_width = min(46.0, slot * 0.8 / len(names))
    drawn = [_grid(1.0)]
    for index, (group, series) in enumerate(groups.items()):
        middle = LEFT + slot * (index + 0.5)
        drawn.append(_text(middle, HEIGHT - 12, group, "middle"))
        for position, name in enumerate(names):
            if name not in series:
                continue
            mean, low, high = series[name]
            x = middle + (position - len(names) / 2) * bar_width
            tooltip = escape(f"{group} {name}: {mean:.3f} ({low:.3f}–{high:.3f})")
            drawn.append(
                f'<rect class="s{position % 6}" x="{x + 1:.1f}" y="{_y(mean):.1f}" width="{bar_width - 2:.1f}" '
                f'height="{_PLOT_HEIGHT * mean:.1f}"><title>{tooltip}</title></rect>'
                f'<path class="whisker" d="M{x + bar_width / 2:.1f} {_y(low):.1f}V{_y(high):.1f}"/>'
            )
            if bar_width >= LABEL_WIDTH:  # labels of narrower bars would overlap; the table has the numbers
                drawn.append(_text(x + bar_width / 2, _y(high) - 4, f"{mean:.2f}", "middle"))
    return _svg(title, drawn, names)


def line_chart(title: str, series: Mapping[str, Sequence[tuple[float, float]]], x_label: str, top: float = 1.0) -> str:
    """Draw ``{series: [(x, y)]}``, x ascending, y from 0 to ``top``.

    Returns:
        A ``<figure>`` with the SVG; "" without data.
    """
    shown = {name: list(points) for name, points in series.items() if points}
    if not shown:
        return ""
    every = [x for points in shown.values() for x, _ in points]
    start, end = min(every), max(every)
    span = (end - start) or 1.0
    drawn = [_grid(top)]
    for position, points in enumerate(shown.values()):
        path = " ".join(f"{LEFT + _PLOT_WIDTH * (x - start) / span:.1f},{_y(y / top):.1f}" for x, y in points)
        drawn.append(f'<polyline class="l{position % 6}" points="{path}"/>')
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn.append(_text(LEFT + _PLOT_WIDTH * share, HEIGHT - 18, f"{start + span * share:.4g}", "middle"))
    drawn.append(_text(LEFT + _PLOT_WIDTH / 2, HEIGHT - 4, x_label, "middle"))
    return _svg(title, drawn, list(shown))


def _y(share: float) -> float:
    return TOP + _PLOT_HEIGHT * (1 - max(0.0, min(1.0, share)))


def _grid(top: float) -> str:
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    rules = "".join(f'<path class="grid" d="M{LEFT} {_y(step):.1f}H{WIDTH - RIGHT}"/>' for step in steps)
    return rules + "".join(_text(LEFT - 6, _y(step) + 4, f"{top * step:.4g}", "end") for step in steps)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, drawn: list[str], names: list[str]) -> str:
    legend = []
    x = float(LEFT)
    for position, name in enumerate(names):
        legend.append(f'<rect class="s{position % 6}" x="{x:.0f}" y="6" width="10" height="10"/>')
        legend.append(_text(x + 14, 15, name, "start"))
        x += 30 + 7.0 * sum(2 if char > "\u2e80" else 1 for char in name)
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(drawn)}{"".join(legend)}</svg></figure>'
    )
