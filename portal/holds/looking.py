"""Looking again at a hold, every 90 days: it goes on, becomes less, or ends. Law: pure (rules,
section 5, rule 5; DPA 2018 s.45(4), "to the extent that and for so long as")."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from portal.holds.policy import Level, Segment

# How long ahead a hold is on the list of those to look at.
SOON = timedelta(days=7)


class HoldFinding(StrEnum):
    """What a look at a hold found."""

    CONTINUE = "continue"
    NARROW = "narrow"
    END = "end"

    @property
    def label(self) -> str:
        """The finding as handlers read it."""
        return _FINDING_LABELS[self]


_FINDING_LABELS = {
    HoldFinding.CONTINUE: "It is still needed, as it is",
    HoldFinding.NARROW: "Less is needed: a part of it, or more may be told",
    HoldFinding.END: "It is no longer needed",
}


def why_not_narrower(
    was: tuple[Sequence[Segment], Level], becomes: tuple[Sequence[Segment], Level]
) -> str:
    """What is wrong with a hold of those parts and that level becoming one of these, or "".

    No part is the whole recording. It may hold less or tell more, and never the reverse.
    """
    (old_parts, old_level), (new_parts, new_level) = was, becomes
    if new_level.value > old_level.value:
        return "A hold that becomes less cannot tell less than before."
    if old_parts and not all(_lies_within(part, old_parts) for part in new_parts or (_WHOLE,)):
        return "The parts must lie within what is held now."
    if (set(new_parts), new_level) == (set(old_parts), old_level):
        return "Say what becomes less: the parts that are held, or what may be told."
    return ""


_WHOLE = Segment(0, 2**31)


def _lies_within(part: Segment, held: Sequence[Segment]) -> bool:
    """Whether held parts, which may touch or overlap, cover all of it."""
    reached = part.begins
    for each in sorted(held, key=lambda one: one.begins):
        if each.begins <= reached:
            reached = max(reached, each.ends)
    return reached >= part.ends
