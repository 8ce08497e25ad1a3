"""Answering a whole request on one ground, and who may second it, on both engines."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import Actor, Role
from portal.audit.models import AuditEntry
from portal.disclosure.commands import answer_whole, publish, second, send_back
from portal.disclosure.exemptions import PublicInterest, Whole
from portal.disclosure.models import Decision, FileKind
from portal.errors import NotAllowed, Refused
from portal.holds.policy import Level
from portal.house import House
from portal.identity.authority import Acting
from portal.requests.commands import move
from portal.requests.endings import Ending
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import Applicant, FootageRequest, Representative
from tests.factories.disclosure import (
    WEIGHED,
    Ready,
    decided,
    decision_of,
    find_late,
    handler,
    held_line,
    link_of,
    pay_pack,
    place_hold,
    ready_to_decide,
    release_with_files,
    second_it,
    status_of,
)
from tests.factories.grounds import answers_to, ground


def whole(code: str, *, is_neither: bool = False, **given: str) -> Whole:
    found = ground(code)
    asked = found.neither_questions if is_neither else found.questions
    return Whole(code, answers_to(asked, "INTERNAL TEST") | given, is_neither)


def answer(
    house: House,
    ready: Ready,
    given: Whole,
    *,
    reasons: str = "Our reasons.",
    interest: PublicInterest = WEIGHED,
    by: Actor | None = None,
) -> UUID:
    with house.db.writing() as session:
        return answer_whole(
            session,
            request_id=ready.request_id,
            whole=given,
            reasons="" if given.is_neither else reasons,
            interest=interest,
            by=by or ready.staff.decider,
            at=house.now(),
        ).id


def letter_of(house: House, ready: Ready, made: UUID) -> str:
    second_it(house, ready, made)
    with house.db.writing() as session:
        publish(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    pay_pack(house, made)
    release = release_with_files(house, link_of(house, ready).release_id)
    (page,) = (file for file in release.files if file.kind is FileKind.LETTER_HTML)
    with house.vault.open(page.named) as source:
        return source.read().decode()


WAYS = [
    (AboutWhom.ME, "P3-53", "manifestly excessive", Ending.UNFOUNDED_OR_EXCESSIVE),
    (AboutWhom.ME, "P3-43-3", "section 43(3)", Ending.REFUSED),
    (AboutWhom.GENERAL, "FOI-12", "Together 40 hours", Ending.OVER_COST_LIMIT),
    (AboutWhom.GENERAL, "FOI-14-1", "vexatious", Ending.VEXATIOUS_OR_REPEATED),
    (AboutWhom.GENERAL, "FOI-14-2", "answered the same request", Ending.VEXATIOUS_OR_REPEATED),
]


@pytest.mark.parametrize(("about", "code", "words", "ending"), WAYS)
def test_a_whole_refusal_goes_the_same_road_to_its_letter(
    sqlite_house: House, about: AboutWhom, code: str, words: str, ending: Ending
) -> None:
    house, ready = sqlite_house, ready_to_decide(sqlite_house, about=about)
    made = answer(house, ready, whole(code))
    assert decision_of(house, made).answer is ending
    letter = letter_of(house, ready, made)
    assert words in letter
    assert "Our reasons." in letter
    assert ("INTERNAL TEST" in letter) is (code == "FOI-12")  # how to ask for less is told
    assert status_of(house, ready) == "answered"
    with house.db.reading() as session:
        assert session.get_one(FootageRequest, ready.request_id).ending is ending


def test_what_is_recorded(house: House) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    made = answer(house, ready, whole("FOI-14-1", other="Not asked.", why=" Why. "))
    with house.db.reading() as session:
        row = session.get_one(Decision, made)
        deeds = session.scalars(sa.select(AuditEntry.details)).all()
    assert row.whole_ground == "FOI-14-1"
    assert row.whole_record["why"] == "Why."
    assert "other" not in row.whole_record
    assert row.interest_for == ""  # nothing was to be weighed
    assert {"round": 1, "answer": "vexatious_or_repeated"} in deeds


def test_the_public_interest_is_kept_where_it_was_weighed(house: House) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    neither = whole("FOI-31", is_neither=True)
    with pytest.raises(Refused, match="which weighs"):
        answer(house, ready, neither, interest=PublicInterest())
    made = answer(house, ready, neither)
    assert decision_of(house, made).interest_for == WEIGHED.speaks_for


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.SEARCHING, Status.REVIEWING])
def test_it_can_be_refused_before_a_search_but_not_neither_confirmed(
    house: House, status: Status
) -> None:
    ready = ready_to_decide(house, about=AboutWhom.GENERAL)
    with house.db.writing() as session:
        session.get_one(FootageRequest, ready.request_id).status = status
    if status is not Status.REVIEWING:
        with pytest.raises(Refused, match="first look for video"):
            answer(house, ready, whole("FOI-31", is_neither=True))
    answer(house, ready, whole("FOI-14-1"))
    assert status_of(house, ready) == "decided"


def test_it_says_nothing_of_recordings_so_none_can_stop_it(house: House) -> None:
    ready = ready_to_decide(house)
    made = answer(house, ready, whole("P3-45-4-b", is_neither=True))
    place_hold(house, ready.recording_ids[0])
    find_late(house, ready)
    second_it(house, ready, made)
    with house.db.writing() as session:
        assert not publish(
            session, decision_id=made, by=ready.staff.seconder, at=house.now()
        ).is_stopped


def test_sent_back_it_can_be_decided_by_recording(house: House) -> None:
    ready = ready_to_decide(house)
    made = answer(house, ready, whole("P3-53"))
    with house.db.writing() as session:
        send_back(session, decision_id=made, why="No.", by=ready.staff.seconder, at=house.now())
    again = decided(house, ready)
    assert decision_of(house, again).round == 2
    assert decision_of(house, again).whole_ground == ""


def test_it_wants_a_decision_maker(house: House) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        searcher = handler(session, f"Sam{ready.reference[4:]}", Role.SEARCHER, at=house.now())
    with pytest.raises(NotAllowed):
        answer(house, ready, whole("P3-53"), by=searcher)


def refuse_to_second(house: House, ready: Ready, made: UUID, words: str) -> None:
    with pytest.raises(Refused, match=words), house.db.writing() as session:
        second(session, decision_id=made, by=ready.staff.seconder, at=house.now())
    second_it(house, ready, made)
    assert status_of(house, ready) == "seconded"
    assert decision_of(house, made).seconded_by_name == ready.staff.officer.name


def test_only_the_officer_seconds_neither_confirming_nor_denying(house: House) -> None:
    ready = ready_to_decide(house)
    made = answer(house, ready, whole("P3-45-4-b", is_neither=True))
    refuse_to_second(house, ready, made, "neither confirms nor denies")


def test_only_the_officer_seconds_what_is_held_at_level_three(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b"])
    one, two = ready.recording_ids
    place_hold(house, two, level=Level.NEITHER_CONFIRM_NOR_DENY)
    from tests.factories.disclosure import release_line

    made = decided(house, ready, [release_line(one), held_line(house, ready, two)])
    refuse_to_second(house, ready, made, "level L3")


@pytest.mark.parametrize("by", ["age", "parent"])
def test_only_the_officer_seconds_what_shows_a_child(house: House, by: str) -> None:
    ready = ready_to_decide(house)
    with house.db.writing() as session:
        if by == "age":
            applicant = session.get_one(Applicant, ready.request_id)
            applicant.date_of_birth = house.now().date().replace(year=house.now().year - 15)
        else:
            session.add(
                Representative(
                    request_id=ready.request_id,
                    name="A parent",
                    relationship_to_applicant="Mother",
                    acting=Acting.PARENT,
                )
            )
            session.get_one(FootageRequest, ready.request_id).authority_accepted_at = house.now()
    made = decided(house, ready)
    refuse_to_second(house, ready, made, "child")


def test_the_search_can_go_on_after_a_refusal_is_sent_back(house: House) -> None:
    ready = ready_to_decide(house)
    made = answer(house, ready, whole("P3-53"))
    by = ready.staff.seconder
    with house.db.writing() as session:
        send_back(session, decision_id=made, why="Search.", by=by, at=house.now())
        move(
            session, request_id=ready.request_id, event=Event.SEARCH_STARTED, by=by, at=house.now()
        )
    assert status_of(house, ready) == "searching"
