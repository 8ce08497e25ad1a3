"""GeoJSON: each feature is a recording, with its facts and the times of its positions among its
properties."""

from typing import Any, NoReturn

from portal.recordings.adapters.tracks import ends_of
from portal.recordings.importing import Chunk, Rejected
from portal.recordings.lines import KEYS, BadLine, ImportLine, json_value, recording_from

_FACTS = KEYS - {"track"}
_LINES = {"Point": 0, "LineString": 1, "MultiLineString": 2}


def read_geojson(content: bytes) -> Chunk:
    """The recordings of a file: a feature, or a collection of them. Features count from 1."""
    taken: list[tuple[int, ImportLine]] = []
    rejected: list[Rejected] = []
    try:
        features = _features(json_value(content))
    except BadLine as fault:
        return Chunk(1, rejected=[Rejected(1, str(fault))])
    for number, feature in enumerate(features, 1):
        try:
            taken.append((number, recording_from(_told(feature))))
        except BadLine as fault:
            rejected.append(Rejected(number, f"feature {number}: {fault}"))
    return Chunk(len(features), taken, rejected)


def _refuse(message: str) -> NoReturn:
    raise BadLine(message)


def _features(held: Any) -> list[Any]:
    kind = held.get("type") if isinstance(held, dict) else None
    if kind == "Feature":
        return [held]
    features = held.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        _refuse("the file is not a GeoJSON feature or a collection of features")
    return features


def _told(feature: Any) -> dict[str, Any]:
    """The feature in the keys of our own format."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        _refuse("it is not a GeoJSON feature")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        _refuse("its properties must be an object")
    held = {key: value for key, value in properties.items() if key in _FACTS}
    held.setdefault("id", feature.get("id"))
    fixes = _fixes(feature.get("geometry"), properties)
    return {**ends_of(fixes), **held, "track": fixes}


def _fixes(geometry: Any, properties: dict[str, Any]) -> list[list[Any]]:
    if geometry is None:
        return []
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _LINES:
        _refuse("its geometry must be a Point, a LineString or a MultiLineString")
    depth = _LINES[kind]
    places = _flat(geometry.get("coordinates"), depth, "coordinates")
    times = _flat(_times(properties), depth, "times")
    if len(times) != len(places):
        _refuse(f"it has {len(places):,} positions and {len(times):,} times")
    accuracies = properties.get("accuracies")
    worst = [[]] * len(places) if accuracies is None else [
        [each] for each in _flat(accuracies, depth, "accuracies")
    ]  # fmt: skip
    if len(worst) != len(places):
        _refuse(f"it has {len(places):,} positions and {len(worst):,} accuracies")
    return [
        [at, *_position(place), *accuracy]
        for at, place, accuracy in zip(times, places, worst, strict=True)
    ]


def _times(properties: dict[str, Any]) -> Any:
    """Where the programs that write GeoJSON put the times of the positions."""
    beside = properties.get("coordinateProperties")
    if isinstance(beside, dict) and "times" in beside:
        return beside["times"]
    return properties.get("times", properties.get("coordTimes", properties.get("time")))


def _flat(value: Any, depth: int, name: str) -> list[Any]:
    """A value of that many lists in lists, as one list; of none, as a list of one."""
    if depth == 0:
        return [value]
    if not isinstance(value, list):
        _refuse(f"its {name} must be a list")
    if depth == 1:
        return value
    return [one for each in value for one in _flat(each, depth - 1, name)]


def _position(place: Any) -> list[Any]:
    """Latitude and longitude: GeoJSON has them the other way round."""
    if not isinstance(place, list) or len(place) < 2:
        _refuse("a position must be [longitude, latitude]")
    return [place[1], place[0]]
