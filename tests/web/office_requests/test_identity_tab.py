"""The identity tab: who sees pictures, accepting, asking again."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.actors import PUBLIC, Role
from portal.audit.models import AuditEntry
from portal.house import House
from portal.identity.commands.proofs import receive_proof
from portal.identity.proof import ProofKind
from portal.identity.viewing import sealed_file
from portal.notifications.models import Notice
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest, Message
from tests.factories.applicants import received
from tests.factories.files import picture
from tests.factories.previews import read_and_issue
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case


@pytest.fixture
def proof_id(case: Case, sqlite_house: House) -> UUID:
    """A passport that came with the request."""
    at = sqlite_house.now() - timedelta(hours=20)
    with (
        sealed_file(sqlite_house, name="passport.jpg", source=io.BytesIO(picture())) as file,
        sqlite_house.db.writing() as session,
    ):
        return receive_proof(
            session,
            subject_id=case.request_id,
            kind=ProofKind.PASSPORT,
            file=file,
            by=PUBLIC,
            at=at,
        ).id


def _request(house: House, case: Case) -> FootageRequest:
    with house.db.reading() as session:
        return session.get_one(FootageRequest, case.request_id)


def test_each_look_at_a_picture_is_in_the_book(
    case: Case, proof_id: UUID, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    address = f"{case.address}/identity/{proof_id}/1"
    assert address in client.get(f"{case.address}/identity").text

    first, second = client.get(address), client.get(address)

    assert first.mimetype == second.mimetype == "image/jpeg"
    assert first.headers["Cache-Control"] == "no-store"
    with sqlite_house.db.reading() as session:
        looks = sa.select(sa.func.count()).where(AuditEntry.deed == "proof.viewed")
        assert session.scalar(looks) == 2


def test_pictures_are_only_for_those_who_judge_them(
    case: Case, proof_id: UUID, signed_in: SignedIn
) -> None:
    client = signed_in(Role.SECONDER)

    page = client.get(f"{case.address}/identity").text

    assert "Passport" in page
    assert "<img loading" not in page
    assert "Accept identity</button>" not in page
    assert client.get(f"{case.address}/identity/{proof_id}/1").status_code == 403


def test_a_proof_is_shown_for_its_own_request_only(
    case: Case, proof_id: UUID, sqlite_house: House, signed_in: SignedIn
) -> None:
    with sqlite_house.db.writing() as session:
        other = received(session, at=sqlite_house.now())
    client = signed_in(Role.INTAKE)

    assert (
        client.get(f"/office/requests/{other.reference}/identity/{proof_id}/1").status_code == 404
    )
    assert client.get(f"{case.address}/identity/{proof_id}/2").status_code == 404


def test_accept_by_the_proofs(
    case: Case, proof_id: UUID, sqlite_house: House, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)

    assert client.post(f"{case.address}/identity/accept").status_code == 422
    answer = client.post(f"{case.address}/identity/accept", data={"known": "proofs"})

    assert answer.status_code == 303
    assert _request(sqlite_house, case).identity_accepted_at == sqlite_house.now()


def test_accepting_without_a_proof_says_what_is_missing(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    answer = signed_in(Role.INTAKE).post(
        f"{case.address}/identity/accept", data={"known": "proofs"}
    )

    assert answer.status_code == 422
    assert "There is no proof yet." in answer.text
    assert _request(sqlite_house, case).identity_accepted_at is None


def test_what_was_shown_at_a_counter_needs_its_day(
    case: Case, sqlite_house: House, signed_in: SignedIn
) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/identity/accept"

    assert "Enter the day they showed it" in client.post(address, data={"known": "shown"}).text
    day = {"shown_on-day": "2", "shown_on-month": "11", "shown_on-year": "2026"}
    assert client.post(address, data={"known": "shown", **day}).status_code == 303
    assert _request(sqlite_house, case).identity_accepted_at is not None


def test_ask_with_reasons_and_a_note(case: Case, sqlite_house: House, signed_in: SignedIn) -> None:
    client, address = signed_in(Role.INTAKE), f"{case.address}/identity/ask"

    wrong = client.post(address, data={"note": "The bill is from 2019."})
    assert wrong.status_code == 422
    assert "Select at least one reason" in wrong.text
    assert "The bill is from 2019." in wrong.text

    right = read_and_issue(
        client, address, {"doubts": ["expired", "unreadable"], "note": "From 2019."}
    )
    assert right.status_code == 303
    assert _request(sqlite_house, case).status is Status.AWAITING_IDENTITY
    with sqlite_house.db.reading() as session:
        body = session.scalars(sa.select(Message.body)).one()
        kinds = session.scalars(sa.select(Notice.kind)).all()
    assert body.endswith("From 2019.")
    assert "identity_asked" in kinds


def test_general_information_needs_no_proof(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now(), about=AboutWhom.GENERAL)

    page = signed_in(Role.INTAKE).get(f"/office/requests/{made.reference}/identity").text

    assert "no proof of identity" in page
    assert "Accept identity</button>" not in page
