"""Answers to people without an e-mail address, which go by post, on both engines."""

import pytest
import sqlalchemy as sa

from portal.audit.models import AuditEntry
from portal.disclosure.commands.posting import mark_answer_posted
from portal.disclosure.models import Release
from portal.disclosure.queries.posting import ToPost, to_post
from portal.disclosure.queries.sent import sent_letters
from portal.errors import NotFound, Refused
from portal.house import House
from portal.ids import new_id
from portal.requests.intake import AboutWhom, DeliveryFormat
from portal.requests.models import FootageRequest
from tests.factories.disclosure import (
    Ready,
    answered,
    hand_over,
    lift_hold,
    place_hold,
    ready_to_decide,
    release_line,
    withhold_line,
)


def waiting(house: House) -> list[ToPost]:
    """The answers that wait, without the letters."""
    with house.db.reading() as session:
        return [each for each in to_post(session) if each.is_answer]


def mark(house: House, ready: Ready, release_id: object) -> str:
    with house.db.writing() as session:
        return mark_answer_posted(
            session,
            release_id=release_id,  # type: ignore[arg-type]
            by=ready.staff.decider,
            at=house.now(),
        )


def test_an_answer_waits_until_it_is_posted(house: House) -> None:
    ready = ready_to_decide(house, contents=[b"a", b"b", b"c"], email="")
    one, two, three = ready.recording_ids
    lines = [release_line(one), release_line(two), withhold_line(three)]
    release_id = answered(house, ready, lines).release_id

    (row,) = waiting(house)

    assert (row.id, row.reference, row.is_made) == (release_id, ready.reference, True)
    assert row.with_it == "With 2 copies of the video on a disc"
    assert row.is_to_hand_over
    with pytest.raises(Refused, match="Two people hand it over"):
        mark(house, ready, release_id)
    hand_over(house, ready, release_id)
    assert waiting(house) == []
    with house.db.reading() as session:
        (decision,) = (each for each in sent_letters(session, ready.request_id) if each.is_decision)
        assert (decision.is_to_post, decision.posted_at) == (True, house.now())
        assert decision.posted_by == ready.staff.decider.id
        deeds = sa.select(AuditEntry).where(AuditEntry.deed == "release.handed_over")
        assert [each.details["copies"] for each in session.scalars(deeds)] == [2]
    with pytest.raises(Refused, match="does not wait"):
        mark(house, ready, release_id)
    with pytest.raises(NotFound):
        mark(house, ready, new_id())


def test_an_answer_with_an_e_mail_address_is_not_for_the_post(house: House) -> None:
    ready = ready_to_decide(house)
    release_id = answered(house, ready).release_id
    assert waiting(house) == []
    with pytest.raises(Refused, match="does not wait"):
        mark(house, ready, release_id)


def test_what_goes_with_the_letter_is_as_they_wished(house: House) -> None:
    ready = ready_to_decide(house, email="")
    with house.db.writing() as session:
        footage_request = session.get_one(FootageRequest, ready.request_id)
        footage_request.delivery = DeliveryFormat.VIEWING
    answered(house, ready)
    assert [each.with_it for each in waiting(house)] == [
        "They want to see the video here: offer a day to watch 1 copy"
    ]


def test_an_answer_that_the_gate_bars_is_neither_printed_nor_posted(house: House) -> None:
    ready = ready_to_decide(house, email="")
    release_id = answered(house, ready).release_id
    hold_id = place_hold(house, ready.recording_ids[0])
    (found,) = waiting(house)
    assert (found.is_made, found.is_barred, found.with_it) == (False, True, "")
    with pytest.raises(Refused, match="A hold came after this answer"):
        mark(house, ready, release_id)
    with pytest.raises(Refused, match="A hold came after this answer"):
        hand_over(house, ready, release_id)
    lift_hold(house, hold_id)
    hand_over(house, ready, release_id)
    assert waiting(house) == []


def test_an_answer_without_copies_is_a_letter_alone_even_after_its_files_went(
    house: House,
) -> None:
    ready = ready_to_decide(house, about=AboutWhom.ME, email="")
    release_id = answered(house, ready, [withhold_line(ready.recording_ids[0])]).release_id
    assert [(each.with_it, each.is_gone) for each in waiting(house)] == [("", False)]
    assert not waiting(house)[0].is_to_hand_over
    with house.db.writing() as session:
        session.get_one(Release, release_id).files_deleted_at = house.now()
    assert [(each.is_made, each.is_gone) for each in waiting(house)] == [(False, True)]
    assert mark(house, ready, release_id) == ready.reference
    with house.db.reading() as session:
        noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.deed == "letter.posted"))
        assert [each.details["release"] for each in noted] == [str(release_id)]
    assert waiting(house) == []
