"""Where the driver's face is in the sample clip of a man in a car, marked by hand."""

import numpy as np

from portal.demo.footage.figures import Box
from portal.demo.footage.samples import MARGIN, window

_SHAPE = (176, 144)
# Frame of the clip; left, top, right, bottom of the face, ear to ear and hairline to chin.
_MARKS = (
    (0, 65, 38, 115, 104), (10, 60, 38, 111, 104), (20, 63, 37, 115, 104), (30, 57, 39, 110, 105),
    (40, 50, 39, 104, 106), (50, 52, 38, 105, 104), (60, 50, 31, 107, 104), (70, 47, 31, 107, 103),
    (80, 37, 29, 96, 100), (90, 30, 33, 91, 100), (100, 35, 33, 91, 99), (110, 35, 35, 96, 99),
    (119, 35, 33, 98, 101),
)  # fmt: skip


def face_of_driver(loop_index: int, size: tuple[int, int], sway: tuple[int, int]) -> Box:
    """The box of his face in a picture of `size`, for that frame of the back-and-forth loop."""
    frames = np.array([mark[0] for mark in _MARKS])
    number = min(loop_index, 2 * frames[-1] - loop_index)
    left, top, right, bottom = (
        float(np.interp(number, frames, [mark[k] for mark in _MARKS])) for k in (1, 2, 3, 4)
    )
    larger = (round(size[0] * MARGIN / 2) * 2, round(size[1] * MARGIN / 2) * 2)
    at_x, at_y, scale = window(larger, _SHAPE)
    x = at_x + left * scale - (larger[0] - size[0]) / 2 + sway[0]
    y = at_y + top * scale - (larger[1] - size[1]) / 2 + sway[1]
    return (round(x), round(y), round((right - left) * scale), round((bottom - top) * scale))
