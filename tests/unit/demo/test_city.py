import hashlib
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from portal.dates import LONDON
from portal.demo.build import write_gazetteer, write_recordings
from portal.demo.city import SCENE_STREETS, Area, areas, draw_city, metres_between
from portal.demo.patrol import DAYS, Line, officers, recordings
from portal.demo.scenes import scenes

NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
KEYS = {
    "id", "camera", "officer", "started_at", "ended_at", "area", "track", "category", "matter",
    "incident", "media", "sha256",
}  # fmt: skip


def catalogue(*, seed: int = 7, now: datetime = NOW, wanted: int = 1200) -> list[Line]:
    filmed = dict.fromkeys(scenes(now))
    return recordings(draw_city(seed), seed=seed, now=now, filmed=filmed, wanted=wanted)


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return catalogue()


def file_hash(folder: Path, *, seed: int, now: datetime) -> str:
    path = folder / "recordings.ndjson"
    filmed = dict.fromkeys(scenes(now))
    write_recordings(path, draw_city(seed), seed=seed, now=now, filmed=filmed, wanted=300)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def instant(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def area_of(name: str) -> Area:
    return next(area for area in areas() if area.name == name)


def test_there_are_32_boroughs_of_ours_and_one_area_of_another_force() -> None:
    others = [area for area in areas() if area.other_force]
    assert len(areas()) == 33
    assert [area.name for area in others] == ["City of London"]


def test_every_outline_holds_its_own_centre_and_no_other_outline_does() -> None:
    for area in areas():
        assert [other.name for other in areas() if other.contains(area.centre)] == [area.name]


def test_outlines_do_not_overlap() -> None:
    # Convex rings overlap only if some inner point of one lies within the other.
    for area in areas():
        inner = [
            (c + 0.98 * (lat - c), d + 0.98 * (lon - d))
            for (c, d) in [area.centre]
            for lat, lon in area.polygon
        ]
        for other in areas():
            if other.name != area.name:
                assert not any(map(other.contains, inner)), (area.name, other.name)


def test_the_square_mile_is_about_a_square_mile() -> None:
    ring = area_of("City of London").polygon
    doubled = sum(
        (a[1] * b[0] - b[1] * a[0]) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
    )
    square_km = abs(doubled) / 2 * 111.24 * 69.2
    assert 2.5 < square_km < 3.3


def test_every_area_has_streets_a_station_a_park_and_postcodes() -> None:
    city = draw_city(7)
    for area in areas():
        kinds = Counter(place.kind for place in city.places if place.borough == area.name)
        assert kinds["borough"] == 1
        assert 24 <= kinds["street"] <= 26
        assert kinds["postcode"] == 13
        assert 2 <= kinds["station"] + kinds["place"] <= 4


def test_every_place_lies_in_its_area() -> None:
    for place in draw_city(7).places:
        area = area_of(place.borough)
        assert place.point is not None
        assert area.contains(place.point), place.name
        assert all(map(area.contains, place.line or ())), place.name


def test_no_two_streets_of_a_borough_share_a_name_and_some_boroughs_do() -> None:
    streets = [(p.borough, p.name) for p in draw_city(7).places if p.kind == "street"]
    assert len(set(streets)) == len(streets)
    assert max(Counter(name for _, name in streets).values()) >= 5


def test_postcodes_are_unique_and_of_no_real_area() -> None:
    codes = [p.name for p in draw_city(7).places if p.kind == "postcode"]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("ZZ") for code in codes)


def test_streets_of_scenes_are_in_every_city() -> None:
    for seed in (1, 2):
        names = {(p.borough, p.name): p.line for p in draw_city(seed).places if p.kind == "street"}
        for key in SCENE_STREETS:
            assert (
                names[key]
                == {(p.borough, p.name): p.line for p in draw_city(7).places if p.kind == "street"}[
                    key
                ]
            )


