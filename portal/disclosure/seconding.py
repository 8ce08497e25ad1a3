"""When the second handler must be the data protection officer. Law: pure (rules 10, row 12)."""

from dataclasses import dataclass
from datetime import date

from portal.actors import Actor, Role
from portal.identity.authority import Acting

ADULT_AT = 18


@dataclass(frozen=True)
class SecondFacts:
    """What decides who may second: whether the footage is a child's, whether anything is held at
    level L3, whether the answer neither confirms nor denies, and whether something held goes by a
    court's order."""

    is_child: bool
    has_secret_hold: bool
    is_neither: bool
    is_ordered: bool = False


def is_child(acting: Acting | None, born_on: date | None, *, on: date) -> bool:
    """Whether the applicant is under 18 that day, or a parent acts for them.

    Whoever is born on 29 February comes of age on 1 March.
    """
    if acting is Acting.PARENT:
        return True
    if born_on is None:
        return False
    birthday = (born_on.month, born_on.day)
    years = on.year - born_on.year - ((on.month, on.day) < birthday)
    return years < ADULT_AT


def officer_needed(facts: SecondFacts) -> str:
    """Why only the data protection officer may second, or "" when any second handler may."""
    if facts.is_child:
        return "The video is of a child. The data protection officer must second it."
    if facts.is_neither:
        return "It neither confirms nor denies. The data protection officer must second it."
    if facts.has_secret_hold:
        return "Video is held at level L3. The data protection officer must second it."
    if facts.is_ordered:
        return "Held video goes by a court order. The data protection officer must second it."
    return ""


def obstacle_to_second(by: Actor, *, decided_by: str, facts: SecondFacts) -> str | None:
    """Why this handler may not second the decision, in words, or None when they may."""
    if by.id == decided_by:
        return "You made this decision. Somebody else must second it."
    why = officer_needed(facts)
    return why if why and not by.has(Role.DATA_PROTECTION_OFFICER) else None
