"""Taking in the force's catalogue, in bounded memory, from whatever the force can export."""

from portal.recordings.importing.chunks import Chunk, Mark, Rejected, parted
from portal.recordings.importing.lines_of_files import FileLines, json_chunks, lines_of
from portal.recordings.importing.taking import ImportReport, import_lines, take_in, take_part

__all__ = [
    "Chunk",
    "FileLines",
    "ImportReport",
    "Mark",
    "Rejected",
    "import_lines",
    "json_chunks",
    "lines_of",
    "parted",
    "take_in",
    "take_part",
]
