"""What the letters of the course of a request say of it."""

from datetime import date

import pytest

from portal.bank_holidays import load_shipped
from portal.identity.proof import Doubt
from portal.letters.composing import title_of
from portal.letters.kinds import COMMON, LetterKind, missing_fields
from portal.requests.clock import AuthorityRequested, Clock, Received, clock_of
from portal.requests.intake import AboutWhom
from portal.requests.letter_writing import (
    ack_fields,
    authority_request_fields,
    clarification_fields,
    id_request_fields,
    reopened_fields,
)
from portal.requests.lifecycle import Regime
from tests.factories.letters import COMMON as SHARED

DAY = date(2026, 11, 2)


def clock(regime: Regime, *, waits: bool = False) -> Clock:
    events = [Received(DAY), AuthorityRequested(DAY)] if waits else [Received(DAY)]
    return clock_of(regime, events, load_shipped())


def missing(kind: LetterKind, own: dict[str, object], regime: Regime) -> tuple[str, ...]:
    """The blank fields of the whole letter; the standard words fill none of its own here."""
    given = {**SHARED, "regime": regime.value, "proof_deletion": "We delete it.", **own}
    assert all(field.name in given for field in COMMON)
    return missing_fields(kind, given)


@pytest.mark.parametrize("regime", Regime)
@pytest.mark.parametrize("about", AboutWhom)
def test_an_acknowledgement_is_whole_under_every_law(regime: Regime, about: AboutWhom) -> None:
    own = ack_fields(regime, about, received_on=DAY, clock=clock(regime))
    assert missing(LetterKind.ACK, own, regime) == ()
    assert own["starts_on"] == DAY
    assert own["still_needed"] is None
    assert ("video of yourself" in own["regime_reason"]) == (
        regime is not Regime.FOI and about is not AboutWhom.SOMEONE_I_ACT_FOR
    )


def test_an_acknowledgement_says_what_is_still_needed_when_the_time_has_not_started() -> None:
    own = ack_fields(
        Regime.SAR_PART3,
        AboutWhom.SOMEONE_I_ACT_FOR,
        received_on=DAY,
        clock=clock(Regime.SAR_PART3, waits=True),
    )
    assert missing(LetterKind.ACK, own, Regime.SAR_PART3) == ()
    assert own["starts_on"] is None
    assert own["still_needed"] == ["The signed permission of the person you act for."]
    assert own["reply_by"] is None


@pytest.mark.parametrize("regime", Regime)
def test_foi_offers_everybody_help_and_judges_nobodys_words(regime: Regime) -> None:
    """FOIA s.16."""
    own = ack_fields(regime, AboutWhom.GENERAL, received_on=DAY, clock=clock(regime))
    assert bool(own["help_offered"]) is (regime is Regime.FOI)
    assert "little" not in str(own["help_offered"])


@pytest.mark.parametrize(
    ("doubts", "proofs"),
    [
        ([Doubt.NOTHING_SENT], 2),
        ([Doubt.UNREADABLE, Doubt.ADDRESS_MISSING], 2),
        ([Doubt.ADDRESS_MISSING], 1),
        ([Doubt.AUTHORITY_MISSING], 1),
        ([Doubt.NOTHING_SENT, Doubt.AUTHORITY_MISSING], 3),
    ],
)
def test_no_more_proof_is_asked_for_than_ends_the_doubt(doubts: list[Doubt], proofs: int) -> None:
    own = id_request_fields(doubts, " ", asked_on=DAY)
    assert missing(LetterKind.ID_REQUEST, own, Regime.SAR_PART3) == ()
    assert len(own["accepted_proofs"]) == proofs
    assert own["doubt_reason"] == [doubt.explanation for doubt in doubts]
    assert own["note"] is None
    assert (own["chase_on"], own["close_on"]) == (date(2026, 11, 16), date(2026, 12, 2))


def test_somebody_who_only_lacks_an_address_is_not_asked_for_a_photo() -> None:
    (proof,) = id_request_fields([Doubt.ADDRESS_MISSING], "", asked_on=DAY)["accepted_proofs"]
    assert "photo" not in proof


def test_a_letter_about_authority_offers_no_proof_of_who_they_are_in_its_place() -> None:
    own = authority_request_fields(["No note came."], ["A signed note."], "", asked_on=DAY)
    assert missing(LetterKind.ID_REQUEST, own, Regime.SAR_PART3) == ()
    assert (own["doubt_reason"], own["accepted_proofs"]) == (["No note came."], ["A signed note."])
    assert "photo" not in own["alternatives"]
    assert title_of(LetterKind.ID_REQUEST, own) == "Show us that you may act for them"
    assert title_of(LetterKind.ID_REQUEST) == "Show us who you are"


def test_each_line_is_a_question() -> None:
    own = clarification_fields(" Which side?\n\n Which end? ", " Two cameras. ", asked_on=DAY)
    assert own["questions"] == ["Which side?", "Which end?"]
    assert own["why_needed"] == "Two cameras."
    assert missing(LetterKind.CLARIFICATION, own, Regime.FOI) == ()


@pytest.mark.parametrize("regime", Regime)
def test_a_reopening_is_whole(regime: Regime) -> None:
    own = reopened_fields(date(2026, 12, 3))
    assert missing(LetterKind.REOPENED, own, regime) == ()
