"""GPX 1.0 and 1.1: each track is a recording, with the facts beside it in its extensions.

The parser is the standard library's, told to stop at a document type: without one there are no
entities, so that a file can neither grow in memory nor make us open anything.
"""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from portal.recordings.adapters.tracks import ends_of
from portal.recordings.importing import Chunk, Rejected
from portal.recordings.lines import KEYS, BadLine, ImportLine, recording_from

_LONGEST_TEXT = 1_000
_DEEPEST = 32
# GPX has words of its own for three of our facts.
_STANDARD = {"name": "id", "src": "camera", "type": "category"}
_FACTS = KEYS - {"track"}


@dataclass
class _Track:
    """What has been read of one track."""

    line: int
    facts: dict[str, Any] = field(default_factory=dict)
    standard: dict[str, Any] = field(default_factory=dict)
    fixes: list[list[Any]] = field(default_factory=list)

    def told(self, shared: dict[str, Any]) -> dict[str, Any]:
        """The track in the keys of our own format."""
        return {**ends_of(self.fixes), **self.standard, **shared, **self.facts, "track": self.fixes}


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.path: list[str] = []
        self.text = ""
        self.shared: dict[str, Any] = {}
        self.tracks: list[_Track] = []

    def _doctype(self, *_: Any) -> None:
        raise BadLine("the file has a document type, which a GPX file needs not have")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self.path and local != "gpx":
            raise BadLine("the file is not GPX: its outermost element is not gpx")
        if len(self.path) >= _DEEPEST:
            raise BadLine("the file is nested too deeply")
        self.path.append(local)
        self.text = ""
        if self.path == ["gpx", "trk"]:
            self.tracks.append(_Track(self.parser.CurrentLineNumber))
        elif self.path == ["gpx", "trk", "trkseg", "trkpt"]:
            place = [_number(attributes.get(each)) for each in ("lat", "lon")]
            self.tracks[-1].fixes.append([None, *place])

    def _text(self, text: str) -> None:
        self.text = (self.text + text)[: _LONGEST_TEXT + 1]

    def _end(self, _name: str) -> None:
        text = self.text.strip()
        match self.path:
            case ["gpx", "trk", "trkseg", "trkpt", "time"]:
                self.tracks[-1].fixes[-1][0] = text
            case ["gpx", "trk", "trkseg", "trkpt", "extensions", "accuracy"]:
                self.tracks[-1].fixes[-1][3:] = [_number(text)]
            case ["gpx", "metadata", "extensions", key] if key in _FACTS:
                self.shared[key] = text
            case ["gpx", "trk", "extensions", key] if key in _FACTS:
                self.tracks[-1].facts[key] = text
            case ["gpx", "trk", word] if word in _STANDARD and text:
                self.tracks[-1].standard[_STANDARD[word]] = text
        self.path.pop()
        self.text = ""


def _number(text: str | None) -> Any:
    """The number, or what it says instead, for the format to refuse by name."""
    try:
        return float(text or "")
    except ValueError:
        return text


def read_gpx(content: bytes) -> Chunk:
    """The recordings of a GPX file. What is wrong with the file itself is said once."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, BadLine, LookupError, ValueError) as fault:
        told = str(fault) if isinstance(fault, BadLine) else f"the file is not XML: {fault}"
        return Chunk(0, rejected=[Rejected(reader.parser.CurrentLineNumber, told)])
    if not reader.tracks:
        return Chunk(0, rejected=[Rejected(1, "the file has no track")])
    taken: list[tuple[int, ImportLine]] = []
    rejected: list[Rejected] = []
    for track in reader.tracks:
        try:
            taken.append((track.line, recording_from(track.told(reader.shared))))
        except BadLine as fault:
            rejected.append(Rejected(track.line, str(fault)))
    return Chunk(reader.parser.CurrentLineNumber, taken, rejected)
