"""That a request was ended, told to people whom no e-mail reaches."""

from portal.actors import PUBLIC
from portal.house import House
from portal.requests.commands.withdrawing import withdraw
from portal.requests.untold_queries import untold
from tests.factories.applicants import received


def test_somebody_has_to_say_that_it_was_ended(house: House) -> None:
    with house.db.writing() as session:
        made = received(session, at=house.now(), email="")
        other = received(session, at=house.now())
        for each in (made, other):
            withdraw(session, request_id=each.id, by=PUBLIC, at=house.now())

    with house.db.reading() as session:
        (row,) = untold(session)
    assert row.reference == made.reference
    assert row.lines[0].startswith("We ended your request")
