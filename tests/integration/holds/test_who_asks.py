"""The gate answers for one request: a claim alone, the kind of a hold, and a court's order."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.actors import Actor, Role
from portal.audit.models import AuditEntry
from portal.disclosure.commands import second
from portal.disclosure.commands.gating import changed
from portal.disclosure.exemptions import Line, Outcome
from portal.disclosure.models import Decision
from portal.disclosure.queries.decisions import by_id, standings
from portal.disclosure.queries.releases import bar_on
from portal.errors import NotAllowed, Refused
from portal.holds.commands import (
    CourtOrder,
    agree_override,
    ask_override,
    end_override,
    lift,
    open_matter,
    place,
)
from portal.holds.models import Hold, HoldOverride
from portal.holds.policy import Bar, HoldKind, Level
from portal.holds.queries import bar
from portal.house import House
from portal.ids import new_id
from portal.requests.asking import asker_of
from portal.requests.intake import AboutWhom
from tests.conftest import Clock
from tests.factories.disclosure import (
    HOLD_OWNER,
    Ready,
    answered,
    decided,
    handler,
    held_line,
    lift_hold,
    place_hold,
    ready_to_decide,
    release_line,
    seconded,
    status_of,
    withhold_line,
)
from tests.factories.grounds import answers_to, ground
from tests.factories.reopening import pay_reopenings

ORDER = CourtOrder("County Court at Testborough, order 12/2026", "It names this recording.")


def hold(house: House, recording_id: int, kind: HoldKind, level: Level = Level.LIMITED) -> UUID:
    """A hold of one kind, for a matter of its own."""
    with house.db.writing() as session:
        reference, at = f"M/{new_id().hex[:8]}", house.now()
        matter = open_matter(session, reference=reference, kind=kind, by=HOLD_OWNER, at=at)
        made = place(
            session,
            recording_id=recording_id,
            matter=matter,
            kind=kind,
            level=level,
            reason="It is needed.",
            by=HOLD_OWNER,
            at=at,
        )
        return made.id


def bar_for(house: House, ready: Ready, recording_id: int) -> Bar | None:
    with house.db.reading() as session:
        return bar(session, recording_id, to=asker_of(session, ready.request_id))


def bar_for_everybody(house: House, recording_id: int) -> Bar | None:
    with house.db.reading() as session:
        return bar(session, recording_id)


def held_on(ready: Ready, code: str) -> list[Line]:
    answers = answers_to(ground(code).held_questions)
    return [Line(each, Outcome.HELD, code, answers) for each in ready.recording_ids]


# A claim alone


def test_a_claim_alone_bars_nobody_from_footage_of_themselves(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    hold(house, one, HoldKind.LEGAL_CLAIM, Level.NEITHER_CONFIRM_NOR_DENY)
    assert bar_for(house, ready, one) is None
    assert bar_for_everybody(house, one) is Bar.HELD
    with house.db.reading() as session:
        (standing,) = standings(session, ready.request_id)
    assert (standing.is_held, standing.level, standing.kinds) == (False, None, ())
    assert len(standing.let_past) == 1
    link = answered(house, ready)
    assert status_of(house, ready) == "answered"
    with house.db.reading() as session:
        assert [bar_on(session, link.release, file) for file in link.release.files] == [
            None for _ in link.release.files
        ]


def test_what_a_claim_does_not_bar_can_still_be_withheld_as_privileged(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    hold(house, one, HoldKind.LEGAL_CLAIM)
    answered(house, ready, [withhold_line(one, "P3-45A")])
    assert status_of(house, ready) == "answered"


def test_a_claim_bars_a_freedom_of_information_request(house: House) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    (one,) = ready.recording_ids
    hold(house, one, HoldKind.LEGAL_CLAIM)
    assert bar_for(house, ready, one) is Bar.HELD
    with pytest.raises(Refused, match="held as evidence"):
        decided(house, ready)
    answered(house, ready, held_on(ready, "FOI-42"))
    assert status_of(house, ready) == "answered_held"


def test_a_request_opens_again_when_only_a_claim_is_left(house: House) -> None:
    mine, theirs = ready_to_decide(house), ready_to_decide(house, about=AboutWhom.GENERAL)
    holds = []
    for ready in (mine, theirs):
        (one,) = ready.recording_ids
        holds.append(place_hold(house, one))
        hold(house, one, HoldKind.LEGAL_CLAIM)
        answered(house, ready, [held_line(house, ready, one)])
    for each in holds:
        lift_hold(house, each)
    pay_reopenings(house)
    assert status_of(house, mine) == "reopened"
    assert status_of(house, theirs) == "answered_held"


# The ground follows the kind


def test_a_held_recording_rests_on_the_ground_of_its_kind(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    hold(house, one, HoldKind.SAFEGUARDING)
    with pytest.raises(Refused, match="fits the kind of its hold"):
        decided(house, ready, [held_line(house, ready, one)])
    answered(house, ready, held_on(ready, "P3-45-4-e"))
    assert status_of(house, ready) == "answered_held"


def test_a_decision_falls_when_the_kind_of_hold_changes(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    first = place_hold(house, one, level=Level.LIMITED)
    decision_id = decided(house, ready, [held_line(house, ready, one)])
    hold(house, one, HoldKind.SAFEGUARDING)
    lift_hold(house, first)
    with house.db.writing() as session:
        change = changed(session, by_id(session, decision_id))
        assert change.regrounded == (one,)
        with pytest.raises(Refused, match="another kind of matter"):
            second(session, decision_id=decision_id, by=ready.staff.seconder, at=house.now())


# A court's order


def ask(house: House, ready: Ready, by: Actor, order: CourtOrder = ORDER) -> UUID:
    (one,) = ready.recording_ids
    with house.db.writing() as session:
        to = asker_of(session, ready.request_id)
        return ask_override(session, recording_id=one, to=to, order=order, by=by, at=house.now()).id


def agree(house: House, ready: Ready, override_id: UUID, by: Actor) -> None:
    with house.db.writing() as session:
        to = asker_of(session, ready.request_id)
        agree_override(session, override_id=override_id, to=to, by=by, at=house.now())


def end(house: House, override_id: UUID, by: Actor, why: str = "It was set aside.") -> None:
    with house.db.writing() as session:
        end_override(session, override_id=override_id, why=why, by=by, at=house.now())


def test_two_people_one_of_them_the_officer_let_it_go_to_one_request(house: House) -> None:
    ready, other = ready_to_decide(house), ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    override_id = ask(house, ready, ready.staff.decider)
    assert bar_for(house, ready, one) is Bar.HELD
    with pytest.raises(Refused, match="Somebody else"):
        agree(house, ready, override_id, ready.staff.decider)
    with pytest.raises(Refused, match="data protection officer"):
        agree(house, ready, override_id, ready.staff.seconder)
    assert bar_for(house, ready, one) is Bar.HELD
    agree(house, ready, override_id, ready.staff.officer)
    assert bar_for(house, ready, one) is None
    assert bar_for(house, other, one) is Bar.HELD
    assert bar_for_everybody(house, one) is Bar.HELD
    with house.db.reading() as session:
        told = sa.select(AuditEntry.deed).where(AuditEntry.deed.like("override.%"))
        assert sorted(session.scalars(told)) == ["override.agreed", "override.asked"]


def test_the_officer_may_be_the_first(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    agree(house, ready, ask(house, ready, ready.staff.officer), ready.staff.seconder)
    assert bar_for(house, ready, one) is None


def test_what_was_answered_opens_again_and_goes_with_the_officers_second(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    answered(house, ready, [held_line(house, ready, one)])
    agree(house, ready, ask(house, ready, ready.staff.decider), ready.staff.officer)
    pay_reopenings(house)
    assert status_of(house, ready) == "reopened"


def test_only_the_officer_seconds_what_goes_by_an_order(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    agree(house, ready, ask(house, ready, ready.staff.decider), ready.staff.officer)
    decision_id = decided(house, ready)
    with pytest.raises(Refused, match="court order"), house.db.writing() as session:
        second(session, decision_id=decision_id, by=ready.staff.seconder, at=house.now())
    with house.db.writing() as session:
        second(session, decision_id=decision_id, by=ready.staff.officer, at=house.now())


def test_taken_back_it_bars_at_once_also_what_went_out(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    override_id = ask(house, ready, ready.staff.decider)
    agree(house, ready, override_id, ready.staff.officer)
    link = answered(house, ready)
    copies = [file for file in link.release.files if file.recording_id == one]
    with house.db.reading() as session:
        assert [bar_on(session, link.release, file) for file in copies] == [None]
    with pytest.raises(Refused, match="why it ends"):
        end(house, override_id, ready.staff.officer, why=" ")
    end(house, override_id, ready.staff.officer)
    with house.db.reading() as session:
        assert [bar_on(session, link.release, file) for file in copies] == [Bar.HELD]
    with pytest.raises(Refused, match="ended already"):
        end(house, override_id, ready.staff.officer)
    assert ask(house, ready, ready.staff.decider) != override_id


def test_a_hold_that_comes_after_the_order_bars(house: House, clock: Clock) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    override_id = ask(house, ready, ready.staff.decider)
    agree(house, ready, override_id, ready.staff.officer)
    decision_id = seconded(house, ready)
    later = place_hold(house, one)
    assert bar_for(house, ready, one) is Bar.HELD
    with house.db.writing() as session:
        assert changed(session, session.get_one(Decision, decision_id, options=LINES)).barred == (
            one,
        )
    lift_hold(house, later)
    assert bar_for(house, ready, one) is None


LINES = [sa.orm.selectinload(Decision.lines)]


def test_holds_that_changed_between_the_two_people_are_asked_for_anew(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    override_id = ask(house, ready, ready.staff.decider)
    place_hold(house, one)
    with pytest.raises(Refused, match="ask again"):
        agree(house, ready, override_id, ready.staff.officer)
    end(house, override_id, ready.staff.decider)
    agree(house, ready, ask(house, ready, ready.staff.decider), ready.staff.officer)
    assert bar_for(house, ready, one) is None


def test_what_cannot_be_asked_for(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    with pytest.raises(Refused, match="No hold bars"):
        ask(house, ready, ready.staff.decider)
    made = place_hold(house, one)
    for order in (CourtOrder(" ", "Why."), CourtOrder("12/2026", " ")):
        with pytest.raises(Refused, match="Enter which order"):
            ask(house, ready, ready.staff.decider, order)
    with house.db.writing() as session:
        owner = handler(session, f"Hal{new_id().hex[:6]}", Role.HOLD_OWNER, at=house.now())
    with pytest.raises(NotAllowed):
        ask(house, ready, owner)
    override_id = ask(house, ready, ready.staff.decider)
    with pytest.raises(Refused, match="already"):
        ask(house, ready, ready.staff.officer)
    with pytest.raises(NotAllowed):
        agree(house, ready, override_id, owner)
    with pytest.raises(NotAllowed):
        end(house, override_id, owner)
    with house.db.writing() as session:
        found = session.get_one(Hold, made)
        lift(session, hold=found, why="Over.", by=HOLD_OWNER, at=house.now())


def test_the_database_itself_wants_two_people(house: House) -> None:
    ready = ready_to_decide(house)
    (one,) = ready.recording_ids
    place_hold(house, one)
    override_id = ask(house, ready, ready.staff.officer)
    same = sa.update(HoldOverride).where(HoldOverride.id == override_id)
    same = same.values(agreed_by=HoldOverride.asked_by, agreed_at=house.now())
    with pytest.raises(IntegrityError), house.db.writing() as session:
        session.execute(same)


def test_release_line_is_refused_for_what_a_court_did_not_name(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"one", b"two"])
    one, two = ready.recording_ids
    for each in (one, two):
        place_hold(house, each)
    with house.db.writing() as session:
        to, at = asker_of(session, ready.request_id), house.now()
        made = ask_override(
            session, recording_id=one, to=to, order=ORDER, by=ready.staff.officer, at=at
        )
        agree_override(session, override_id=made.id, to=to, by=ready.staff.decider, at=at)
    with pytest.raises(Refused, match=f"Recording {two} is held as evidence"):
        decided(house, ready, [release_line(one), release_line(two)])
    decided(house, ready, [release_line(one), held_line(house, ready, two)])
