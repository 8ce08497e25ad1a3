"""The file beside an import: each line that was skipped, with its number and the reason."""

import re
from collections.abc import Sequence
from pathlib import Path

from portal.recordings.importing.chunks import Rejected

_LINE = re.compile(r"line (\d+): ")


class SideFile:
    """Made only when there is something to say. One line each: `line 7: camera is missing`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, *, after: int) -> None:
        """Keep what was said of the lines up to `after`, and forget the rest: an import that
        goes on says again whatever it had not yet settled, and a new one begins anew."""
        if not self.path.is_file():
            return
        kept = [said for said in self._said() if _number(said) <= after]
        if kept:
            self.path.write_text("".join(kept), encoding="utf-8")
        else:
            self.path.unlink()

    def _said(self) -> list[str]:
        text = self.path.read_text(encoding="utf-8", errors="replace")
        return [said for said in text.splitlines(keepends=True) if said.endswith("\n")]

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Say these too. Raises `OSError` where there is no writing."""
        if rejected:
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(f"line {one.line_number}: {one.message}\n" for one in rejected)


def _number(said: str) -> float:
    found = _LINE.match(said)
    return int(found.group(1)) if found else float("inf")
