"""The verbs of the machine feed."""

from portal.feed.commands.clients import NewKey, add_client, end_client
from portal.feed.commands.matters import HoldsWanted, MoreHolds, hold_more, open_with_holds
from portal.feed.commands.once import Answer, OneCall, answered_once, keep_refusal
from portal.feed.commands.taking_in import take_in_recordings

__all__ = [
    "Answer",
    "HoldsWanted",
    "MoreHolds",
    "NewKey",
    "OneCall",
    "add_client",
    "answered_once",
    "end_client",
    "hold_more",
    "keep_refusal",
    "open_with_holds",
    "take_in_recordings",
]
