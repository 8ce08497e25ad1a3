"""What the lists of the office hold. Law: frozen rows and small rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.requests.lifecycle import Regime, Status

SOON = timedelta(days=7)
DELETED_SOON = timedelta(days=3)


@dataclass(frozen=True)
class QueueRow:
    """One request in a list, with its two clocks.

    `footage_deleted_on` is when routine deletion would reach the earliest video it may need
    (None when no video is asked for), and `preserved` how many recordings are kept from it.
    `rest_deleted_on` is when it will have reached the last, where only a part was searched for an
    open request.
    `is_proof_to_check`: proof of identity has come and nobody has accepted it or asked again.
    """

    id: UUID
    reference: str
    regime: Regime
    status: Status
    applicant_name: str
    received_on: date
    staff_target_on: date | None
    target_due_on: date | None
    footage_deleted_on: date | None
    rest_deleted_on: date | None
    preserved: int
    assigned_to: UUID | None
    assigned_name: str
    is_proof_to_check: bool

    @property
    def why_no_date(self) -> str:
        """What a request without a reply date waits for."""
        if self.status is Status.AWAITING_IDENTITY and self.is_proof_to_check:
            return "Proof to check"
        return "Waiting for the applicant"

    def loses_video(self, since: date, until: date) -> bool:
        """Whether routine deletion may reach video it needs, on one of those days: the earliest
        while nothing is kept, and any that is left while only a part is."""
        first = self.footage_deleted_on
        if first is None:
            return False
        if self.rest_deleted_on is not None:
            return first <= until and since <= self.rest_deleted_on
        return self.preserved == 0 and since <= first <= until

    def due_is(self, today: date) -> str:
        """How the reply date is shown: `late`, `soon` or nothing."""
        if self.target_due_on is None or not self.status.is_open:
            return ""
        if self.target_due_on < today:
            return "late"
        return "soon" if self.target_due_on - today <= SOON else ""


@dataclass(frozen=True)
class Wanted:
    """Which requests a list shows, and in what order."""

    status: str = "open"
    regime: str = "all"
    assigned: str = "anyone"
    text: str = ""
    sort: str = "due"
    page: int = 1


PAGE_SIZE = 50
SORTS = ("due", "received", "reference", "status")
