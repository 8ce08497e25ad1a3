"""The matters' pages."""

import sqlalchemy as sa

from portal.actors import WORKER, Role
from portal.holds.commands import open_matter, place
from portal.holds.models import Hold, Matter
from portal.holds.policy import HoldKind, Level
from portal.house import House
from tests.factories.disclosure import recording
from tests.web.conftest import SignedIn

ADDRESS = "/office/matters"


def _matter(house: House, reference: str = "CR/1 2026?") -> Matter:
    with house.db.writing() as session:
        return open_matter(
            session, reference=reference, kind=HoldKind.INQUEST, by=WORKER, at=house.now()
        )


def _hold(house: House, matter: Matter) -> None:
    with house.db.writing() as session:
        found = recording(house, session)
        place(
            session,
            recording_id=found.id,
            matter=session.get_one(Matter, matter.id),
            kind=matter.kind,
            level=Level.OPEN,
            reason="The coroner asked.",
            by=WORKER,
            at=house.now(),
        )


def test_open_one(sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.HOLD_OWNER)

    assert client.post(f"{ADDRESS}/new").status_code == 422
    answer = client.post(f"{ADDRESS}/new", data={"reference": "CR/1", "kind": "H2"})

    assert answer.status_code == 303
    assert "CR/1" in client.get(answer.location).text
    assert "CR/1" in client.get(ADDRESS).text
    again = client.post(f"{ADDRESS}/new", data={"reference": "CR/1", "kind": "H2"})
    assert again.status_code == 422
    assert "There is already a matter with this reference." in again.text


def test_closing_asks_first_and_ends_the_holds(sqlite_house: House, signed_in: SignedIn) -> None:
    matter = _matter(sqlite_house)
    _hold(sqlite_house, matter)
    client, address = signed_in(Role.HOLD_OWNER), f"{ADDRESS}/{matter.id}/close"

    assert "The hold on 1 recording ends." in client.get(address).text
    empty = client.post(address, data={"why": " "})
    assert (empty.status_code, "Enter how the matter ended" in empty.text) == (422, True)

    assert client.post(address, data={"why": "Conclusion given."}).status_code == 303
    with sqlite_house.db.reading() as session:
        assert session.get_one(Matter, matter.id).closed_why == "Conclusion given."
        assert session.scalars(sa.select(Hold)).one().lifted_at == sqlite_house.now()
    assert client.post(address, data={"why": "Again."}).status_code == 409
    assert "CR/1 2026?" not in client.get(ADDRESS).text
    assert "CR/1 2026?" in client.get(f"{ADDRESS}?closed=yes").text


def test_whoever_closes_one_is_told_what_must_have_happened(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    matter = _matter(sqlite_house)
    client = signed_in(Role.HOLD_OWNER)
    assert "A coroner or an inquiry gives notice." in client.get(f"{ADDRESS}/new").text
    for page in (f"{ADDRESS}/{matter.id}", f"{ADDRESS}/{matter.id}/close"):
        assert "The coroner consents." in client.get(page).text
        assert "The coroner’s officer" in client.get(page).text
    client.post(f"{ADDRESS}/{matter.id}/close", data={"why": "The coroner consented."})
    assert "The coroner consents." not in client.get(f"{ADDRESS}/{matter.id}").text


def test_an_auditor_reads(sqlite_house: House, signed_in: SignedIn) -> None:
    matter = _matter(sqlite_house)
    _hold(sqlite_house, matter)
    client = signed_in(Role.AUDITOR)

    page = client.get(f"{ADDRESS}/{matter.id}").text

    assert "The coroner asked." in page
    assert "Close this matter" not in page
    assert client.post(f"{ADDRESS}/{matter.id}/close", data={"why": "x"}).status_code == 403


def test_no_such_matter(signed_in: SignedIn) -> None:
    address = f"{ADDRESS}/3f2b1c1e-0000-4000-8000-000000000000"

    assert signed_in(Role.HOLD_OWNER).get(address).status_code == 404
    assert signed_in(Role.HOLD_OWNER).get(f"{address}/close").status_code == 404
