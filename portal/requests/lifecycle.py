"""Where a request can go from where it stands, who may move it, and what stands in the way.

One table `(Status, Event) -> Status`. The buttons on the handlers' page and the picture in
`docs/lifecycle.md` are drawn from it. An evidence hold is not in the table on purpose: no hold
stops a clock or a request (rules, section 5); it bars recordings, and the answer still goes out.
An answered request is never closed: if only those without a secret hold could be, "Closed" would
tell the two apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.actors import Role
from portal.errors import Refused


class Regime(StrEnum):
    """Which law governs: it picks the clock, the exemptions and the letters."""

    SAR_PART3 = "sar_part3"
    SAR_GDPR = "sar_gdpr"
    FOI = "foi"

    @property
    def is_sar(self) -> bool:
        """Whether the applicant asks for footage of themselves."""
        return self is not Regime.FOI

    @property
    def label(self) -> str:
        """The regime as people read it."""
        return _REGIME_LABELS[self]


_REGIME_LABELS = {
    Regime.SAR_PART3: "Subject access request",
    Regime.SAR_GDPR: "Subject access request (UK GDPR)",
    Regime.FOI: "Freedom of information request",
}


class Status(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    AWAITING_IDENTITY = "awaiting_identity"
    AWAITING_CLARIFICATION = "awaiting_clarification"
    SEARCHING = "searching"
    REVIEWING = "reviewing"
    DECIDED = "decided"
    SECONDED = "seconded"
    PUBLISHING = "publishing"
    ANSWERED = "answered"
    ANSWERED_HELD = "answered_held"
    REOPENED = "reopened"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The status as handlers read it."""
        return _STATUS_LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether we still owe an answer."""
        return self not in (Status.ANSWERED, Status.ANSWERED_HELD, Status.CLOSED)


_STATUS_LABELS = {
    Status.RECEIVED: "Received",
    Status.AWAITING_IDENTITY: "Waiting for identity",
    Status.AWAITING_CLARIFICATION: "Waiting for clarification",
    Status.SEARCHING: "Looking for video",
    Status.REVIEWING: "Ready to decide",
    Status.DECIDED: "Waiting for a second handler",
    Status.SECONDED: "Ready to publish",
    Status.PUBLISHING: "Being packed",
    Status.ANSWERED: "Answered",
    Status.ANSWERED_HELD: "Answered, evidence held",
    Status.REOPENED: "Reopened",
    Status.CLOSED: "Closed",
}


class Event(StrEnum):
    """What happened to a request: past participles."""

    RECEIVED = "received"
    IDENTITY_ASKED = "identity_asked"
    PROOF_RECEIVED = "proof_received"
    IDENTITY_ACCEPTED = "identity_accepted"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFICATION_ANSWERED = "clarification_answered"
    SEARCH_STARTED = "search_started"
    SEARCH_FINISHED = "search_finished"
    DECIDED = "decided"
    SENT_BACK = "sent_back"
    SECONDED = "seconded"
    PUBLISHED = "published"
    STOPPED = "stopped"
    ANSWERED = "answered"
    ANSWERED_WITH_HOLD = "answered_with_hold"
    HOLD_ENDED = "hold_ended"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The event as a line of history."""
        return self.value.replace("_", " ").capitalize()


class PublicStatus(StrEnum):
    """The only words the public sees (journeys, public status words)."""

    RECEIVED = "Received"
    WE_NEED_SOMETHING = "We need something from you"
    LOOKING = "Looking for video"
    PREPARING = "Preparing our answer"
    ANSWERED = "Answered"
    ANSWERED_AND_AGAIN = "Answered, and we will look again"
    REOPENED = "Reopened"
    CLOSED = "Closed"


