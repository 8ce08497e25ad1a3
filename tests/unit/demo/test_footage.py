import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from portal.demo.build import film_scene, film_scenes
from portal.demo.footage.figures import portrait
from portal.demo.footage.filming import FPS, Truth, film
from portal.demo.footage.overlay import Stamp
from portal.demo.footage.samples import SamplesMissing, sample
from portal.demo.footage.sound import RATE, conversation
from portal.demo.scenes import Shot, Walk, scenes

NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
STAMP = Stamp(datetime(2026, 7, 1, 19, 10, tzinfo=UTC), "BWC-00917", "L1234")
WALK = Walk(look=0, steps=((0, 0.30, 0.45, 0.22), (2, 0.55, 0.45, 0.26)))
SHOT = Shot("wall", 2, (WALK,), size=(640, 360))
# Where the face is in the figure's portrait.
FACE_IN_PORTRAIT = (97, 72, 191, 182)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    path = tmp_path_factory.mktemp("film") / "a" / "clip.mp4"
    return path, film(SHOT, path, stamp=STAMP)


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [f.to_ndarray(format="rgb24").astype(np.uint8) for f in container.decode(video=0)]


def heard(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])


def likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson correlation of two pictures of the same shape."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def alike(
    picture: NDArray[np.uint8], box: list[int], known: Image.Image, *, across: int = 0
) -> float:
    """How like the known face the picture is in the box, moved so many pixels to the right."""
    left, top, wide, high = box
    shown = grey(picture[top : top + high, left + across : left + across + wide])
    # The corners of the box show what is behind the head, so only its middle is compared.
    edge = high // 6
    expected = grey(np.asarray(known.resize((wide, high))))
    return likeness(shown[edge:-edge, edge:-edge], expected[edge:-edge, edge:-edge])


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float64)


def test_a_film_is_h264_and_mono_aac_at_25_pictures_a_second(
    filmed: tuple[Path, Truth],
) -> None:
    with av.open(str(filmed[0])) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.codec_context.name == "h264"
        assert (video.width, video.height) == (640, 360)
        assert video.average_rate is not None
        assert float(video.average_rate) == FPS
        assert video.codec_context.pix_fmt == "yuv420p"
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", RATE, 1)
    assert len(pictures(filmed[0])) == 50
    assert abs(len(heard(filmed[0])) / RATE - 2) < 0.05


def test_the_index_comes_first_so_that_playing_starts_at_once(
    filmed: tuple[Path, Truth],
) -> None:
    content = filmed[0].read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_nothing_unfinished_is_left_behind(filmed: tuple[Path, Truth]) -> None:
    assert sorted(p.name for p in filmed[0].parent.iterdir()) == ["clip.faces.json", "clip.mp4"]


def test_the_clock_is_burned_in_and_ticks(filmed: tuple[Path, Truth]) -> None:
    seen = pictures(filmed[0])
    corner = [grey(picture)[:50, 440:] for picture in seen]
    assert (corner[0] > 200).mean() > 0.02
    # Sharp white letters on a darkened plate, which the wall without them is not.
    assert corner[0].std() > 30
    first_second = np.abs(corner[1] - corner[24]).mean()
    across_seconds = np.abs(corner[24][:34] - corner[25][:34]).max()
    assert across_seconds > 100 > first_second


def test_the_face_is_where_the_truth_says(filmed: tuple[Path, Truth]) -> None:
    path, truth = filmed
    (face,) = truth.faces
    known = portrait(WALK.look).convert("RGB").crop(FACE_IN_PORTRAIT)
    seen = pictures(path)
    assert [box[0] for box in face.boxes] == list(range(50))
    for number, *box in face.boxes[::7]:
        there = alike(seen[number], box, known)
        assert there > 0.93, number
        assert there > alike(seen[number], box, known, across=6), number
        assert there > alike(seen[number], box, known, across=-6), number
        assert alike(seen[number], box, known, across=box[2]) < 0.6, number


