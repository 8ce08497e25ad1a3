"""Making one recording's video file: H.264 pictures and AAC sound in an MP4 ready to stream."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from portal.demo.city import chance
from portal.demo.footage.driver import face_of_driver
from portal.demo.footage.figures import Box, Figure
from portal.demo.footage.overlay import Stamp, burn
from portal.demo.footage.samples import Ground, Pixels, ground
from portal.demo.footage.sound import RATE, Samples, Sound, conversation
from portal.demo.scenes import Shot

FPS = 25
_AAC_FRAME = 1024


@dataclass(frozen=True)
class Face:
    """One person's face: `[frame, left, top, width, height]` for every frame that shows it."""

    person: str
    boxes: tuple[tuple[int, int, int, int, int], ...]


@dataclass(frozen=True)
class Truth:
    """What is truly in a film, for whoever must hide it: faces, and when somebody speaks."""

    width: int
    height: int
    fps: int
    frames: int
    faces: tuple[Face, ...]
    spoken: tuple[tuple[float, float], ...]


def film(
    shot: Shot,
    path: Path,
    *,
    stamp: Stamp,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Truth:
    """Film the shot to `path` and write `<name>.faces.json` beside it; returns the same truth.

    The same shot and stamp give the same bytes with the same library. `progress` is told frames
    done and in all, once a second of film. The file appears only when it is whole.
    """
    sound = conversation(
        shot.seconds,
        silent_seconds=shot.silent_seconds,
        voice=shot.voice,
        seed=chance("sound", stamp.camera, shot.seconds).getrandbits(32),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.mp4")
    stage = _Stage(shot, stamp)
    with _container(unfinished, stamp) as container:
        _encode(container, stage, sound, progress)
    truth = Truth(*shot.size, FPS, shot.seconds * FPS, stage.faces(), sound.spoken)
    text = json.dumps(asdict(truth), separators=(",", ":"))
    path.with_suffix(".faces.json").write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)
    return truth


class _Stage:
    """Composes the shot's pictures one after another and remembers where the faces were."""

    def __init__(self, shot: Shot, stamp: Stamp) -> None:
        self._shot, self._stamp, self.size = shot, stamp, shot.size
        self._ground: Ground = ground(shot.background, shot.size, night=shot.night)
        people = [(f"person {walk.look}", Figure(walk, night=shot.night)) for walk in shot.walks]
        self._people = sorted(people, key=lambda named: named[1].nearness)
        self._boxes: dict[str, list[tuple[int, int, int, int, int]]] = {}

    def picture(self, number: int) -> Pixels:
        """The picture of that frame."""
        sway = _sway(number / FPS, self.size)
        picture = self._backdrop(number, sway)
        if self._shot.background == "car":
            index = self._ground.index(number)
            self._seen("driver", number, face_of_driver(index, self.size, sway))
        for name, figure in self._people:
            self._seen(name, number, figure.draw(picture, number / FPS, sway))
        at = self._stamp.started_at + timedelta(seconds=number // FPS)
        burn(picture, self._stamp, at, sound=number >= self._shot.silent_seconds * FPS)
        return picture

    def faces(self) -> tuple[Face, ...]:
        """Every face drawn so far."""
        return tuple(Face(name, tuple(boxes)) for name, boxes in sorted(self._boxes.items()))

    def _seen(self, name: str, number: int, box: Box | None) -> None:
        if box is not None:
            self._boxes.setdefault(name, []).append((number, *box))

    def _backdrop(self, number: int, sway: tuple[int, int]) -> Pixels:
        whole = self._ground.at(number)
        wide, high = self.size
        left = (whole.shape[1] - wide) // 2 - sway[0]
        top = (whole.shape[0] - high) // 2 - sway[1]
        return whole[top : top + high, left : left + wide].copy()


def _sway(second: float, size: tuple[int, int]) -> tuple[int, int]:
    """A breathing, shifting chest: what is seen moves by up to 3 in 100 of the picture."""
    x = 0.018 * math.sin(second * 0.9) + 0.010 * math.sin(second * 2.3 + 1)
    y = 0.014 * math.sin(second * 1.4 + 2) + 0.010 * math.sin(second * 3.1)
    return (round(x * size[0]), round(y * size[1]))


def _container(path: Path, stamp: Stamp) -> OutputContainer:
    # "bitexact" keeps library versions and the time of making out of the file.
    container = av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"})
    container.metadata["title"] = f"{stamp.camera} {stamp.officer}"
    container.metadata["creation_time"] = f"{stamp.started_at:%Y-%m-%dT%H:%M:%SZ}"
    return container


def _encode(
    container: OutputContainer, stage: _Stage, sound: Sound, progress: Callable[[int, int], None]
) -> None:
    video, audio = _video_stream(container, stage), _audio_stream(container)
    heard = _audio_frames(sound.samples)
    total = len(sound.samples) * FPS // RATE
    for number in range(total):
        frame = av.VideoFrame.from_ndarray(stage.picture(number), format="rgb24")
        frame.pts = number
        container.mux(video.encode(frame))
        if (number + 1) % FPS == 0:
            # Sound is laid down beside its pictures, so that a player need not look ahead.
            _until(container, audio, heard, (number + 1) * RATE // FPS)
            progress(number + 1, total)
    for last in heard:
        container.mux(audio.encode(last))
    container.mux(video.encode(None))
    container.mux(audio.encode(None))


def _video_stream(container: OutputContainer, stage: _Stage) -> VideoStream:
    # One thread: with more, the bytes would depend on the machine.
    options = {"preset": "superfast", "crf": "28", "threads": "1", "g": str(2 * FPS)}
    stream = container.add_stream("libx264", rate=FPS, options=options)
    stream.width, stream.height = stage.size
    stream.pix_fmt = "yuv420p"
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = 64_000
    return stream


def _audio_frames(samples: Samples) -> Iterator[av.AudioFrame]:
    for begin in range(0, len(samples), _AAC_FRAME):
        part = np.ascontiguousarray(samples[None, begin : begin + _AAC_FRAME])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, begin
        yield frame


def _until(
    container: OutputContainer, audio: AudioStream, heard: Iterator[av.AudioFrame], sample: int
) -> None:
    for frame in heard:
        container.mux(audio.encode(frame))
        if frame.pts is not None and frame.pts + _AAC_FRAME >= sample:
            return