# A row of the table: where it stands, what happens, where it goes.
_S, _E = Status, Event
TABLE: Mapping[tuple[Status, Event], Status] = {
    (_S.RECEIVED, _E.SEARCH_STARTED): _S.SEARCHING,
    (_S.RECEIVED, _E.IDENTITY_ASKED): _S.AWAITING_IDENTITY,
    (_S.RECEIVED, _E.IDENTITY_ACCEPTED): _S.RECEIVED,
    (_S.RECEIVED, _E.PROOF_RECEIVED): _S.RECEIVED,
    (_S.RECEIVED, _E.CLARIFICATION_ASKED): _S.AWAITING_CLARIFICATION,
    (_S.RECEIVED, _E.WITHDRAWN): _S.CLOSED,
    (_S.AWAITING_IDENTITY, _E.IDENTITY_ASKED): _S.AWAITING_IDENTITY,
    (_S.AWAITING_IDENTITY, _E.PROOF_RECEIVED): _S.AWAITING_IDENTITY,
    (_S.AWAITING_IDENTITY, _E.IDENTITY_ACCEPTED): _S.SEARCHING,
    (_S.AWAITING_IDENTITY, _E.WITHDRAWN): _S.CLOSED,
    (_S.AWAITING_IDENTITY, _E.CLOSED): _S.CLOSED,
    (_S.AWAITING_CLARIFICATION, _E.CLARIFICATION_ANSWERED): _S.SEARCHING,
    (_S.AWAITING_CLARIFICATION, _E.PROOF_RECEIVED): _S.AWAITING_CLARIFICATION,
    (_S.AWAITING_CLARIFICATION, _E.IDENTITY_ACCEPTED): _S.AWAITING_CLARIFICATION,
    (_S.AWAITING_CLARIFICATION, _E.WITHDRAWN): _S.CLOSED,
    (_S.AWAITING_CLARIFICATION, _E.CLOSED): _S.CLOSED,
    (_S.SEARCHING, _E.IDENTITY_ASKED): _S.AWAITING_IDENTITY,
    (_S.SEARCHING, _E.PROOF_RECEIVED): _S.SEARCHING,
    (_S.SEARCHING, _E.IDENTITY_ACCEPTED): _S.SEARCHING,
    (_S.SEARCHING, _E.CLARIFICATION_ASKED): _S.AWAITING_CLARIFICATION,
    (_S.SEARCHING, _E.SEARCH_FINISHED): _S.REVIEWING,
    (_S.SEARCHING, _E.WITHDRAWN): _S.CLOSED,
    (_S.REVIEWING, _E.IDENTITY_ASKED): _S.AWAITING_IDENTITY,
    (_S.REVIEWING, _E.PROOF_RECEIVED): _S.REVIEWING,
    (_S.REVIEWING, _E.IDENTITY_ACCEPTED): _S.REVIEWING,
    (_S.REVIEWING, _E.CLARIFICATION_ASKED): _S.AWAITING_CLARIFICATION,
    (_S.REVIEWING, _E.SEARCH_STARTED): _S.SEARCHING,
    (_S.REVIEWING, _E.DECIDED): _S.DECIDED,
    (_S.REVIEWING, _E.WITHDRAWN): _S.CLOSED,
    (_S.DECIDED, _E.SENT_BACK): _S.REVIEWING,
    (_S.DECIDED, _E.SECONDED): _S.SECONDED,
    (_S.DECIDED, _E.WITHDRAWN): _S.CLOSED,
    (_S.SECONDED, _E.SENT_BACK): _S.REVIEWING,
    (_S.SECONDED, _E.PUBLISHED): _S.PUBLISHING,
    (_S.SECONDED, _E.STOPPED): _S.REVIEWING,
    (_S.SECONDED, _E.WITHDRAWN): _S.CLOSED,
    (_S.PUBLISHING, _E.STOPPED): _S.REVIEWING,
    (_S.PUBLISHING, _E.ANSWERED): _S.ANSWERED,
    (_S.PUBLISHING, _E.ANSWERED_WITH_HOLD): _S.ANSWERED_HELD,
    (_S.ANSWERED_HELD, _E.HOLD_ENDED): _S.REOPENED,
    (_S.ANSWERED_HELD, _E.WITHDRAWN): _S.CLOSED,
    (_S.REOPENED, _E.SEARCH_STARTED): _S.SEARCHING,
    (_S.REOPENED, _E.SEARCH_FINISHED): _S.REVIEWING,
    (_S.REOPENED, _E.WITHDRAWN): _S.CLOSED,
}

