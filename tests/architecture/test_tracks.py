"""What a foreign key of `track` would keep, and no database is asked for (ADR 0024)."""

import ast
import re

from tests.architecture.source import calls, nodes


def deleted() -> set[str]:
    """What is given to anything named `delete`, as it is written there."""
    return {ast.unparse(each) for _, call in calls("delete") for each in call.args[:1]}


def test_no_recording_is_ever_deleted_so_that_no_track_is_left_alone() -> None:
    assert "Track" in deleted(), "this looks for deletions where they are no more"
    assert not deleted() & {"Recording", "_RECORDING", "Recording.__table__"}
    written = [node.value for _, node in nodes(ast.Constant) if isinstance(node.value, str)]
    assert any(re.search(r"DELETE\s+FROM footprint\b", each) for each in written)
    assert not [each for each in written if re.search(r"DELETE\s+FROM recording\b", each, re.I)]
