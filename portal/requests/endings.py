"""How a request ends: the outcome codes of the rules. Law: data (rules 4.1)."""

from enum import StrEnum


class Ending(StrEnum):
    """How a request ended. Every one but the last two is told in a letter."""

    DISCLOSED_FULL = "disclosed_full"
    DISCLOSED_PART = "disclosed_part"
    RESTRICTED_HELD = "restricted_held"
    RESTRICTED = "restricted"
    REFUSED = "refused"
    NOT_HELD = "not_held"
    NCND = "ncnd"
    UNFOUNDED_OR_EXCESSIVE = "unfounded_or_excessive"
    OVER_COST_LIMIT = "over_cost_limit"
    VEXATIOUS_OR_REPEATED = "vexatious_or_repeated"
    NOT_VALID = "not_valid"
    ID_NOT_CONFIRMED = "id_not_confirmed"
    CLARIFICATION_NOT_RECEIVED = "clarification_not_received"
    FEE_NOT_PAID = "fee_not_paid"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"

    @property
    def label(self) -> str:
        """The ending as handlers read it."""
        return _LABELS[self]

    @property
    def has_letter(self) -> bool:
        """Whether a letter must say so (rules 4.1)."""
        return self not in (Ending.WITHDRAWN, Ending.REDIRECTED)

    @property
    def can_be_taken_up(self) -> bool:
        """Whether it can be opened again: it ended because something never came (rules R9), or we
        sent them to somebody else and may have been wrong. Not a fees notice that lapsed: three
        months on, the duty to answer that request is over (FOIA s.9(2))."""
        return self in _TAKEN_UP


_TAKEN_UP = (
    Ending.NOT_VALID,
    Ending.ID_NOT_CONFIRMED,
    Ending.CLARIFICATION_NOT_RECEIVED,
    Ending.REDIRECTED,
)

_LABELS = {
    Ending.DISCLOSED_FULL: "Disclosed in full",
    Ending.DISCLOSED_PART: "Disclosed in part",
    Ending.RESTRICTED_HELD: "Restricted: held as evidence",
    Ending.RESTRICTED: "Restricted",
    Ending.REFUSED: "Refused",
    Ending.NOT_HELD: "Not held",
    Ending.NCND: "Neither confirmed nor denied",
    Ending.UNFOUNDED_OR_EXCESSIVE: "Manifestly unfounded or excessive",
    Ending.OVER_COST_LIMIT: "Over the cost limit",
    Ending.VEXATIOUS_OR_REPEATED: "Vexatious or repeated",
    Ending.NOT_VALID: "Not a valid request",
    Ending.ID_NOT_CONFIRMED: "Identity or authority not confirmed",
    Ending.CLARIFICATION_NOT_RECEIVED: "Clarification not received",
    Ending.FEE_NOT_PAID: "Fee not paid in three months",
    Ending.WITHDRAWN: "Withdrawn",
    Ending.REDIRECTED: "Redirected",
}
