"""The whole table, written down a second time; every button, every obstacle, every public word."""

import dataclasses
import itertools

import pytest

from portal.actors import Role
from portal.errors import Refused
from portal.requests.endings import Ending
from portal.requests.lifecycle import (
    BUTTONS,
    TABLE,
    Event,
    Facts,
    PublicStatus,
    Regime,
    Status,
    after,
    next_events,
    obstacle,
    public_status,
)

# For each status, where each event leads. "stays" is where it stood.
SAYS = {
    "received": """
        stays: authority_accepted delay_told extended identity_accepted interest_extended narrowed
        stays: proof_received reclassified
        awaiting_identity: identity_asked
        awaiting_authority: authority_asked
        awaiting_clarification: clarification_asked
        awaiting_fee: fee_asked
        searching: search_started
        decided: refused
        closed: closed redirected withdrawn
    """,
    "awaiting_identity": """
        stays: authority_accepted extended identity_asked interest_extended narrowed
        stays: proof_received reminded
        received: reclassified
        awaiting_authority: authority_asked
        searching: identity_accepted
        closed: closed redirected withdrawn
    """,
    "awaiting_authority": """
        stays: authority_asked extended identity_accepted identity_asked interest_extended narrowed
        stays: proof_received reminded
        received: reclassified
        searching: authority_accepted
        closed: closed redirected withdrawn
    """,
    "awaiting_clarification": """
        stays: authority_accepted extended identity_accepted interest_extended narrowed
        stays: proof_received reminded
        searching: clarification_answered
        closed: closed redirected withdrawn
    """,
    "awaiting_fee": """
        stays: authority_accepted extended identity_accepted interest_extended narrowed
        stays: proof_received reminded
        searching: fee_paid
        closed: closed redirected withdrawn
    """,
    "searching": """
        stays: authority_accepted delay_told extended identity_accepted interest_extended narrowed
        stays: proof_received
        received: reclassified
        awaiting_identity: identity_asked
        awaiting_authority: authority_asked
        awaiting_clarification: clarification_asked
        awaiting_fee: fee_asked
        reviewing: search_finished
        decided: refused
        closed: closed redirected withdrawn
    """,
    "reviewing": """
        stays: authority_accepted delay_told extended identity_accepted interest_extended narrowed
        stays: proof_received
        received: reclassified
        awaiting_identity: identity_asked
        awaiting_authority: authority_asked
        awaiting_clarification: clarification_asked
        awaiting_fee: fee_asked
        searching: search_started
        decided: decided refused
        closed: redirected withdrawn
    """,
    "decided": """
        stays: delay_told extended interest_extended
        reviewing: sent_back
        seconded: seconded
        closed: withdrawn
    """,
    "seconded": """
        stays: delay_told extended interest_extended
        reviewing: sent_back stopped
        publishing: published
        closed: withdrawn
    """,
    "publishing": """
        stays: delay_told extended interest_extended
        reviewing: stopped
        answered: answered
        answered_held: answered_with_hold
    """,
    "answered": """
        reopened: review_upheld
    """,
    "answered_held": """
        stays: restriction_reviewed
        reopened: hold_ended review_upheld
        closed: withdrawn
    """,
    "reopened": """
        stays: authority_accepted delay_told identity_accepted narrowed proof_received
        searching: search_started
        reviewing: search_finished
        closed: withdrawn
    """,
    "closed": """
        stays: proof_received
        received: taken_up
    """,
}
WAYS = {
    (Status(stands), Event(event)): Status(stands if goes == "stays" else goes)
    for stands, lines in SAYS.items()
    for goes, events in (line.split(":") for line in lines.strip().splitlines())
    for goes, event in itertools.product([goes.strip()], events.split())
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_every_event_goes_where_the_table_says_or_nowhere(status: Status, event: Event) -> None:
    goes = WAYS.get((status, event))
    if goes is not None:
        assert after(status, event) is goes
        return
    with pytest.raises(Refused) as refused:
        after(status, event)
    assert refused.value.message == (
        f"This cannot be done now: the request is “{status.label.lower()}”. "
        "Look at the request again."
    )


def test_there_are_as_many_ways_as_were_written_down() -> None:
    assert dict(TABLE) == WAYS


@pytest.mark.parametrize(("status", "event"), WAYS)
@pytest.mark.parametrize("is_authority_open", [False, True])
@pytest.mark.parametrize("is_identity_open", [False, True])
def test_what_is_not_known_yet_is_waited_for_still(
    status: Status, event: Event, is_identity_open: bool, is_authority_open: bool
) -> None:
    goes = after(
        status, event, is_identity_open=is_identity_open, is_authority_open=is_authority_open
    )
    waits_on = event in (Event.RECLASSIFIED, Event.TAKEN_UP)
    if waits_on and is_authority_open:
        assert goes is Status.AWAITING_AUTHORITY
    elif is_identity_open and (
        waits_on or (status, event) == (Status.AWAITING_AUTHORITY, Event.AUTHORITY_ACCEPTED)
    ):
        assert goes is Status.AWAITING_IDENTITY
    else:
        assert goes is WAYS[status, event]


def test_every_status_can_be_reached_and_every_event_can_happen() -> None:
    reached = {Status.RECEIVED, *WAYS.values()}
    assert reached == set(Status)
    # The first step makes a request; no request has it twice.
    assert {event for _, event in WAYS} == set(Event) - {Event.RECEIVED}


def test_from_every_status_there_is_a_way_to_an_end() -> None:
    ends = {Status.ANSWERED, Status.ANSWERED_HELD, Status.CLOSED}
    for start in Status:
        seen, fresh = {start}, {start}
        while fresh:
            fresh = {goes for (stands, _), goes in WAYS.items() if stands in fresh} - seen
            seen |= fresh
        assert seen & ends


# Statuses


def test_what_is_open_and_what_waits() -> None:
    assert {status for status in Status if not status.is_open} == {
        Status.ANSWERED,
        Status.ANSWERED_HELD,
        Status.CLOSED,
    }
    assert {status for status in Status if status.waits_for_applicant} == {
        Status.AWAITING_IDENTITY,
        Status.AWAITING_AUTHORITY,
        Status.AWAITING_CLARIFICATION,
        Status.AWAITING_FEE,
    }


def test_the_words_handlers_read() -> None:
    assert [status.label for status in Status] == [
        "Received",
        "Waiting for identity",
        "Waiting for authority to act",
        "Waiting for clarification",
        "Waiting for a fee",
        "Looking for video",
        "Ready to decide",
        "Waiting for a second handler",
        "Ready to publish",
        "Being packed",
        "Answered",
        "Answered, evidence held",
        "Reopened",
        "Closed",
    ]
    assert Event.IDENTITY_ASKED.label == "Identity asked"
    assert Event.ANSWERED_WITH_HOLD.label == "Answered with hold"


def test_regimes() -> None:
    assert [regime.value for regime in Regime] == ["sar_part3", "sar_gdpr", "foi"]
    assert Event.RECEIVED.value == "received"
    assert [(regime.is_sar, regime.label) for regime in Regime] == [
        (True, "Subject access request"),
        (True, "Subject access request (UK GDPR)"),
        (False, "Freedom of information request"),
    ]


@pytest.mark.parametrize("is_open", [True, False])
def test_the_public_words(is_open: bool) -> None:
    """Rules, section 10: only these; what must stay secret shows as a plain answer."""
    again = PublicStatus.ANSWERED_AND_AGAIN if is_open else PublicStatus.ANSWERED
    needs = PublicStatus.WE_NEED_SOMETHING
    said = [public_status(status, is_hold_open_to_applicant=is_open) for status in Status]
    assert said == [
        PublicStatus.RECEIVED,
        *(needs, needs, needs, needs),
        PublicStatus.LOOKING,
        *(PublicStatus.PREPARING,) * 4,
        PublicStatus.ANSWERED,
        again,
        PublicStatus.REOPENED,
        PublicStatus.CLOSED,
    ]
    assert [word.value for word in PublicStatus] == [
        "Received",
        "We need something from you",
        "Looking for video",
        "Preparing our answer",
        "Answered",
        "Answered, and we will look again",
        "Reopened",
        "Closed",
    ]


# Buttons

INTAKE, SEARCHER, DECIDER, SECONDER = (
    Role.INTAKE,
    Role.SEARCHER,
    Role.DECISION_MAKER,
    Role.SECONDER,
)
PRESSED_BY = {
    Event.IDENTITY_ASKED: {INTAKE, DECIDER},
    Event.IDENTITY_ACCEPTED: {INTAKE, DECIDER},
    Event.AUTHORITY_ASKED: {INTAKE, DECIDER},
    Event.AUTHORITY_ACCEPTED: {INTAKE, DECIDER},
    Event.CLARIFICATION_ASKED: {INTAKE, SEARCHER},
    Event.FEE_ASKED: {DECIDER},
    Event.FEE_PAID: {INTAKE, DECIDER},
    Event.EXTENDED: {DECIDER},
    Event.INTEREST_EXTENDED: {DECIDER},
    Event.RECLASSIFIED: {INTAKE, DECIDER},
    Event.SEARCH_STARTED: {SEARCHER},
    Event.SEARCH_FINISHED: {SEARCHER},
    Event.DECIDED: {DECIDER},
    Event.REFUSED: {DECIDER},
    Event.SENT_BACK: {SECONDER, Role.DATA_PROTECTION_OFFICER},
    Event.SECONDED: {SECONDER, Role.DATA_PROTECTION_OFFICER},
    Event.PUBLISHED: {DECIDER, SECONDER},
    Event.RESTRICTION_REVIEWED: {DECIDER},
    Event.REDIRECTED: {INTAKE, DECIDER},
    Event.CLOSED: {INTAKE, DECIDER},
    Event.TAKEN_UP: {INTAKE, DECIDER},
}


def test_who_may_press_what() -> None:
    assert {event: set(roles) for event, roles in BUTTONS.items()} == PRESSED_BY


@pytest.mark.parametrize("status", Status)
def test_the_buttons_of_a_status_are_the_tables(status: Status) -> None:
    shown = next_events(status)
    assert set(shown) == {event for stands, event in WAYS if stands is status} & set(PRESSED_BY)
    assert len(shown) == len(set(shown))
    in_table = [event for stands, event in TABLE if stands is status]
    assert sorted(shown, key=in_table.index) == list(shown)


# Obstacles

READY = Facts(Regime.SAR_PART3, is_identity_accepted=True, searches=1, unjudged_candidates=0)
NO_SEARCH = "Search for video first."
TOO_WIDE = (
    "Only a part was searched, because the whole is too wide. Ask when or where it was, and "
    "search again."
)
NO_IDENTITY = "Accept the applicant’s identity first."
NO_AUTHORITY = "Accept the representative’s authority to act first."
NOBODY_ACTS = "Nobody acts for the applicant."
NEEDS_A_NEW_REQUEST = (
    "This request did not end because something was missing. It needs a new request."
)
SAR_ONLY = " is for subject access requests only."


@pytest.mark.parametrize(
    "event",
    [
        event
        for event in Event
        if event
        not in (
            Event.AUTHORITY_ASKED,
            Event.AUTHORITY_ACCEPTED,
            Event.INTEREST_EXTENDED,
            Event.TAKEN_UP,
        )
    ],
)
def test_nothing_is_in_the_way_of_a_request_that_is_ready(event: Event) -> None:
    assert obstacle(event, READY) is None


@pytest.mark.parametrize(
    ("event", "changed", "words"),
    [
        (Event.DECIDED, {"is_identity_accepted": False}, NO_IDENTITY),
        (Event.DECIDED, {"is_identity_accepted": False, "regime": Regime.SAR_GDPR}, NO_IDENTITY),
        (Event.DECIDED, {"is_identity_accepted": False, "regime": Regime.FOI}, None),
        (Event.DECIDED, {"is_authority_needed": True}, NO_AUTHORITY),
        (Event.DECIDED, {"is_authority_needed": True, "is_authority_accepted": True}, None),
        (Event.DECIDED, {"is_authority_accepted": True}, None),
        (Event.DECIDED, {"searches": 0}, NO_SEARCH),
        (Event.SEARCH_FINISHED, {"searches": 0}, NO_SEARCH),
        (Event.SEARCH_FINISHED, {"is_identity_accepted": False}, None),
        (
            Event.SEARCH_FINISHED,
            {"unjudged_candidates": 1},
            "Confirm or reject the recording still on the list.",
        ),
        (
            Event.DECIDED,
            {"unjudged_candidates": 2},
            "Confirm or reject the 2 recordings still on the list.",
        ),
        (Event.SEARCH_FINISHED, {"searches": 0, "unjudged_candidates": 2}, NO_SEARCH),
        # Of what was searched in part nobody can say that no video is held.
        (Event.DECIDED, {"is_search_too_wide": True}, TOO_WIDE),
        (Event.SEARCH_FINISHED, {"is_search_too_wide": True}, TOO_WIDE),
        # A request is refused as a whole without a search (DPA 2018 s.53; FOIA ss.12, 14).
        (Event.REFUSED, {"searches": 0, "is_identity_accepted": False}, None),
        (Event.EXTENDED, {"regime": Regime.SAR_GDPR}, None),
        (Event.EXTENDED, {"regime": Regime.FOI}, f"Two more months{SAR_ONLY}"),
        (Event.IDENTITY_ASKED, {"regime": Regime.FOI}, f"Proof of identity{SAR_ONLY}"),
        (Event.INTEREST_EXTENDED, {"regime": Regime.FOI}, None),
        (Event.INTEREST_EXTENDED, {}, "This is for freedom of information requests only."),
        (Event.AUTHORITY_ASKED, {}, NOBODY_ACTS),
        (Event.AUTHORITY_ACCEPTED, {}, NOBODY_ACTS),
        (Event.AUTHORITY_ASKED, {"is_authority_needed": True}, None),
        (Event.AUTHORITY_ACCEPTED, {"is_authority_needed": True}, None),
        (Event.TAKEN_UP, {}, NEEDS_A_NEW_REQUEST),
    ],
)
def test_what_stands_in_the_way(
    event: Event, changed: dict[str, object], words: str | None
) -> None:
    facts = dataclasses.replace(READY, **changed)  # type: ignore[arg-type]
    assert obstacle(event, facts) == words


@pytest.mark.parametrize("ending", Ending)
def test_only_what_lacked_something_or_was_sent_elsewhere_is_taken_up(ending: Ending) -> None:
    lacked = (
        Ending.NOT_VALID,
        Ending.ID_NOT_CONFIRMED,
        Ending.CLARIFICATION_NOT_RECEIVED,
        Ending.REDIRECTED,
    )
    facts = dataclasses.replace(READY, ending=ending)
    assert obstacle(Event.TAKEN_UP, facts) == (None if ending in lacked else NEEDS_A_NEW_REQUEST)


@pytest.mark.parametrize("ending", Ending)
def test_proof_that_comes_after_the_end_helps_only_where_it_was_what_lacked(
    ending: Ending,
) -> None:
    facts = dataclasses.replace(READY, ending=ending)
    words = "We do not need proof of who you are now."
    assert obstacle(Event.PROOF_RECEIVED, facts) == (
        None if ending is Ending.ID_NOT_CONFIRMED else words
    )


def test_facts_start_with_nobody_acting_and_no_end() -> None:
    assert (READY.is_authority_needed, READY.is_authority_accepted) == (False, False)
    assert (READY.decided_by, READY.ending) == (None, None)
    assert obstacle(Event.DECIDED, dataclasses.replace(READY, is_authority_needed=True))
