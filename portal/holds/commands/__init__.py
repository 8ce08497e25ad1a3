"""The verbs of holds, one file for each pair."""

from portal.holds.commands.lifting import lift
from portal.holds.commands.matters import close_matter, open_matter
from portal.holds.commands.placing import follow_evidence_flag, place
from portal.holds.commands.retention import RetentionReport, run_retention

__all__ = [
    "RetentionReport",
    "close_matter",
    "follow_evidence_flag",
    "lift",
    "open_matter",
    "place",
    "run_retention",
]
