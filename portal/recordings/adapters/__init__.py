"""Reading recordings from what other systems export: each becomes a line of our own format, and
is checked as one."""

from portal.recordings.adapters.any_file import FORMATS, import_any
from portal.recordings.adapters.csv_rows import BadFile
from portal.recordings.adapters.mapping import BadMapping

__all__ = ["FORMATS", "BadFile", "BadMapping", "import_any"]
