"""People who walk through a shot: a real face on a drawn body, so that we know where faces are."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from portal.demo.footage.samples import Pixels, dimmed, sample
from portal.demo.scenes import Walk

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels, within the picture."""

# In the photograph: what is cut out, and the head's outline (hair, face, neck) within it.
_CUT = (150, 10, 305, 195)
_HEAD = (
    (3, 60), (13, 40), (40, 20), (78, 6), (110, 13), (137, 33), (150, 63), (147, 90), (130, 113),
    (128, 123), (118, 128), (107, 157), (103, 177), (83, 181), (57, 177), (37, 167), (33, 140),
    (28, 122), (20, 107), (7, 87),
)  # fmt: skip
_CANVAS = (284, 900)
_HEAD_AT = (69, 10)
# The face, ear to ear and hairline to chin, on the canvas.
_FACE = (97, 72, 94, 110)
_TONES = ((1.0, 1.0, 1.0), (0.72, 0.60, 0.52), (0.93, 0.86, 0.78), (0.52, 0.42, 0.37))
_CLOTHES = (
    (38, 46, 66), (92, 40, 44), (44, 66, 52), (70, 70, 74), (120, 104, 72), (28, 28, 32),
    (60, 84, 120),
)  # fmt: skip


@dataclass(frozen=True)
class _Sprite:
    """A figure at one size: colour already times its opacity, and what shows through."""

    colour: NDArray[np.uint16]
    through: NDArray[np.uint16]
    face: tuple[float, float, float, float]


class Figure:
    """One person of a shot."""

    def __init__(self, walk: Walk, *, night: bool) -> None:
        self._walk = walk
        self._night = night
        self._sprites: dict[int, _Sprite] = {}

    @property
    def nearness(self) -> float:
        """How large the person gets: the nearer walk in front of the farther."""
        return max(size for *_, size in self._walk.steps)

    def draw(self, picture: Pixels, second: float, sway: tuple[int, int]) -> Box | None:
        """Paint the person into the picture; the box of the face, or None if it is out of it."""
        where = self._where(second)
        if where is None:
            return None
        x, y, size = where
        high, wide = picture.shape[:2]
        sprite = self._sprite(round(size * high))
        left, top, face_wide, face_high = sprite.face
        at = (
            round(x * wide - left - face_wide / 2) + sway[0],
            round(y * high - top - face_high / 2) + sway[1],
        )
        _paint(picture, sprite, at)
        return _clipped((at[0] + left, at[1] + top, face_wide, face_high), wide, high)

    def _where(self, second: float) -> tuple[float, float, float] | None:
        times, xs, ys, sizes = zip(*self._walk.steps, strict=True)
        if not times[0] <= second <= times[-1]:
            return None
        # Two bobs a second is a walking pace; the phase differs from person to person.
        bob = 0.004 * np.sin(second * 2 * np.pi * 1.9 + self._walk.look)
        return (
            float(np.interp(second, times, xs)),
            float(np.interp(second, times, ys) + bob),
            float(np.interp(second, times, sizes)),
        )

    def _sprite(self, face_height: int) -> _Sprite:
        if face_height not in self._sprites:
            person = portrait(self._walk.look)
            self._sprites[face_height] = _scaled(person, face_height, night=self._night)
        return self._sprites[face_height]


@cache
def portrait(look: int) -> Image.Image:
    """The whole figure, transparent around it, at the photograph's own size."""
    body = _body(_CLOTHES[look % len(_CLOTHES)])
    head = _head(_TONES[look % len(_TONES)])
    body.alpha_composite(head, _HEAD_AT)
    return body


@cache
def _head(tone: tuple[float, float, float]) -> Image.Image:
    with Image.open(sample("skimage", "data/astronaut.png")) as photograph:
        head = photograph.convert("RGB").crop(_CUT)
    toned = Image.fromarray((np.asarray(head) * np.array(tone)).astype(np.uint8))
    mask = Image.new("L", toned.size, 0)
    ImageDraw.Draw(mask).polygon(_HEAD, fill=255)
    toned.putalpha(mask.filter(ImageFilter.GaussianBlur(1.6)))
    return toned


def _body(colour: tuple[int, int, int]) -> Image.Image:
    """A jacket and trousers, lit from one side."""
    body = Image.new("RGBA", _CANVAS, (0, 0, 0, 0))
    pen = ImageDraw.Draw(body)
    dark = tuple(c * 6 // 10 for c in colour)
    pen.rounded_rectangle((54, 520, 139, 899), 20, fill=(*dark, 255))
    pen.rounded_rectangle((144, 520, 230, 899), 20, fill=(*dark, 255))
    for arm in ((4, 218, 74, 560), (210, 218, 280, 560)):
        pen.rounded_rectangle(arm, 34, fill=(*(c * 8 // 10 for c in colour), 255))
    jacket = ((102, 176), (26, 214), (22, 260), (46, 590), (238, 590), (262, 260), (258, 214),
              (182, 176))  # fmt: skip
    pen.polygon(jacket, fill=(*colour, 255))
    pen.ellipse((94, 160, 190, 212), fill=(*(c * 7 // 10 for c in colour), 255))
    pen.line((142, 212, 142, 590), fill=(*dark, 255), width=3)
    soft = np.asarray(body.filter(ImageFilter.GaussianBlur(1.2))).astype(np.float32)
    soft[:, :, :3] *= np.linspace(1.25, 0.7, _CANVAS[0])[None, :, None]
    return Image.fromarray(soft.clip(0, 255).astype(np.uint8))


def _scaled(person: Image.Image, face_height: int, *, night: bool) -> _Sprite:
    scale = max(face_height, 4) / _FACE[3]
    size = (round(person.width * scale), round(person.height * scale))
    whole = np.asarray(person.resize(size, Image.Resampling.BILINEAR))
    colour = dimmed(whole[:, :, :3]) if night else whole[:, :, :3]
    opacity = whole[:, :, 3:].astype(np.uint16)
    left, top, wide, high = (side * scale for side in _FACE)
    return _Sprite(colour.astype(np.uint16) * opacity, 255 - opacity, (left, top, wide, high))


def _paint(picture: Pixels, sprite: _Sprite, at: tuple[int, int]) -> None:
    high, wide = picture.shape[:2]
    left, top = max(at[0], 0), max(at[1], 0)
    right = min(at[0] + sprite.colour.shape[1], wide)
    bottom = min(at[1] + sprite.colour.shape[0], high)
    if left >= right or top >= bottom:
        return
    part = np.s_[top - at[1] : bottom - at[1], left - at[0] : right - at[0]]
    under = picture[top:bottom, left:right]
    under[:] = (under * sprite.through[part] + sprite.colour[part]) // 255


def _clipped(box: tuple[float, float, float, float], wide: int, high: int) -> Box | None:
    left, top = max(round(box[0]), 0), max(round(box[1]), 0)
    right, bottom = min(round(box[0] + box[2]), wide), min(round(box[1] + box[3]), high)
    if right - left < 4 or bottom - top < 4:
        return None
    return (left, top, right - left, bottom - top)
