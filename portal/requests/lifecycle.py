"""Where a request can go from where it stands, who may move it, and what stands in the way.

One table `(Status, Event) -> Status`. The buttons on the handlers' page and the picture in
`docs/lifecycle.md` are drawn from it. An evidence hold is not in the table on purpose: no hold
stops a clock or a request (rules, section 5); it bars recordings, and the answer still goes out.
An answered request is never closed: if only those without a secret hold could be, "Closed" would
tell the two apart.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.actors import Role
from portal.errors import Refused
from portal.requests.endings import Ending


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
    AWAITING_AUTHORITY = "awaiting_authority"
    AWAITING_CLARIFICATION = "awaiting_clarification"
    AWAITING_FEE = "awaiting_fee"
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

    @property
    def waits_for_applicant(self) -> bool:
        """Whether we can do nothing until the applicant does something."""
        return self in WAITING


WAITING = (
    Status.AWAITING_IDENTITY,
    Status.AWAITING_AUTHORITY,
    Status.AWAITING_CLARIFICATION,
    Status.AWAITING_FEE,
)

_STATUS_LABELS = {
    Status.RECEIVED: "Received",
    Status.AWAITING_IDENTITY: "Waiting for identity",
    Status.AWAITING_AUTHORITY: "Waiting for authority to act",
    Status.AWAITING_CLARIFICATION: "Waiting for clarification",
    Status.AWAITING_FEE: "Waiting for a fee",
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
    AUTHORITY_ASKED = "authority_asked"
    AUTHORITY_ACCEPTED = "authority_accepted"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFICATION_ANSWERED = "clarification_answered"
    FEE_ASKED = "fee_asked"
    FEE_PAID = "fee_paid"
    EXTENDED = "extended"
    INTEREST_EXTENDED = "interest_extended"
    RECLASSIFIED = "reclassified"
    NARROWED = "narrowed"
    REMINDED = "reminded"
    DELAY_TOLD = "delay_told"
    SEARCH_STARTED = "search_started"
    SEARCH_FINISHED = "search_finished"
    DECIDED = "decided"
    REFUSED = "refused"
    SENT_BACK = "sent_back"
    SECONDED = "seconded"
    PUBLISHED = "published"
    STOPPED = "stopped"
    ANSWERED = "answered"
    ANSWERED_WITH_HOLD = "answered_with_hold"
    RESTRICTION_REVIEWED = "restriction_reviewed"
    HOLD_ENDED = "hold_ended"
    REVIEW_UPHELD = "review_upheld"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    CLOSED = "closed"
    TAKEN_UP = "taken_up"

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


# Before anything is decided. In the first three the next step is ours, in the others theirs.
_OURS = (Status.RECEIVED, Status.SEARCHING, Status.REVIEWING)
_PROOF = (Status.AWAITING_IDENTITY, Status.AWAITING_AUTHORITY)
_UNDECIDED = (*_OURS, *WAITING)
_ON_ITS_WAY = (Status.DECIDED, Status.SECONDED, Status.PUBLISHING)


_Table = dict[tuple[Status, Event], Status]


def _each(statuses: Iterable[Status], event: Event, to: Status | None = None) -> _Table:
    """The same event from several places: to one, or (with none given) staying where it is."""
    return {(status, event): to or status for status in statuses}


# Where it stands, what happens, where it goes.
_S, _E = Status, Event
TABLE: Mapping[tuple[Status, Event], Status] = {
    # Who they are, and whether they may act. The two can be waited for together.
    **_each((*_OURS, _S.AWAITING_IDENTITY), _E.IDENTITY_ASKED, _S.AWAITING_IDENTITY),
    **_each((*_OURS, *_PROOF), _E.AUTHORITY_ASKED, _S.AWAITING_AUTHORITY),
    (_S.AWAITING_AUTHORITY, _E.IDENTITY_ASKED): _S.AWAITING_AUTHORITY,
    **_each((*_UNDECIDED, _S.REOPENED, _S.CLOSED), _E.PROOF_RECEIVED),
    **_each((*_OURS, _S.REOPENED, _S.AWAITING_AUTHORITY), _E.IDENTITY_ACCEPTED),
    **_each((_S.AWAITING_CLARIFICATION, _S.AWAITING_FEE), _E.IDENTITY_ACCEPTED),
    (_S.AWAITING_IDENTITY, _E.IDENTITY_ACCEPTED): _S.SEARCHING,
    **_each((*_OURS, _S.REOPENED, _S.AWAITING_IDENTITY), _E.AUTHORITY_ACCEPTED),
    **_each((_S.AWAITING_CLARIFICATION, _S.AWAITING_FEE), _E.AUTHORITY_ACCEPTED),
    (_S.AWAITING_AUTHORITY, _E.AUTHORITY_ACCEPTED): _S.SEARCHING,
    # What they mean, and what it costs.
    **_each(_OURS, _E.CLARIFICATION_ASKED, _S.AWAITING_CLARIFICATION),
    (_S.AWAITING_CLARIFICATION, _E.CLARIFICATION_ANSWERED): _S.SEARCHING,
    **_each(_OURS, _E.FEE_ASKED, _S.AWAITING_FEE),
    (_S.AWAITING_FEE, _E.FEE_PAID): _S.SEARCHING,
    # What moves a date or a regime, and leaves the request where it is.
    **_each((*_UNDECIDED, *_ON_ITS_WAY), _E.EXTENDED),
    **_each((*_UNDECIDED, *_ON_ITS_WAY), _E.INTEREST_EXTENDED),
    **_each((*_OURS, *_PROOF), _E.RECLASSIFIED, _S.RECEIVED),
    **_each((*_UNDECIDED, _S.REOPENED), _E.NARROWED),
    **_each(WAITING, _E.REMINDED),
    **_each((*_OURS, *_ON_ITS_WAY, _S.REOPENED), _E.DELAY_TOLD),
    # Looking, deciding, answering.
    **_each((_S.RECEIVED, _S.REVIEWING, _S.REOPENED), _E.SEARCH_STARTED, _S.SEARCHING),
    **_each((_S.SEARCHING, _S.REOPENED), _E.SEARCH_FINISHED, _S.REVIEWING),
    (_S.REVIEWING, _E.DECIDED): _S.DECIDED,
    **_each(_OURS, _E.REFUSED, _S.DECIDED),
    **_each((_S.DECIDED, _S.SECONDED), _E.SENT_BACK, _S.REVIEWING),
    (_S.DECIDED, _E.SECONDED): _S.SECONDED,
    (_S.SECONDED, _E.PUBLISHED): _S.PUBLISHING,
    **_each((_S.SECONDED, _S.PUBLISHING), _E.STOPPED, _S.REVIEWING),
    (_S.PUBLISHING, _E.ANSWERED): _S.ANSWERED,
    (_S.PUBLISHING, _E.ANSWERED_WITH_HOLD): _S.ANSWERED_HELD,
    # After the answer.
    (_S.ANSWERED_HELD, _E.RESTRICTION_REVIEWED): _S.ANSWERED_HELD,
    (_S.ANSWERED_HELD, _E.HOLD_ENDED): _S.REOPENED,
    # A review or a complaint found that the answer must change. The law's dates stay.
    **_each((_S.ANSWERED, _S.ANSWERED_HELD), _E.REVIEW_UPHELD, _S.REOPENED),
    # Ends without an answer, and the way back from those where something came too late.
    **_each((*_UNDECIDED, _S.DECIDED, _S.SECONDED), _E.WITHDRAWN, _S.CLOSED),
    **_each((_S.ANSWERED_HELD, _S.REOPENED), _E.WITHDRAWN, _S.CLOSED),
    **_each(_UNDECIDED, _E.REDIRECTED, _S.CLOSED),
    **_each((_S.RECEIVED, _S.SEARCHING, *WAITING), _E.CLOSED, _S.CLOSED),
    (_S.CLOSED, _E.TAKEN_UP): _S.RECEIVED,
}

# Who may cause an event by a button. Events without a row here are caused by the public,
# or by the worker, and have no button.
BUTTONS: Mapping[Event, frozenset[Role]] = {
    Event.IDENTITY_ASKED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.IDENTITY_ACCEPTED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.AUTHORITY_ASKED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.AUTHORITY_ACCEPTED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.CLARIFICATION_ASKED: frozenset({Role.INTAKE, Role.SEARCHER}),
    Event.FEE_ASKED: frozenset({Role.DECISION_MAKER}),
    Event.FEE_PAID: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.EXTENDED: frozenset({Role.DECISION_MAKER}),
    Event.INTEREST_EXTENDED: frozenset({Role.DECISION_MAKER}),
    Event.RECLASSIFIED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.SEARCH_STARTED: frozenset({Role.SEARCHER}),
    Event.SEARCH_FINISHED: frozenset({Role.SEARCHER}),
    Event.DECIDED: frozenset({Role.DECISION_MAKER}),
    Event.REFUSED: frozenset({Role.DECISION_MAKER}),
    Event.SENT_BACK: frozenset({Role.SECONDER, Role.DATA_PROTECTION_OFFICER}),
    Event.SECONDED: frozenset({Role.SECONDER, Role.DATA_PROTECTION_OFFICER}),
    Event.PUBLISHED: frozenset({Role.DECISION_MAKER, Role.SECONDER}),
    Event.RESTRICTION_REVIEWED: frozenset({Role.DECISION_MAKER}),
    Event.REDIRECTED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.CLOSED: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
    Event.TAKEN_UP: frozenset({Role.INTAKE, Role.DECISION_MAKER}),
}


@dataclass(frozen=True)
class Facts:
    """What the obstacles need to know about a request."""

    regime: Regime
    is_identity_accepted: bool
    searches: int
    unjudged_candidates: int
    decided_by: str | None = None
    is_authority_needed: bool = False
    is_authority_accepted: bool = False
    ending: Ending | None = None
    is_search_too_wide: bool = False
    is_address_to_confirm: bool = False


def after(
    status: Status,
    event: Event,
    *,
    is_identity_open: bool = False,
    is_authority_open: bool = False,
) -> Status:
    """Where the request stands after the event. Refused when the event cannot happen now.

    `is_identity_open`, `is_authority_open`: we asked who they are, or whether they may act, and do
    not know yet. Then one of the two alone does not end the waiting; nor does another law of
    subject access, and a request that is opened again waits on for what it was closed for.
    """
    try:
        went = TABLE[status, event]
    except KeyError:
        raise Refused(
            f"This cannot be done now: the request is “{status.label.lower()}”. "
            "Look at the request again."
        ) from None
    if event in _WAITS_ON and is_authority_open:
        return _S.AWAITING_AUTHORITY
    waits_on = event in _WAITS_ON or (status, event) == _AUTHORITY_IN
    return _S.AWAITING_IDENTITY if waits_on and is_identity_open else went


_WAITS_ON = (Event.RECLASSIFIED, Event.TAKEN_UP)
_AUTHORITY_IN = (Status.AWAITING_AUTHORITY, Event.AUTHORITY_ACCEPTED)


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
    if facts.is_authority_needed and not facts.is_authority_accepted:
        return "Accept the representative’s authority to act first."
    if facts.is_address_to_confirm:
        return "Wait until they have typed a code that shows that the e-mail address is theirs."
    return _before_finishing_search(facts)


def _before_finishing_search(facts: Facts) -> str | None:
    """A reasonable and proportionate search comes first, and its record (rules R8)."""
    if facts.searches == 0:
        return "Search for video first."
    if facts.is_search_too_wide:
        return (
            "Only a part was searched, because the whole is too wide. Ask when or where it was, "
            "and search again."
        )
    if number := facts.unjudged_candidates:
        left = "recording" if number == 1 else f"{number} recordings"
        return f"Confirm or reject the {left} still on the list."
    return None


def _before_taking_up(facts: Facts) -> str | None:
    """Only what lacked something, or was sent elsewhere, can be opened again (R9)."""
    if facts.ending is not None and facts.ending.can_be_taken_up:
        return None
    return "This request did not end because something was missing. It needs a new request."


def _before_more_proof(facts: Facts) -> str | None:
    """After a request has ended, proof helps only where the want of it was the end."""
    is_wanted = facts.ending in (None, Ending.ID_NOT_CONFIRMED)
    return None if is_wanted else "We do not need proof of who you are now."


def _only_sar(what: str) -> Callable[[Facts], str | None]:
    words = f"{what} is for subject access requests only."
    return lambda facts: None if facts.regime.is_sar else words


def _before_weighing(facts: Facts) -> str | None:
    """FOIA s.10(3): more time is for weighing the public interest, which only FOIA knows."""
    return None if not facts.regime.is_sar else "This is for freedom of information requests only."


def _before_asking_authority(facts: Facts) -> str | None:
    return None if facts.is_authority_needed else "Nobody acts for the applicant."


_OBSTACLES = {
    Event.DECIDED: _before_deciding,
    Event.SEARCH_FINISHED: _before_finishing_search,
    Event.EXTENDED: _only_sar("Two more months"),
    Event.INTEREST_EXTENDED: _before_weighing,
    Event.IDENTITY_ASKED: _only_sar("Proof of identity"),
    Event.AUTHORITY_ASKED: _before_asking_authority,
    Event.AUTHORITY_ACCEPTED: _before_asking_authority,
    Event.TAKEN_UP: _before_taking_up,
    Event.PROOF_RECEIVED: _before_more_proof,
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
    Status.AWAITING_AUTHORITY: PublicStatus.WE_NEED_SOMETHING,
    Status.AWAITING_CLARIFICATION: PublicStatus.WE_NEED_SOMETHING,
    Status.AWAITING_FEE: PublicStatus.WE_NEED_SOMETHING,
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
