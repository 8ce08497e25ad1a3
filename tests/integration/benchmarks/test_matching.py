"""The benchmark itself, from an empty folder to its report, on a small city and all engines."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from benchmarks.matching.__main__ import WRITTEN_BELOW, main
from benchmarks.matching.databases import Databases
from benchmarks.matching.loading import Loaded, remembered
from benchmarks.matching.server import Server
from tests.servers.postgres import NotInstalled

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

SMALL = [
    *("--recordings", "2500", "--questions", "30", "--rounds", "1", "--scenes", "2"),
    *("--simulated", "20", "--cold", "2", "--grow-from", "2000", "--grow-to", "3000"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account can come through; pytest's own are closed to it."""
    with TemporaryDirectory(prefix="bench-matching-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def has_postgis() -> bool:
    return any(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))


def test_a_run_compares_every_engine_and_writes_its_page(folder: Path) -> None:
    page = folder / "page.md"
    page.write_text(f"# Written by hand\n\n{WRITTEN_BELOW}\n\nold figures\n")
    where = ["--folder", str(folder / "bench"), "--markdown", str(page)]
    ran = CliRunner().invoke(main, [*SMALL, *where])
    if not has_postgis():
        assert "PostGIS is not installed: run `make setup-bench`." in ran.output
        return
    assert ran.exit_code == 0, ran.output
    assert "WRONG" not in ran.output
    assert "asking 0 questions" not in ran.output
    written = page.read_text()
    assert written.startswith("# Written by hand")
    assert "old figures" not in written
    for name in ("SQLite", "PostgreSQL"):
        assert f"| {name} | wrong of 30 realistic | 0 | at most 0 | met |" in written
        assert f"| {name} | wrong of 184 adversarial | 0 | at most 0 | met |" in written
        note = json.loads((folder / "bench" / f"{name.lower()}-2500.json").read_text())
        assert (note["recordings"], note["from_file"]) == (2_500, 500)
    # What was loaded is used again.
    kept = Databases(folder / "bench", Server(folder / "bench" / "postgres"), seed=1)
    _, loaded = kept.portal("SQLite", 2_500)
    assert loaded == Loaded(**json.loads((folder / "bench" / "sqlite-2500.json").read_text()))
    assert remembered(folder / "bench" / "sqlite-2500.json", 2_500, seed=2) is None


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("1\n")
    with pytest.raises(NotInstalled, match="PostgreSQL did not start"):
        Server(folder).start()
