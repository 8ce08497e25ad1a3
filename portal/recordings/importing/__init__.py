"""Taking in the force's catalogue, in bounded memory, from whatever the force can export."""

from portal.recordings.importing.chunks import Chunk, Rejected
from portal.recordings.importing.files import import_file
from portal.recordings.importing.lines_of_files import FileLines, json_chunks, lines_of
from portal.recordings.importing.reading import read_elsewhere, read_here
from portal.recordings.importing.side_file import SideFile
from portal.recordings.importing.taking import Flagged, Progress, import_lines, take_in
from portal.recordings.importing.tally import ImportReport, Tally

__all__ = [
    "Chunk",
    "FileLines",
    "Flagged",
    "ImportReport",
    "Progress",
    "Rejected",
    "SideFile",
    "Tally",
    "import_file",
    "import_lines",
    "json_chunks",
    "lines_of",
    "read_elsewhere",
    "read_here",
    "take_in",
]
