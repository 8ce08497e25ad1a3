"""What the acts of time may not do: close, extend, charge and redirect beyond the law."""

from uuid import UUID

import pytest

from portal.actors import Actor, ActorKind, Role
from portal.errors import Refused
from portal.house import House
from portal.requests.commands.closing import ClosedBecause, Lack, close
from portal.requests.commands.moving import move
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Event, Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.factories.applicants import received
from tests.factories.disclosure import handler


@pytest.fixture
def ines(house: House) -> Actor:
    with house.db.writing() as session:
        return handler(session, "Ines", Role.INTAKE, Role.DECISION_MAKER, at=house.now())


def receive_now(house: House, about: AboutWhom = AboutWhom.ME) -> UUID:
    with house.db.writing() as session:
        return received(session, at=house.now(), about=about).id


def the(house: House, request_id: UUID) -> FootageRequest:
    with house.db.reading() as session:
        return by_id(session, request_id)


def close_not_valid(
    house: House,
    request_id: UUID,
    by: Actor,
    lacks: tuple[Lack, ...] = (Lack.NAME,),
    reasons: str = "We wrote to them.",
) -> None:
    with house.db.writing() as session:
        close(
            session,
            request_id=request_id,
            because=ClosedBecause.NOT_VALID,
            reasons=reasons,
            lacks=lacks,
            by=by,
            at=house.now(),
        )


def test_only_a_new_freedom_of_information_request_is_not_valid(house: House, ines: Actor) -> None:
    """FOIA s.8; a subject access request has no form that it could fail (rules 1.1)."""
    searched = receive_now(house, about=AboutWhom.GENERAL)
    with house.db.writing() as session:
        move(
            session,
            request_id=searched,
            event=Event.SEARCH_STARTED,
            by=Actor(ActorKind.HANDLER, "7", "Sam", frozenset({Role.SEARCHER})),
            at=house.now(),
        )
    for request_id in (searched, receive_now(house)):
        with pytest.raises(Refused, match="can be not valid, before"):
            close_not_valid(house, request_id, ines)
        assert the(house, request_id).status is not Status.CLOSED
    for lacks, reasons in (((), "We are too busy."), ((Lack.NAME,), " ")):
        fresh = receive_now(house, about=AboutWhom.GENERAL)
        with pytest.raises(Refused, match="what is missing"):
            close_not_valid(house, fresh, ines, lacks=lacks, reasons=reasons)
