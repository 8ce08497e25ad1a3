"""The picture of docs/matching.md: what the score believes, and two recordings scored by it."""

from datetime import UTC, datetime

import numpy as np

from portal.recordings.matching import Window, judge
from portal.recordings.scoring import Said, place_likelihood, time_and_place_bits, time_density
from portal.recordings.shapes import Legs, Near
from portal.recordings.tracks import Floats, pack, together

_WIDTH, _HEIGHT, _EDGE, _TOP = 720.0, 430.0, 40.0, 60.0
_CURVE = 110.0
_NINE = datetime(2026, 11, 1, 21, tzinfo=UTC)
_AT = _NINE.timestamp()
_PLACE = (530_000.0, 175_000.0)
_NEAR_M, _HALF_HOUR = 1_000.0, 1_800.0
# (name, colour, seconds from nine, how long, metres from the place): both passed, one nearer.
_TRACKS = (("A", "#1d70b8", -240.0, 600, 60.0), ("B", "#d4351c", 900.0, 600, 320.0))


def matching_picture() -> str:
    """An SVG with both curves and both recordings under them."""
    bits = [_bits(*track[2:]) for track in _TRACKS]
    described = "; ".join(
        f"recording {name}: time {time:+.1f}, place {place:+.1f}"
        for (name, *_), (time, place) in zip(_TRACKS, bits, strict=True)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
            'role="img" aria-labelledby="t" font-family="sans-serif" font-size="14">',
            f'<title id="t">How two recordings are scored, in bits. {described}</title>',
            f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="#ffffff"/>',
            *_time_half(),
            *_place_half(),
            *_verdicts(bits),
            "</svg>",
            "",
        ]
    )


def _bits(seconds: float, lasting: int, metres: float) -> tuple[float, float]:
    begin = int(_AT + seconds)
    fixes = [second * 1000 for second in range(0, lasting + 1, 60)]
    standing = ([_PLACE[0] + metres] * len(fixes), [_PLACE[1]] * len(fixes))
    row = (begin, begin + lasting, 0, pack(fixes, *standing))
    tracks, window = together([row]), Window(_AT - _HALF_HOUR, _AT + _HALF_HOUR)
    verdict = judge(tracks, window, _shape())
    start, end = tracks.start.astype(float), tracks.end.astype(float)
    said = Said(_NINE)
    time, place = time_and_place_bits(
        verdict.seen, start, end, verdict.tracked, window, _shape(), said
    )
    return float(time[0]), float(place[0])


def _shape() -> Near:
    return Near(Legs.along(np.array([_PLACE[0]]), np.array([_PLACE[1]])), _NEAR_M)


def _time_half() -> list[str]:
    offset = np.linspace(-_HALF_HOUR, _HALF_HOUR, 181)
    half = (_WIDTH - 3 * _EDGE) / 2
    x = _EDGE + (offset + _HALF_HOUR) / (2 * _HALF_HOUR) * half
    drawn = [
        _text(_EDGE, 30, "How likely that time is, when they said “about nine”"),
        _curve(x, time_density(offset, 480.0)),
        *(_text(x[k], _TOP + _CURVE + 20, w, "middle") for k, w in _TIMES),
    ]
    for name, colour, seconds, lasting, _ in _TRACKS:
        a, b = (_EDGE + (s + _HALF_HOUR) / (2 * _HALF_HOUR) * half
                for s in (seconds, seconds + lasting))  # fmt: skip
        drawn += _bar(a, b, name, colour)
    return drawn


_TIMES = ((0, "8:30"), (90, "9:00"), (180, "9:30"))
_METRES = ((0, "0 m"), (120, "120 m"), (500, "500 m"), (1000, "1,000 m"))


def _place_half() -> list[str]:
    metres = np.linspace(0.0, _NEAR_M, 1001)
    x, y = _PLACE[0] + metres, np.full(len(metres), _PLACE[1])
    half = (_WIDTH - 3 * _EDGE) / 2
    left = 2 * _EDGE + half
    across = left + metres / _NEAR_M * half
    drawn = [
        _text(left, 30, "How likely that place is, “near the tube”"),
        _curve(across, place_likelihood(Legs(x, y, x, y), 120.0, _shape())),
        *(
            _text(across[k], _TOP + _CURVE + 20, words, "end" if k == 1000 else "middle")
            for k, words in _METRES
        ),
    ]
    for name, colour, _, _, away in _TRACKS:
        at = left + away / _NEAR_M * half
        drawn += _bar(at - 4, at + 4, name, colour)
    return drawn


def _curve(x: Floats, likely: Floats) -> str:
    y = _TOP + _CURVE * (1.0 - likely / likely.max())
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polyline points="{points}" fill="none" stroke="#0b0c0c" stroke-width="2"/>'


def _bar(a: float, b: float, name: str, colour: str) -> list[str]:
    y = _TOP + _CURVE + (34 if name == "A" else 58)
    return [
        f'<rect x="{a:.1f}" y="{y:g}" width="{b - a:.1f}" height="14" fill="{colour}"/>',
        _text(b + 6, y + 12, name),
    ]


def _verdicts(bits: list[tuple[float, float]]) -> list[str]:
    drawn = []
    for k, ((name, colour, *_), (time, place)) in enumerate(zip(_TRACKS, bits, strict=True)):
        y = _TOP + _CURVE + 130 + 56 * k
        middle, scale = _EDGE + 330.0, 40.0
        total = time + place
        left, width = min(middle, middle + total * scale), abs(total) * scale
        words = f"{name}: time {time:+.1f}, place {place:+.1f}, together {total:+.1f} bits"
        drawn += [
            _text(_EDGE, y, words.replace("-", "−")),
            f'<rect x="{left:.1f}" y="{y + 8:g}" width="{width:.1f}" height="14" fill="{colour}"/>',
            f'<line x1="{middle:g}" x2="{middle:g}" y1="{y + 4:g}" y2="{y + 26:g}" '
            'stroke="#0b0c0c"/>',
        ]
    return [*drawn, _text(_EDGE + 330, _HEIGHT - 16, "0: no better than one at random", "middle")]


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{words}</text>'
