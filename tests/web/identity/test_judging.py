"""A handler judges proofs: which of them was enough, and of whom nothing may be asked."""

import io
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from portal.actors import PUBLIC, Role
from portal.house import House
from portal.identity.files import FileType
from portal.identity.proof import ProofKind
from portal.identity.viewing import SealedFile
from portal.requests.commands.proving import proof_received
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import asked_who_they_are, intake_handler, received
from tests.web.conftest import SignedIn


class Asked:
    """A request of the second of November whose applicant was asked who they are on the fifth."""

    def __init__(self, house: House) -> None:
        self.house, self.began = house, house.now()
        with house.db.writing() as session:
            made = received(session, at=self.began)
            asked_who_they_are(
                session, made.id, by=intake_handler(session, at=self.began), at=self.day(5)
            )
        self.id: UUID = made.id
        self.address = f"/office/requests/{made.reference}/identity"

    def day(self, day: int) -> datetime:
        return self.began + timedelta(days=day - self.began.day)

    def sends(self, day: int, kind: ProofKind = ProofKind.PASSPORT) -> str:
        """A proof comes on that day; returns its id."""
        kept = self.house.vault.keep("proofs", io.BytesIO(b"%PDF-1.7 sealed"))
        file = SealedFile(FileType.PDF, 1, kept)
        with self.house.db.writing() as session:
            proof = proof_received(
                session, request_id=self.id, kind=kind, file=file, by=PUBLIC, at=self.day(day)
            )
        return str(proof.id)

    def now(self) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, self.id)


@pytest.fixture
def asked(sqlite_house: House, clock: Clock) -> Asked:
    made = Asked(sqlite_house)
    clock.forward(days=14)
    return made


def test_the_first_proof_since_we_asked_is_chosen_already(
    asked: Asked, signed_in: SignedIn
) -> None:
    first, second = asked.sends(6), asked.sends(15, ProofKind.UTILITY_BILL)
    client = signed_in(Role.INTAKE)
    page = " ".join(client.get(asked.address).text.split())
    assert "Which proof was enough?" in page
    assert "Passport, came Friday 6 November 2026" in page
    assert "Utility bill, came Sunday 15 November 2026" in page
    assert f'value="{first}" checked' in page
    assert f'value="{second}" checked' not in page
    answer = client.post(f"{asked.address}/accept", data={"known": "proofs"})
    assert answer.status_code == 303
    assert asked.now().start_on == date(2026, 11, 6)


def test_the_handler_says_that_the_second_was_needed(asked: Asked, signed_in: SignedIn) -> None:
    asked.sends(6)
    second = asked.sends(15)
    data = {"known": "proofs", "enough": second}
    assert signed_in(Role.INTAKE).post(f"{asked.address}/accept", data=data).status_code == 303
    assert asked.now().start_on == date(2026, 11, 15)


@pytest.mark.parametrize("enough", ["x", "0" * 32, "\0"])
def test_a_proof_that_was_not_on_offer_is_refused(
    asked: Asked, signed_in: SignedIn, enough: str
) -> None:
    asked.sends(6)
    client, data = signed_in(Role.INTAKE), {"known": "proofs", "enough": enough}
    assert client.post(f"{asked.address}/accept", data=data).status_code == 422
    assert asked.now().identity_accepted_at is None
    # Where no proof counts, it does not matter which was chosen.
    data["known"] = "established"
    assert client.post(f"{asked.address}/accept", data=data).status_code == 303
    assert asked.now().start_on == date(2026, 11, 2)


def test_with_one_proof_there_is_nothing_to_choose(asked: Asked, signed_in: SignedIn) -> None:
    asked.sends(6)
    assert "Which proof was enough?" not in signed_in(Role.INTAKE).get(asked.address).text


def test_asking_a_second_time_shows_what_it_does_to_the_date(
    asked: Asked, signed_in: SignedIn
) -> None:
    """Rules, section 10 (4b): ask once. A second ask starts the month anew."""
    asked.sends(6)
    client = signed_in(Role.INTAKE)
    assert "the month starts anew" not in client.get(asked.address).text
    client.post(f"{asked.address}/accept", data={"known": "proofs"})
    assert asked.now().target_due_on == date(2026, 12, 7)
    page = " ".join(client.get(asked.address).text.split())
    assert "our date is 7 December 2026, and it would be 16 December 2026 if proof" in page


def test_an_information_request_is_asked_nothing(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL)
    client, address = signed_in(Role.INTAKE), f"/office/requests/{made.reference}/identity"
    asking = client.post(f"{address}/ask", data={"doubts": ["nothing_sent"], "note": ""})
    accepting = client.post(f"{address}/accept", data={"known": "established"})
    assert (asking.status_code, accepting.status_code) == (409, 422)
    for answer in (asking, accepting):
        assert "needs a name and an address" in answer.text
    with sqlite_house.db.reading() as session:
        after = by_id(session, made.id)
    assert after.status is Status.RECEIVED
    assert after.identity_accepted_at is None
    assert after.messages == []
