"""Closing a request that asks for the same as another one of the same person."""

import dataclasses

import pytest

from portal.actors import PUBLIC
from portal.errors import Refused
from portal.house import House
from portal.ids import new_id
from portal.requests.commands.closing import close_duplicate
from portal.requests.commands.receiving import receive
from portal.requests.intake import ApplicantDetails
from portal.requests.lifecycle import Status
from portal.requests.queries import by_id
from tests.factories.applicants import EMAIL, intake, intake_handler, received


def test_a_request_of_somebody_else_at_the_same_address_is_no_duplicate(
    house: House,
) -> None:
    """One address may be a family's, or a solicitor's who writes for many."""
    applicant = ApplicantDetails("Amir Example", EMAIL)
    with house.db.writing() as session:
        by = intake_handler(session, at=house.now())
        one = received(session, at=house.now()).id
        other = receive(
            session,
            request_id=new_id(),
            intake=dataclasses.replace(intake(), applicant=applicant),
            received_at=house.now(),
            by=PUBLIC,
            at=house.now(),
        ).reference
    with pytest.raises(Refused, match="somebody else"), house.db.writing() as session:
        close_duplicate(session, request_id=one, other=other, by=by, at=house.now())
    with house.db.reading() as session:
        assert by_id(session, one).status is Status.RECEIVED