# Who may cause an event by a button. Events without a row here are caused by the public,
# or by the worker, and have no button.
BUTTONS: Mapping[Event, frozenset[Role]] = {
    Event.IDENTITY_ASKED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.IDENTITY_ACCEPTED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.CLARIFICATION_ASKED: frozenset({Role.INTAKE, Role.SEARCHER}),
    Event.SEARCH_STARTED: frozenset({Role.SEARCHER}),
    Event.SEARCH_FINISHED: frozenset({Role.SEARCHER}),
    Event.DECIDED: frozenset({Role.DECISION_MAKER}),
    Event.SENT_BACK: frozenset({Role.SECONDER}),
    Event.SECONDED: frozenset({Role.SECONDER}),
    Event.PUBLISHED: frozenset({Role.DECISION_MAKER, Role.SECONDER}),
    Event.CLOSED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
}


@dataclass(frozen=True)
class Facts:
    """What the obstacles need to know about a request."""

    regime: Regime
    is_identity_accepted: bool
    searches: int
    unjudged_candidates: int
    decided_by: str | None = None


def after(status: Status, event: Event) -> Status:
    """Where the request stands after the event. Refused when the event cannot happen now."""
    try:
        return TABLE[status, event]
    except KeyError:
        raise Refused(
            f"This cannot be done now: the request is “{status.label.lower()}”. "
            "Look at the request again."
        ) from None


def next_events(status: Status) -> tuple[Event, ...]:
    """The events with a button that can happen from here, in the table's order."""
    return tuple(event for stands, event in TABLE if stands is status and event in BUTTONS)


def obstacle(event: Event, facts: Facts) -> str | None:
    """Why the event may not happen yet, in words to show, or None when nothing is in the way."""
    check = _OBSTACLES.get(event)
    return check(facts) if check else None


def _before_deciding(facts: Facts) -> str | None:
    """DPA 2018 s.52(4): identity may be asked where there is doubt; FOIA s.8 asks a name only."""
    if facts.regime.is_sar and not facts.is_identity_accepted:
        return "Accept the applicant’s identity first."
    return _before_finishing_search(facts)


def _before_finishing_search(facts: Facts) -> str | None:
    """A reasonable and proportionate search comes first, and its record (rules R8)."""
    if facts.searches == 0:
        return "Search for video first."
    if facts.unjudged_candidates:
        number = facts.unjudged_candidates
        left = "recording" if number == 1 else f"{number} recordings"
        return f"Confirm or reject the {left} still on the list."
    return None


_OBSTACLES = {
    Event.DECIDED: _before_deciding,
    Event.SEARCH_FINISHED: _before_finishing_search,
}


def public_status(status: Status, *, is_hold_open_to_applicant: bool) -> PublicStatus:
    """The public's word for a status.

    A hold the applicant may not know of (level L3) shows as a plain "Answered": it must not be
    told apart from an answer that nothing is held (DPA 2018 s.45(6); FOIA confirm-or-deny).
    """
    if status is Status.ANSWERED_HELD and not is_hold_open_to_applicant:
        return PublicStatus.ANSWERED
    return _PUBLIC[status]


_PUBLIC = {
    Status.RECEIVED: PublicStatus.RECEIVED,
    Status.AWAITING_IDENTITY: PublicStatus.WE_NEED_SOMETHING,
    Status.AWAITING_CLARIFICATION: PublicStatus.WE_NEED_SOMETHING,
    Status.SEARCHING: PublicStatus.LOOKING,
    Status.REVIEWING: PublicStatus.PREPARING,
    Status.DECIDED: PublicStatus.PREPARING,
    Status.SECONDED: PublicStatus.PREPARING,
    Status.PUBLISHING: PublicStatus.PREPARING,
    Status.ANSWERED: PublicStatus.ANSWERED,
    Status.ANSWERED_HELD: PublicStatus.ANSWERED_AND_AGAIN,
    Status.REOPENED: PublicStatus.REOPENED,
    Status.CLOSED: PublicStatus.CLOSED,
}