def test_the_person_moves_and_comes_nearer(filmed: tuple[Path, Truth]) -> None:
    boxes = filmed[1].faces[0].boxes
    assert boxes[-1][1] - boxes[0][1] > 100
    assert boxes[-1][4] > boxes[0][4] > 60


def test_the_truth_is_written_beside_the_film(filmed: tuple[Path, Truth]) -> None:
    path, truth = filmed
    written = json.loads(path.with_suffix(".faces.json").read_text(encoding="utf-8"))
    assert (written["width"], written["height"], written["frames"]) == (640, 360, 50)
    assert written["faces"][0]["boxes"][3] == list(truth.faces[0].boxes[3])


def test_the_same_shot_gives_the_same_bytes(filmed: tuple[Path, Truth], tmp_path: Path) -> None:
    again = tmp_path / "again.mp4"
    film(SHOT, again, stamp=STAMP)
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (filmed[0], again)}
    assert len(digests) == 1


def test_the_drivers_face_is_marked_in_the_car(tmp_path: Path) -> None:
    path = tmp_path / "car.mp4"
    truth = film(Shot("car", 1, (), size=(640, 360)), path, stamp=STAMP)
    (driver,) = truth.faces
    _, left, top, wide, high = driver.boxes[0]
    picture = pictures(path)[0].astype(float)
    face = picture[top + high // 4 : top + high, left + wide // 4 : left + 3 * wide // 4]
    # Skin: clearly more red than blue, which the grey and blue of the car is not.
    assert (face[:, :, 0] - face[:, :, 2]).mean() > 25
    beside = picture[top : top + high, left - wide : left - wide // 4]
    assert (beside[:, :, 0] - beside[:, :, 2]).mean() < 10


def test_the_buffer_before_recording_has_pictures_but_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "buffer.mp4"
    film(replace(SHOT, seconds=4, silent_seconds=2), path, stamp=STAMP)
    samples = heard(path)
    # The encoder smears a frame or two around the edge.
    assert np.abs(samples[: int(1.9 * RATE)]).max() < 1e-4
    assert np.abs(samples[int(2.1 * RATE) :]).max() > 0.1
    assert len(pictures(path)) == 100


def test_speech_is_loud_where_the_truth_says_and_quiet_between() -> None:
    sound = conversation(20, silent_seconds=0, voice=120, seed=3)
    assert 3 <= len(sound.spoken) <= 15
    loudness = [
        float(np.sqrt(np.mean(sound.samples[round(a * RATE) : round(b * RATE)] ** 2)))
        for a, b in sound.spoken
    ]
    gaps = [
        float(np.sqrt(np.mean(sound.samples[round(a[1] * RATE) : round(b[0] * RATE)] ** 2)))
        for a, b in zip(sound.spoken, sound.spoken[1:], strict=False)
    ]
    assert min(loudness) > 3 * max(gaps)


def test_a_scene_is_filmed_to_its_media_path_and_hashed(tmp_path: Path) -> None:
    scene = scenes(NOW)[0]
    short = replace(scene, shot=replace(SHOT, seconds=1))
    digest = film_scene(tmp_path, short)
    assert hashlib.sha256((tmp_path / scene.media).read_bytes()).hexdigest() == digest


def test_scenes_are_filmed_side_by_side_to_the_same_bytes_as_alone(tmp_path: Path) -> None:
    short = [replace(s, shot=replace(SHOT, seconds=1, walks=())) for s in scenes(NOW)[:2]]
    told: list[tuple[str, int, int]] = []
    hashes = film_scenes(
        tmp_path / "both", short, workers=2, progress=lambda *step: told.append(step)
    )
    assert hashes == {scene: film_scene(tmp_path / "alone", scene) for scene in short}
    assert told == [("footage", 0, 2), ("footage", 1, 2), ("footage", 2, 2)]


def test_progress_is_told_every_second_of_film(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    film(SHOT, tmp_path / "p.mp4", stamp=STAMP, progress=lambda *step: told.append(step))
    assert told == [(25, 50), (50, 50)]


def test_a_missing_sample_package_is_named() -> None:
    with pytest.raises(SamplesMissing, match="no_such_package is not installed"):
        sample("no_such_package", "data/x.mp4")
