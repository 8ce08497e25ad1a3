"""The book's page: reading, filtering, checking."""

import re

import sqlalchemy as sa

from portal.actors import Role
from portal.audit.models import AuditEntry
from portal.house import House
from tests.factories.applicants import received
from tests.factories.tampering import unguard
from tests.web.conftest import SignedIn

ADDRESS = "/office/book"


def test_entries_by_subject_and_deed(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        first, second = (received(session, at=sqlite_house.now()) for _ in range(2))
    client = signed_in(Role.AUDITOR)

    everything = client.get(ADDRESS).text
    one = client.get(f"{ADDRESS}?subject={first.reference}").text
    nothing = client.get(f"{ADDRESS}?deed=footage").text

    assert first.reference in everything and second.reference in everything
    assert first.reference in one and second.reference not in one
    assert "No entry fits." in nothing


def test_pages_go_back_to_the_first_entry(sqlite_house: House, signed_in: SignedIn) -> None:
    # Each of them is two entries: the request, and the letter that says we have it.
    for _ in range(55):
        with sqlite_house.db.writing() as session:
            received(session, at=sqlite_house.now())
    client = signed_in(Role.AUDITOR)

    page = client.get(ADDRESS).text
    older = re.search(r"before=(\d+)", page)
    assert older is not None
    last = client.get(f"{ADDRESS}?before={older[1]}").text

    assert "Older entries" in page
    assert "Older entries" not in last
    assert page.count("request.received") + last.count("request.received") == 55


def test_a_whole_book_and_a_broken_one(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        received(session, at=sqlite_house.now())
    client = signed_in(Role.AUDITOR)

    whole = client.post(f"{ADDRESS}/verify", follow_redirects=True).text
    assert "The book is whole" in whole
    assert "book.verified" in whole

    with sqlite_house.db.writing() as session:
        unguard(session)
        session.execute(
            sa.update(AuditEntry).where(AuditEntry.sequence == 1).values(actor_id="nobody")
        )
    broken = client.post(f"{ADDRESS}/verify", follow_redirects=True).text
    assert "The book is NOT whole: entry 1 is not what was written" in broken
