"""Who may let a held recording go because a court ordered it. Law: pure (rules, section 5, model
rule 1: two people, one of them the data protection officer)."""

from portal.actors import Actor, Role

ROLES = (Role.DECISION_MAKER, Role.DATA_PROTECTION_OFFICER)
OFFICER_NEEDED = "One of the two must be the data protection officer."


def is_officer(by: Actor) -> bool:
    """Whether they stand behind it as the data protection officer."""
    return by.has(Role.DATA_PROTECTION_OFFICER)


def why_not_agree(by: Actor, *, asked_by: str, was_officer: bool) -> str:
    """Why this handler may not be the second behind an override, or "".

    `asked_by` is the first, and `was_officer` whether the first was the data protection officer.
    """
    if by.id == asked_by:
        return "You asked for this. Somebody else must agree."
    return "" if was_officer or is_officer(by) else OFFICER_NEEDED
