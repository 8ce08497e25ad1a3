"""What a body camera burns into its picture: the clock, the camera and the officer."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from portal.dates import LONDON
from portal.demo.footage.samples import Pixels


@dataclass(frozen=True)
class Stamp:
    """Whose recording it is and when it began (UTC)."""

    started_at: datetime
    camera: str
    officer: str


def burn(picture: Pixels, stamp: Stamp, at: datetime, *, sound: bool) -> None:
    """Write the stamp for the instant `at` (UTC) into the picture's top right corner."""
    plate = _plate(_words(stamp, at, sound=sound), picture.shape[0])
    left = picture.shape[1] - plate.shape[1]
    corner = picture[: plate.shape[0], left:]
    corner[:] = np.maximum(plate, corner // 2)


def _words(stamp: Stamp, at: datetime, *, sound: bool) -> tuple[str, ...]:
    local = at.astimezone(LONDON)
    last = f"{stamp.camera}   {stamp.officer}" + ("" if sound else "   NO SOUND")
    return (f"{at:%Y-%m-%d   %H:%M:%S} UTC", f"{local:%H:%M:%S} local ({local:%Z})", last)


# The clock changes once a second, so the same plate serves 25 frames.
@lru_cache(maxsize=4)
def _plate(words: tuple[str, ...], height: int) -> Pixels:
    size = max(height // 26, 9)
    font = ImageFont.load_default(size)
    plate = Image.new("RGB", (round(size * 18), round(size * 1.35 * len(words)) + size // 2), 0)
    pen = ImageDraw.Draw(plate)
    for row, text in enumerate(words):
        place = (plate.width - size // 2, size // 4 + row * size * 1.35)
        pen.text(place, text, font=font, fill=(255, 255, 255), anchor="ra")
    return np.asarray(plate)
