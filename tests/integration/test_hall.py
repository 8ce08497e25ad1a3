"""A program that opens the house knows every table, whatever else it has loaded."""

import subprocess
import sys
from pathlib import Path

import portal

ROOMS = sorted(path.parent.name for path in Path(portal.__file__).parent.glob("*/models.py"))


def test_who_opens_the_house_knows_every_table() -> None:
    """Foreign keys cross rooms: one table unknown, and nothing that points to it can be written."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, portal.hall; print(*sorted("
            "name.split('.')[1] for name in sys.modules"
            " if name.startswith('portal.') and name.endswith('.models')))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ROOMS
    assert told.stdout.split() == ROOMS