def test_the_gazetteer_is_one_place_a_line_in_the_agreed_shape(tmp_path: Path) -> None:
    write_gazetteer(tmp_path / "gazetteer.ndjson", draw_city(7))
    text = (tmp_path / "gazetteer.ndjson").read_text(encoding="utf-8")
    places = [json.loads(line) for line in text.splitlines()]
    assert len(places) == len(draw_city(7).places)
    for place in places:
        assert set(place) == {"name", "kind", "borough", "point", "line", "polygon"}
        assert place["kind"] in {"street", "place", "station", "postcode", "borough"}


def test_the_same_seed_and_now_give_the_same_bytes(tmp_path: Path) -> None:
    first = file_hash(tmp_path, seed=7, now=NOW)
    assert file_hash(tmp_path, seed=7, now=NOW) == first
    assert file_hash(tmp_path, seed=8, now=NOW) != first
    assert file_hash(tmp_path, seed=7, now=NOW + timedelta(days=1)) != first


def test_every_line_has_the_keys_and_types_of_the_import_format(lines: list[Line]) -> None:
    for line in lines:
        assert set(line) == KEYS
        assert isinstance(line["id"], str)
        assert isinstance(line["camera"], str)
        assert instant(line["ended_at"]) > instant(line["started_at"])
        assert line["category"] in {"evidential", "non_evidential"}
        assert all(len(fix) in (3, 4) for fix in line["track"])
    assert len({line["id"] for line in lines}) == len(lines)


def test_there_are_as_many_as_wanted_and_the_scenes(lines: list[Line]) -> None:
    assert len(lines) == 1200 + len(scenes(NOW))


def test_every_borough_of_ours_has_its_share_and_the_city_none(lines: list[Line]) -> None:
    counts = Counter(line["area"] for line in lines)
    ours = {area.name for area in areas() if not area.other_force}
    assert set(counts) - {None} == ours
    assert all(15 <= counts[name] <= 75 for name in ours)
    assert 0 < counts[None] < 80


def test_recordings_fall_in_the_last_45_days_and_lie_in_order(lines: list[Line]) -> None:
    begun = [instant(line["started_at"]) for line in lines]
    assert begun == sorted(begun)
    assert NOW - timedelta(days=DAYS) <= begun[0] < NOW - timedelta(days=DAYS - 2)
    assert max(instant(line["ended_at"]) for line in lines) <= NOW


def test_no_camera_makes_two_recordings_at_once(lines: list[Line]) -> None:
    by_camera: dict[str, list[Line]] = {}
    for line in lines:
        by_camera.setdefault(line["camera"], []).append(line)
    for made in by_camera.values():
        assert all(a["ended_at"] <= b["started_at"] for a, b in pairwise(made))


