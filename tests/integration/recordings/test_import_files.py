"""Whole files: every kind a force may have, gone on with after a kill, bad lines beside them."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.actors import COMMAND_LINE
from portal.db import Database
from portal.recordings.adapters import BadFile, BadMapping, import_any
from portal.recordings.importing import Chunk, FileLines, ImportReport, SideFile, import_file
from portal.recordings.importing.lines_of_files import json_chunks
from portal.recordings.models import Category, Footprint, Recording, Track, UnfinishedImport
from portal.recordings.projection import to_degrees
from portal.recordings.tracks import unpack
from tests.factories.catalogue import by_source_id, line, squares_of

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
NINE = datetime(2026, 11, 1, 21, tzinfo=UTC)
AXON = Path(__file__).parents[3] / "docs" / "examples" / "axon-evidence.toml"


def nothing(*_: Any) -> None:
    """No holds here."""


def take_in(
    database: Database,
    content: bytes | str,
    name: str,
    *,
    mapping: bytes | None = None,
    side_file: SideFile | None = None,
) -> ImportReport:
    raw = content.encode() if isinstance(content, str) else content
    return import_any(
        database,
        io.BytesIO(raw),
        name=name,
        format_=None,
        mapping=mapping,
        by=COMMAND_LINE,
        at=AT,
        flagged=nothing,
        side_file=side_file,
    )


def recording(session: Session, source_id: str) -> Recording:
    found = by_source_id(session, source_id)
    assert found is not None
    return found


def places(session: Session, source_id: str) -> list[tuple[int, float, float]]:
    """The fixes of a recording: seconds after its start, and where, to about ten metres."""
    track = session.get_one(Track, recording(session, source_id).id)
    points = unpack(track.points)
    lat, lon = to_degrees(points[:, 1] / 10, points[:, 2] / 10)
    return [
        (int(t) // 1000, round(float(a), 4), round(float(b), 4))
        for t, a, b in zip(points[:, 0], lat, lon, strict=True)
    ]


def reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(one.line_number, one.message) for one in report.rejected]


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# Going on after a kill


class Killed(BaseException):
    """What a power cut looks like from inside."""


def file_import(
    database: Database, path: Path, *, dies_after: int | None = None, size: int = 10
) -> ImportReport:
    """Import in small chunks, and die before the chunk with that number is written."""

    def reading(lines: FileLines) -> Iterator[Chunk]:
        for number, chunk in enumerate(json_chunks(lines, size=size, mark=lambda: lines.mark)):
            if dies_after is not None and number >= dies_after:
                raise Killed
            yield chunk

    with path.open("rb") as stream:
        return import_file(
            database,
            stream,
            reading,
            how="jsonl",
            by=COMMAND_LINE,
            at=AT,
            flagged=nothing,
            side_file=SideFile(Path(f"{path}.rejected")),
        )


def catalogue(path: Path, names: int = 45, **changed: Any) -> Path:
    lines = [line(f"R{n}", NINE + timedelta(minutes=n), **changed) for n in range(names)]
    lines[3] = "not JSON"
    lines[25] = '{"id": 7}'
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_killed_import_goes_on_where_it_stopped_and_ends_as_if_it_had_not(
    database: Database, tmp_path: Path
) -> None:
    path = catalogue(tmp_path / "all.jsonl")
    with pytest.raises(Killed):
        file_import(database, path, dies_after=3)
    assert count(database, Recording) == 28
    assert count(database, UnfinishedImport) == 1
    report = file_import(database, path)
    assert report.continued_after_line == 30
    assert (report.created, report.unchanged, report.rejected_count) == (43, 0, 2)
    said = Path(f"{path}.rejected").read_text().splitlines()
    assert [each.split(":")[0] for each in said] == ["line 4", "line 26"]
    assert count(database, UnfinishedImport) == 0
    again = file_import(database, path)
    assert (again.continued_after_line, again.unchanged) == (0, 43)


def test_bad_lines_after_the_last_batch_are_said_once(database: Database, tmp_path: Path) -> None:
    path = catalogue(tmp_path / "all.jsonl")
    with pytest.raises(Killed):
        file_import(database, path, dies_after=2)
    beside = Path(f"{path}.rejected")
    # Said, and not settled: the kill came between the side file and the database.
    beside.write_text(beside.read_text() + "line 26: id must be text, not 7\nline 2")
    file_import(database, path)
    assert [each.split(":")[0] for each in beside.read_text().splitlines()] == ["line 4", "line 26"]


def test_a_file_that_was_changed_since_is_taken_in_from_its_beginning(
    database: Database, tmp_path: Path
) -> None:
    path = catalogue(tmp_path / "all.jsonl")
    with pytest.raises(Killed):
        file_import(database, path, dies_after=3)
    # Its first 65,536 bytes decide whether it is looked for; all that was read, whether it fits.
    text = path.read_text()
    path.write_text(text.replace("BWC-1", "BWC-2"))
    report = file_import(database, path)
    assert report.continued_after_line == 0
    assert (report.created, report.updated) == (15, 28)


def test_a_file_changed_far_from_its_beginning_is_taken_in_anew_too(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = catalogue(tmp_path / "all.jsonl", 200)
    with pytest.raises(Killed):
        file_import(sqlite_database, path, dies_after=15)
    lines = path.read_text().splitlines()
    assert len("\n".join(lines[:140])) > 65_536
    lines[145] = line("R145", NINE, camera="BWC-9")
    path.write_text("\n".join(lines) + "\n")
    report = file_import(sqlite_database, path)
    assert report.continued_after_line == 0
    assert report.updated == 1


def test_a_file_that_has_grown_is_gone_on_with(sqlite_database: Database, tmp_path: Path) -> None:
    path = catalogue(tmp_path / "all.jsonl", 200)
    with pytest.raises(Killed):
        file_import(sqlite_database, path, dies_after=15)
    with path.open("a") as file:
        file.write(line("LATER", NINE) + "\n")
    report = file_import(sqlite_database, path)
    assert (report.continued_after_line, report.created) == (150, 199)


# What changes is changed everywhere


def test_a_corrected_time_and_track_move_the_footprint(database: Database) -> None:
    take_in(database, line("A", NINE) + "\n" + line("B", NINE), "a.jsonl")
    later = NINE + timedelta(hours=5)
    report = take_in(database, line("A", later, north=0.2), "a.jsonl")
    assert report.updated == 1
    take_in(database, line("C", later, north=0.2), "a.jsonl")
    with database.reading() as session:
        rows = {name: squares_of(session, recording(session, name).id) for name in "ABC"}
    assert rows["A"] == rows["C"]
    assert not rows["A"] & rows["B"]


def test_a_new_category_leaves_the_recording_where_it_was(database: Database) -> None:
    take_in(database, line("A", NINE), "a.jsonl")
    before = count(database, Footprint)
    take_in(database, line("A", NINE, category="evidential"), "a.jsonl")
    with database.reading() as session:
        assert recording(session, "A").category is Category.EVIDENTIAL
        assert len(places(session, "A")) == 11
    assert count(database, Footprint) == before


# CSV


OUR_CSV = (
    "id,camera,started_at,ended_at,category,track,area\r\n"
    "A,C1,2026-11-01T20:00:00Z,2026-11-01T20:10:00Z,evidential,"
    '"[[""2026-11-01T20:01:00Z"", 51.4623, -0.1145]]",Lambeth\r\n'
    "B,C1,2026-11-01T20:00:00Z,2026-11-01T20:10:00Z,non_evidential,,\r\n"
)


def test_csv_with_our_own_keys_needs_no_mapping(database: Database) -> None:
    report = take_in(database, "\ufeff" + OUR_CSV, "a.csv")
    assert (report.created, reasons(report)) == (2, [])
    with database.reading() as session:
        assert places(session, "A") == [(60, 51.4623, -0.1145)]
        assert recording(session, "A").area == "Lambeth"
        assert places(session, "B") == []


AXON_HEADER = (
    "Evidence UUID,ID,Title,Category,Owner Badge ID,Recorded On,Uploaded On,Duration,"
    "Device Serial Number,Evidence Type,Case ID,Latitude,Longitude\n"
)


def axon(*rows: str) -> str:
    return AXON_HEADER + "\n".join(rows) + "\n"


def test_an_axon_evidence_export_is_read_by_the_example(database: Database) -> None:
    export = axon(
        'u-1,CAD 5512,"A title, with a comma\nand a line",Non-Evidential,L1234,15/07/2026 21:00:00,'
        "16/07/2026 07:00:00,00:10:30,X60A1,Video,,51.4623,-0.1145",
        "u-2,CAD 5512,Photo,Arrest,L1234,15/07/2026 21:05:00,,,X60A1,Image,,,",
        "u-3,,,Training; Arrest,L1,01/12/2026 21:00:00,,1:00:00,X60A1,Video,CR/9,,",
        "u-4,,,Something New,L1,01/12/2026 21:00:00,,05:00,X60A1,Video,,,",
        "u-5,,,Arrest,L1,2026-12-01,,05:00,X60A1,Video,,,",
        "u-6,,,Arrest,L1,01/12/2026 21:00:00,,soon,X60A1,Video,,,",
        "u-7,,,Arrest,L1,01/12/2026 21:00:00,,05:00,X60A1,Video,,51.4,",
        "u-8,,,Arrest,L1",
    )
    report = take_in(database, export, "a.csv", mapping=AXON.read_bytes())
    assert report.created == 3
    assert [number for number, _ in reasons(report)] == [7, 8, 9, 10]
    told = " | ".join(message for _, message in reasons(report))
    for words in ("started_at must be a time such as", "duration must be", "longitude must be"):
        assert words in told
    assert "the line has 5 columns, and the header has 13" in told
    with database.reading() as session:
        first = recording(session, "u-1")
        # Summer time: nine in the evening in London was eight in UTC.
        assert first.started_at == datetime(2026, 7, 15, 20, tzinfo=UTC)
        assert first.ended_at - first.started_at == timedelta(minutes=10, seconds=30)
        assert (first.camera, first.shoulder_number) == ("X60A1", "L1234")
        assert (first.incident, first.category) == ("CAD 5512", Category.NON_EVIDENTIAL)
        assert places(session, "u-1") == [(0, 51.4623, -0.1145)]
        assert recording(session, "u-3").category is Category.EVIDENTIAL
        assert recording(session, "u-3").matter_reference == "CR/9"
        assert recording(session, "u-4").category is Category.EVIDENTIAL


def test_the_hour_that_comes_twice_is_covered_both_times_and_the_missing_one_refused(
    sqlite_database: Database,
) -> None:
    export = axon(
        "u-1,,,Arrest,L1,25/10/2026 01:30:00,,00:10:00,X,Video,,,",
        "u-2,,,Arrest,L1,29/03/2026 01:30:00,,00:10:00,X,Video,,,",
    )
    report = take_in(sqlite_database, export, "a.csv", mapping=AXON.read_bytes())
    assert [number for number, _ in reasons(report)] == [3]
    assert "the clocks leave out in March" in report.rejected[0].message
    with sqlite_database.reading() as session:
        found = recording(session, "u-1")
        assert found.started_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert found.ended_at == datetime(2026, 10, 25, 1, 40, tzinfo=UTC)


def test_csv_that_is_broken_is_refused_record_by_record(sqlite_database: Database) -> None:
    start, end = "2026-11-01T20:00:00Z", "2026-11-01T20:10:00Z"
    header = b"id,camera,started_at,ended_at,category\n"
    rows = [
        f"A,C,{start},{end},evidential".encode(),
        f"B,C,{end},{start},evidential".encode(),
        b"\xff,C,,,",
        f"N\0,C,{start},{end},evidential".encode(),
        b"L" * 10_000_000,
        b'"a"b,C,,,',
        f"Z,C,{start},{end},evidential".encode(),
        b'"never closed,',
    ]
    report = take_in(sqlite_database, header + b"\n".join(rows), "a.csv")
    assert report.created == 2
    assert [number for number, _ in reasons(report)] == [3, 4, 5, 6, 7, 9]
    told = [message for _, message in reasons(report)]
    assert told[0] == "ended_at must be after started_at"
    assert told[1] == "the line is not UTF-8"
    assert "cannot be printed" in told[2]
    assert "longer than 4,000,000" in told[3]
    assert "not CSV" in told[4]
    assert "opened and not closed" in told[5]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id,camera,started_at,ended_at", "no column 'category'"),
        ("id,camera,started_at,ended_at,category,Colour", "'Colour', which is not a key"),
        ("id,id,camera,started_at,ended_at,category", "more than one column 'id'"),
        ("", "no column 'id'"),
        ('"id', "header cannot be read"),
        (",".join("abc" for _ in range(1_001)), "more than 1,000 columns"),
    ],
)
def test_a_header_that_is_not_ours_stops_the_import(
    sqlite_database: Database, header: str, told: str
) -> None:
    with pytest.raises(BadFile, match=told):
        take_in(sqlite_database, header + "\n", "a.csv")


def test_a_mapped_column_that_is_missing_stops_the_import(sqlite_database: Database) -> None:
    export = axon().replace("Recorded On", "Recorded")
    with pytest.raises(BadFile, match="no column 'Recorded On'"):
        take_in(sqlite_database, export, "a.csv", mapping=AXON.read_bytes())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[only]", "[onyl]"), "'onyl' is not a key of the mapping"),
        (('camera = "', 'kamera = "'), r"'kamera' is not a key of \[columns\]"),
        (('camera = "Device Serial Number"', "camera = 7"), "camera in .columns. must be text"),
        (('id = "Evidence UUID"', ""), "must say which column is id"),
        (('duration = "Duration"', ""), "which column is ended_at, or which is duration"),
        (('latitude = "Latitude"', ""), "both latitude and longitude"),
        (("Europe/London", "Europe/Londn"), "zone must be the name of a time zone"),
        (("Europe/London", "../../etc/passwd"), "zone must be the name of a time zone"),
        (('zone = "Europe/London"', ""), "must say the zone"),
        (('duration = "hh:mm:ss"', 'duration = "days"'), "duration must be one of"),
        (('otherwise = "evidential"', 'otherwise = "maybe"'), "otherwise must be one of"),
        (('"Training"', '"Arrest"'), "has a word twice"),
        (('["Video"]', '"Video"'), "must be a list of texts"),
        (("[units]", "[units"), "not TOML"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_by_name(
    sqlite_database: Database, change: tuple[str, str], told: str
) -> None:
    text = AXON.read_text(encoding="utf-8")
    assert change[0] in text
    mapping = text.replace(*change, 1).encode()
    with pytest.raises(BadMapping, match=told):
        take_in(sqlite_database, axon(), "a.csv", mapping=mapping)


def test_a_mapping_belongs_to_csv(sqlite_database: Database) -> None:
    with pytest.raises(BadFile, match="for CSV"):
        take_in(sqlite_database, line("A", NINE), "a.jsonl", mapping=AXON.read_bytes())


# GPX


GPX = """<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:f="https://example.org/f">
 <metadata><extensions><f:officer>L1234</f:officer></extensions></metadata>
 <trk>
  <name>GPX-1</name><src>BWC-7</src><type>non_evidential</type>
  <extensions><f:incident>CAD 1</f:incident></extensions>
  <trkseg>
   <trkpt lat="51.4623" lon="-0.1145"><ele>4</ele><time>2026-11-01T20:00:00Z</time></trkpt>
   <trkpt lat="51.4630" lon="-0.1132"><time>2026-11-01T20:02:00Z</time>
    <extensions><f:accuracy>80</f:accuracy></extensions></trkpt>
  </trkseg>
 </trk>
 <trk><name>GPX-2</name><type>evidential</type></trk>
