"""Building the demonstration force on disk: a gazetteer, a catalogue and the scenes' footage.

It writes files and nothing else. They enter the portal by the doors a real force's files use.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TextIO

from portal.demo.city import City, draw_city
from portal.demo.footage.filming import film
from portal.demo.footage.overlay import Stamp
from portal.demo.patrol import RECORDINGS, as_json, recordings
from portal.demo.scenes import Scene, scenes

Progress = Callable[[str, int, int], None]
"""Told what is being made, how much of it is done, and how much there is in all."""


@dataclass(frozen=True)
class Built:
    """Where everything is. `recordings.ndjson` names media relative to `footage_folder`."""

    gazetteer: Path
    recordings: Path
    footage_folder: Path
    scenes: tuple[Scene, ...]


def silent(step: str, done: int, total: int) -> None:
    """Progress for nobody."""


def build_city(
    folder: Path,
    *,
    seed: int,
    now: datetime,
    footage_folder: Path | None = None,
    wanted: int = RECORDINGS,
    workers: int = 2,
    progress: Progress = silent,
) -> Built:
    """Write `gazetteer.ndjson`, `recordings.ndjson` and the footage; the same inputs, the same.

    `now` is aware. Footage goes to `footage_folder`, or to `footage` in the folder. Building
    again replaces what is there. Raises SamplesMissing when the demo extra is not installed.
    """
    footage = footage_folder or folder / "footage"
    city, told = draw_city(seed), scenes(now)
    built = Built(folder / "gazetteer.ndjson", folder / "recordings.ndjson", footage, tuple(told))
    folder.mkdir(parents=True, exist_ok=True)
    write_gazetteer(built.gazetteer, city)
    hashes = film_scenes(footage, told, workers=workers, progress=progress)
    progress("recordings", 0, wanted)
    write_recordings(built.recordings, city, seed=seed, now=now, filmed=hashes, wanted=wanted)
    progress("recordings", wanted, wanted)
    return built


def write_gazetteer(path: Path, city: City) -> None:
    """Write one place a line."""
    with _whole(path) as file:
        for place in city.places:
            file.write(json.dumps(place.as_line(), ensure_ascii=False) + "\n")


def write_recordings(
    path: Path,
    city: City,
    *,
    seed: int,
    now: datetime,
    filmed: dict[Scene, str | None],
    wanted: int = RECORDINGS,
) -> None:
    """Write one recording a line, in the import format."""
    with _whole(path) as file:
        for line in recordings(city, seed=seed, now=now, filmed=filmed, wanted=wanted):
            file.write(as_json(line) + "\n")


def film_scenes(
    footage_folder: Path, told: list[Scene], *, workers: int = 2, progress: Progress = silent
) -> dict[Scene, str | None]:
    """Film every scene below the folder, `workers` at a time; gives each file's SHA-256."""
    progress("footage", 0, len(told))
    hashes: dict[Scene, str | None] = {}
    # Fresh processes: a fork of one that has threads could stand still for ever.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        # The longest first, so that no core ends up waiting for a late long one.
        longest = sorted(told, key=lambda scene: -scene.shot.seconds)
        jobs = {pool.submit(partial(film_scene, footage_folder), s): s for s in longest}
        for job in as_completed(jobs):
            hashes[jobs[job]] = job.result()
            progress("footage", len(hashes), len(told))
    return {scene: hashes[scene] for scene in told}


def film_scene(footage_folder: Path, scene: Scene) -> str:
    """Film one scene to its place below the folder; gives the SHA-256 of the file."""
    path = footage_folder / scene.media
    film(scene.shot, path, stamp=Stamp(scene.started_at, scene.camera, scene.officer))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that appears at `path` only once everything is written."""
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        yield file
    unfinished.replace(path)
