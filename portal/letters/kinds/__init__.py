"""The letters of the law: each kind, and the fields without which it may not be issued.

A letter is data first. A person decides, the fields say what was decided, and a letter with a
blank required field is refused, so that nobody is told less than the statute promises them.
"""

from portal.letters.kinds.checking import known_fields, missing_fields, refuse_incomplete
from portal.letters.kinds.fields import ClipLine, Field, Fields, LetterKind
from portal.letters.kinds.permitted import COMMON_OPTIONAL, EDITABLE, OPTIONAL, REGIMES_OF
from portal.letters.kinds.required import COMMON, REGIMES, REQUIRED

__all__ = [
    "COMMON",
    "COMMON_OPTIONAL",
    "EDITABLE",
    "OPTIONAL",
    "REGIMES",
    "REGIMES_OF",
    "REQUIRED",
    "ClipLine",
    "Field",
    "Fields",
    "LetterKind",
    "known_fields",
    "missing_fields",
    "refuse_incomplete",
]
