"""The verbs of holds, one file for each pair."""

from portal.holds.commands.flagging import follow_evidence_flags
from portal.holds.commands.lifting import lift
from portal.holds.commands.matters import close_matter, open_matter
from portal.holds.commands.overriding import (
    CourtOrder,
    agree_override,
    ask_override,
    end_override,
)
from portal.holds.commands.placing import Placing, place, place_each
from portal.holds.commands.relevelling import change_level
from portal.holds.commands.retention import Listing, RetentionReport, run_retention
from portal.holds.commands.reviewing import Found, review_hold

__all__ = [
    "CourtOrder",
    "Found",
    "Listing",
    "Placing",
    "RetentionReport",
    "agree_override",
    "ask_override",
    "change_level",
    "close_matter",
    "end_override",
    "follow_evidence_flags",
    "lift",
    "open_matter",
    "place",
    "place_each",
    "review_hold",
    "run_retention",
]