def test_half_the_recordings_last_less_than_about_12_minutes(lines: list[Line]) -> None:
    lengths = sorted(instant(x["ended_at"]) - instant(x["started_at"]) for x in lines)
    assert timedelta(minutes=10) < lengths[len(lengths) // 2] < timedelta(minutes=14)


def test_tracks_lie_in_time_and_place_where_their_recording_does(lines: list[Line]) -> None:
    for line in lines:
        times = [instant(fix[0]) for fix in line["track"]]
        assert times == sorted(set(times))
        assert all(instant(line["started_at"]) <= at <= instant(line["ended_at"]) for at in times)
        if line["area"]:
            area = area_of(line["area"])
            inside = [area.contains((fix[1], fix[2])) for fix in line["track"]]
            assert sum(inside) >= 0.9 * len(inside), line["id"]


def test_nobody_runs_faster_than_a_car(lines: list[Line]) -> None:
    for line in lines:
        for a, b in pairwise(line["track"]):
            seconds = (instant(b[0]) - instant(a[0])).total_seconds()
            assert metres_between((a[1], a[2]), (b[1], b[2])) < 15 * seconds + 30, line["id"]


def test_some_tracks_are_missing_some_have_gaps_and_some_lack_accuracy(
    lines: list[Line],
) -> None:
    gaps = [
        line
        for line in lines
        if any(
            instant(b[0]) - instant(a[0]) > timedelta(minutes=5) for a, b in pairwise(line["track"])
        )
    ]
    assert 30 < sum(not line["track"] for line in lines) < 120
    assert 30 < len(gaps) < 160
    assert {len(fix) for line in lines for fix in line["track"]} == {3, 4}


def test_only_evidential_recordings_name_a_matter(lines: list[Line]) -> None:
    with_matter = [line for line in lines if line["matter"]]
    assert len(with_matter) > 30
    assert {line["category"] for line in with_matter} == {"evidential"}
    assert any(x["category"] == "evidential" and not x["matter"] for x in lines)


def test_officers_wear_one_camera_each_and_numbers_are_theirs_alone() -> None:
    force = officers(draw_city(7), seed=7)
    assert len({o.number for o in force}) == len(force) == len({o.camera for o in force})
    assert not {o.camera for o in force} & {scene.camera for scene in scenes(NOW)}
    assert not {o.number for o in force} & {scene.officer for scene in scenes(NOW)}


def test_every_scene_is_in_the_catalogue_with_its_media(lines: list[Line]) -> None:
    by_id = {line["id"]: line for line in lines}
    for scene in scenes(NOW):
        line = by_id[scene.recording_id]
        assert line["media"] == scene.media
        assert line["matter"] == scene.matter
        assert instant(line["started_at"]) == scene.started_at
        assert instant(line["ended_at"]) == scene.ended_at
        assert all(metres_between(scene.point, (fix[1], fix[2])) < 15 for fix in line["track"])
    assert sum(line["media"] is not None for line in lines) == len(scenes(NOW))


@pytest.mark.parametrize("now", [NOW, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)])
def test_a_scene_is_so_many_london_days_ago_at_its_london_time(now: datetime) -> None:
    marlow = scenes(now)[0]
    local = marlow.started_at.astimezone(LONDON)
    today: date = now.astimezone(LONDON).date()
    assert local.date() == today - timedelta(days=6)
    assert (local.hour, local.minute) == (20, 10)
    assert marlow.ask.startswith("Marlow Street, Lambeth, ")
    assert marlow.ask.endswith("about 8:10pm")


def test_two_cameras_saw_the_same_stop() -> None:
    first, second = scenes(NOW)[:2]
    assert first.point == second.point
    assert first.camera != second.camera
    assert first.started_at < second.started_at < first.ended_at


def test_evidence_and_another_recording_share_place_and_time() -> None:
    told = {scene.name: scene for scene in scenes(NOW)}
    evidence, other = told["tanner-row-evidence"], told["tanner-row-bystander"]
    assert (evidence.matter, other.matter) == ("OP-HERON-0417", None)
    assert evidence.point == other.point
    assert evidence.started_at < other.started_at < evidence.ended_at


@pytest.mark.parametrize("hour", [0, 8, 23])
def test_one_scene_is_on_day_30_of_its_life(hour: int) -> None:
    now = NOW.replace(hour=hour)
    aged = {scene.name: scene for scene in scenes(now)}["copper-lane-day-30"]
    assert timedelta(days=29) < now - aged.started_at < timedelta(days=31)


def test_the_guide_names_every_scene_as_it_is() -> None:
    guide = (Path(__file__).parents[3] / "docs/demonstration.md").read_text(encoding="utf-8")
    rows = [row for row in guide.splitlines() if row.startswith("| ")]
    for scene in scenes(NOW):
        local = scene.started_at.astimezone(LONDON)
        clock = f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
        when = f"| {scene.days_ago} days ago, {clock} | {scene.place}, {scene.borough} |"
        row = next(row for row in rows if row.startswith(when))
        assert scene.officer in row
        assert scene.matter is None or scene.matter in row