</gpx>"""


def test_each_track_of_a_gpx_file_is_a_recording(database: Database) -> None:
    report = take_in(database, GPX, "shift.gpx")
    assert (report.created, reasons(report)) == (1, [(13, "started_at is missing")])
    with database.reading() as session:
        found = recording(session, "GPX-1")
        assert (found.camera, found.shoulder_number, found.incident) == ("BWC-7", "L1234", "CAD 1")
        assert found.ended_at - found.started_at == timedelta(minutes=2)
        assert places(session, "GPX-1") == [(0, 51.4623, -0.1145), (120, 51.463, -0.1132)]
        assert session.get_one(Track, found.id).slack_dm == 800


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><gpx><trk><name>&i;</name></trk></gpx>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<gpx><trk><name>&x;</name></trk></gpx>"
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (GPX[:300], "not XML"),
        ("", "not XML"),
        (GPX.encode().replace(b"CAD 1", b"CAD \0"), "not XML"),
        ("<kml></kml>", "outermost element is not gpx"),
        ("<gpx></gpx>", "no track"),
        ("<gpx>" + "<a>" * 50, "nested too deeply"),
        (GPX.replace('lat="51.4623"', 'lat="NaN"'), "the latitude of fix 1 must be a number"),
        (GPX.replace('lat="51.4623"', ""), "the latitude of fix 1 must be a number"),
        (GPX.replace("<time>2026-11-01T20:00:00Z</time>", ""), "the time of fix 1 must be"),
        (GPX.replace("2026-11-01T20:02:00Z", "late"), "the time of fix 2 must be a time"),
        (GPX.replace("20:02:00Z", "20:00:00Z"), "ended_at must be after started_at"),
        (GPX.replace("CAD 1", "x" * 5000), "incident is longer than 100"),
        ('<?xml version="1.0" encoding="rot13"?><gpx/>', "not XML"),
    ],
    ids=lambda value: ascii(value)[-40:],
)
def test_gpx_that_is_wrong_is_refused(
    sqlite_database: Database, content: str | bytes, told: str
) -> None:
    report = take_in(sqlite_database, content, "a.gpx")
    assert report.created == 0
    assert told in report.rejected[0].message


# GeoJSON


def feature(**changes: Any) -> dict[str, Any]:
    properties = {
        "id": "G1",
        "camera": "BWC-7",
        "category": "evidential",
        "times": ["2026-11-01T20:00:00Z", "2026-11-01T20:02:00Z"],
        "colour": "red",
    }
    held: dict[str, Any] = {
        "type": "Feature",
        "geometry": {
            "type": "LineString",
            "coordinates": [[-0.1145, 51.4623, 4.0], [-0.1132, 51.463]],
        },
        "properties": properties,
    }
    properties |= changes.pop("properties", {})
    return held | changes


def test_each_feature_of_geojson_is_a_recording(database: Database) -> None:
    lines = {
        "type": "MultiLineString",
        "coordinates": [[[-0.1145, 51.4623]], [[-0.1132, 51.463]]],
    }
    collection = {
        "type": "FeatureCollection",
        "features": [
            feature(),
            feature(
                geometry=lines,
                properties={
                    "id": "G2",
                    "times": None,
                    "coordinateProperties": {
                        "times": [["2026-11-01T20:00:00Z"], ["2026-11-01T20:02:00Z"]]
                    },
                },
            ),
            feature(geometry=None, properties={"id": "G3"}),
            feature(
                id="G4",
                geometry={"type": "Point", "coordinates": [-0.1145, 51.4623]},
                properties={
                    "id": None,
                    "times": "2026-11-01T20:01:00Z",
                    "started_at": "2026-11-01T20:00:00Z",
                    "ended_at": "2026-11-01T20:05:00Z",
                },
            ),
        ],
    }
    report = take_in(database, json.dumps(collection), "a.geojson")
    assert reasons(report) == [
        (3, "feature 3: started_at is missing"),
        (4, "feature 4: id is missing"),
    ]
    with database.reading() as session:
        assert places(session, "G1") == [(0, 51.4623, -0.1145), (120, 51.463, -0.1132)]
        assert places(session, "G2") == places(session, "G1")


def test_one_feature_is_enough_and_its_own_id_will_do(sqlite_database: Database) -> None:
    one = feature(id="G9")
    del one["properties"]["id"]
    assert take_in(sqlite_database, json.dumps(one), "a.geojson").created == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not a GeoJSON feature"),
        ('{"type": "FeatureCollection"}', "not a GeoJSON feature"),
        ('{"type": "FeatureCollection", "features": [7]}', "feature 1: it is not a GeoJSON"),
        (json.dumps(feature(geometry={"type": "Polygon"})), "geometry must be a Point"),
        (json.dumps(feature(geometry=[])), "geometry must be a Point"),
        (json.dumps(feature(properties={"times": []})), "2 positions and 0 times"),
        (json.dumps(feature(properties={"times": 7})), "times must be a list"),
        (json.dumps(feature(properties={"accuracies": [1]})), "2 positions and 1 accuracies"),
        (json.dumps(feature()).replace("51.4623", "NaN"), "NaN is not JSON"),
        (json.dumps(feature()).replace("51.4623", "99"), "the latitude of fix 1"),
        (json.dumps(feature()).replace("[-0.1132, 51.463]", "7"), "a position must be"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "Feature", "properties": 7}', "properties must be an object"),
    ],
    ids=lambda value: value[-40:],
)
def test_geojson_that_is_wrong_is_refused(
    sqlite_database: Database, content: str, told: str
) -> None:
    report = take_in(sqlite_database, content, "a.geojson")
    assert report.created == 0
    assert told in report.rejected[0].message


@pytest.mark.parametrize("name", ["a.gpx", "a.geojson"])
def test_a_file_that_is_read_whole_may_not_be_endless(sqlite_database: Database, name: str) -> None:
    report = take_in(sqlite_database, b" " * 16_000_001, name)
    assert "larger than 16,000,000 bytes" in report.rejected[0].message


# Lines


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (line("X", NINE)[:-40], "not JSON"),
        (line("X", NINE, camera=7), "camera must be text"),
        (line("X", NINE, ended_at="2026-11-01T20:00:00Z"), "ended_at must be after started_at"),
        (line("X", NINE).replace("51.4623", "NaN"), "NaN is not JSON"),
        (line("X", NINE, area="\0"), "cannot be printed"),
        ("\0" * 100, "not JSON"),
        ("x" * 10_000_000, "longer than 4,000,000"),
    ],
    ids=lambda value: value[-30:],
)
def test_a_bad_line_is_written_beside_the_file_with_its_number(
    sqlite_database: Database, tmp_path: Path, bad: str, told: str
) -> None:
    side_file = SideFile(tmp_path / "a.rejected")
    content = f"{line('A', NINE)}\n{bad}\n{line('B', NINE)}\n"
    report = take_in(sqlite_database, content, "a.jsonl", side_file=side_file)
    assert (report.created, report.rejected_count) == (2, 1)
    (said,) = side_file.path.read_text().splitlines()
    assert said.startswith("line 2: ") and told in said
    good = take_in(sqlite_database, line("A", NINE), "a.jsonl", side_file=side_file)
    assert good.rejected_count == 0
    assert not side_file.path.exists()
