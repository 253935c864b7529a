"""Draw an SVG of time against size, with logarithmic axes."""

import math
from collections.abc import Sequence
from html import escape

from tools.bench.aims import Subject

_WIDTH, _HEIGHT = 860, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 230, 40, 60
_COLOURS = ("#d1495b", "#2e86ab", "#3a9d5d", "#b5651d", "#8e6bbf", "#7a7a7a")
# The background changes together with the text, so that the text is always readable.
_STYLE = """
:root{--ground:#ffffff;--text:#1f2328;--grid:#d0d7de}
@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--grid:#30363d}}
rect.ground{fill:var(--ground)}text{fill:var(--text);font:13px sans-serif}line{stroke:var(--grid)}
"""


def plot(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return the SVG with one colour for each of `names`; generated modules are drawn hollow."""
    points = [
        (place, subject, measured.seconds)
        for subject in subjects
        for place, name in enumerate(names)
        if (measured := subject.of(name)) is not None
    ]
    across = _Axis.over([subject.size / 1000 for _, subject, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _Axis.over([seconds for _, _, seconds in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>']
    for value in across.ticks():
        x = across.at(value)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(_text(x, _HEIGHT - _BOTTOM + 20, _size(value), "middle"))
    for value in up.ticks():
        y = up.at(value)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{value:g} s", "end"))
    for place, subject, seconds in points:
        fill = "var(--ground)" if subject.generated else _COLOURS[place]
        parts.append(
            f'<circle cx="{across.at(subject.size / 1000):.1f}" cy="{up.at(seconds):.1f}" r="4.5" '
            f'fill="{fill}" stroke="{_COLOURS[place]}" stroke-width="2">'
            f"<title>{escape(subject.name)}, {escape(names[place])}: {seconds:.3f} s</title></circle>"
        )
    for place, name in enumerate(names):
        y = _TOP + 20 * place + 10
        x = _WIDTH - _RIGHT + 20
        parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{_COLOURS[place]}"/>')
        parts.append(_text(x + 12, y + 4, name))
    parts.append(_text(_WIDTH - _RIGHT + 15, _TOP + 20 * len(names) + 14, "hollow: generated modules"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "size of the module", "middle"))
    parts.append(_text(_LEFT, 22, "time of the whole process, median"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    title = "<title>Time of the whole process against the size of the module</title>"
    return "\n".join((head, title, f"<style>{_STYLE}</style>", *parts, "</svg>\n"))


class _Axis:
    """An axis from the power of ten below all values to the one above, mapped to pixels."""

    def __init__(self, low: int, high: int, start: float, end: float) -> None:
        self._low, self._high, self._start, self._end = low, high, start, end

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "_Axis":
        low = math.floor(math.log10(min(values)))
        return cls(low, max(low + 1, math.ceil(math.log10(max(values)))), start, end)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]

    def at(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)


def _size(kilobytes: float) -> str:
    return f"{kilobytes:g} KB" if kilobytes < 1000 else f"{kilobytes / 1000:g} MB"


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
