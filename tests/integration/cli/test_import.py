"""`portal recordings import`: what it says while it works, and what it ends with."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from portal.cli.progress import progress_line
from portal.house import House
from portal.recordings.importing.chunks import LINES_PER_CHUNK
from portal.recordings.models import Recording, UnfinishedImport
from tests.factories.catalogue import line
from tests.servers.programs import PORTAL

Portal = Callable[..., Result]
AT = datetime(2026, 11, 1, 20, 10, tzinfo=UTC)
AXON = Path(__file__).parents[3] / "docs" / "examples" / "axon-evidence.toml"
# Of which a kill after the first batch leaves more than a batch to do.
MANY = 3 * LINES_PER_CHUNK
PLAIN_GPX = (
    "<gpx><trk><name>G</name><src>C</src><type>evidential</type><trkseg>"
    '<trkpt lat="51.4" lon="-0.1"><time>2026-11-01T20:00:00Z</time></trkpt>'
    '<trkpt lat="51.4" lon="-0.1"><time>2026-11-01T20:05:00Z</time></trkpt>'
    "</trkseg></trk></gpx>"
)


def file_of(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def held(house: House) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Recording.source_id).order_by(Recording.source_id)))


def test_several_files_of_several_kinds_are_taken_in_at_once(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    lines = file_of(tmp_path / "a.jsonl", line("A", AT))
    track = file_of(tmp_path / "b.gpx", PLAIN_GPX)
    broken = file_of(tmp_path / "c.gpx", "<gpx>")
    told = portal("recordings", "import", lines, track, broken, "--json")
    assert told.exit_code == 1
    counts = [json.loads(each) for each in told.stdout.splitlines()]
    assert [one["created"] for one in counts] == [1, 1, 0]
    assert [one["rejected_count"] for one in counts] == [0, 0, 1]
    assert counts[2]["rejects"] == f"{broken}.rejected"
    assert held(own_house) == ["A", "G"]


def test_what_a_file_is_can_be_said(portal: Portal, own_house: House, tmp_path: Path) -> None:
    path = file_of(tmp_path / "track.txt", PLAIN_GPX)
    assert portal("recordings", "import", "--format", "gpx", path).exit_code == 0
    assert held(own_house) == ["G"]
    assert portal("recordings", "import", "--format", "kml", path).exit_code == 2


def test_bad_lines_go_where_they_are_wanted(portal: Portal, tmp_path: Path) -> None:
    path = file_of(tmp_path / "a.jsonl", *(f"bad {n}" for n in range(30)))
    beside = tmp_path / "bad.txt"
    told = portal("recordings", "import", path, "--rejects", beside)
    assert told.exit_code == 1
    assert len(told.stderr.splitlines()) == 20
    assert len(beside.read_text().splitlines()) == 30
    assert not Path(f"{path}.rejected").exists()
    two = portal("recordings", "import", path, path, "--rejects", beside)
    assert two.exit_code == 2
    nowhere = portal("recordings", "import", path, "--rejects", tmp_path / "no" / "bad.txt")
    assert nowhere.exit_code == 1
    assert "cannot be read or written" in nowhere.output


def test_a_mapping_or_a_header_that_is_wrong_is_said_before_anything_is_taken_in(
    portal: Portal, own_house: House, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.csv", "ID,Title")
    told = portal("recordings", "import", path, "--mapping", AXON)
    assert told.exit_code == 1
    assert told.output.startswith(f"Error: {path}: the header has no column")
    wrong = file_of(tmp_path / "m.toml", "[colums]")
    told = portal("recordings", "import", path, "--mapping", wrong)
    assert told.exit_code == 1
    assert "'colums' is not a key of the mapping" in told.output
    assert held(own_house) == []


def test_a_killed_import_is_gone_on_with_by_the_same_command(
    portal: Portal, own_house: House, environment: dict[str, str], tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.jsonl", *(line(f"R{n}", AT) for n in range(MANY)))
    with subprocess.Popen(
        [PORTAL, "recordings", "import", path], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 60
        while not held(own_house):
            assert time.monotonic() < until
            time.sleep(0.02)
        process.kill()
    before = len(held(own_house))
    told = portal("recordings", "import", path, "--json")
    facts = json.loads(told.output)
    assert facts["created"] == MANY
    assert facts["continued_after_line"] >= before > 0
    assert len(held(own_house)) == MANY
    with own_house.db.reading() as session:
        assert session.scalars(sa.select(UnfinishedImport)).all() == []


def test_progress_is_a_line_at_most_every_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    say = progress_line("lines", is_wanted=True)
    for step in range(31):
        now = step / 10
        say(4_000 * step)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"{n:,} lines, 40,000 a second" for n in (40_000, 80_000, 120_000)]


def test_progress_is_silent_unless_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for is_wanted in (None, False):
        say = progress_line("lines", is_wanted=is_wanted)
        now += 5
        say(1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    say = progress_line("lines")
    now += 5
    say(1)
    assert capsys.readouterr().err == "1 lines, 0 a second\n"
