"""E-mail that does not reach the applicant: shown where it is worked on, until they are told."""

import pytest
import sqlalchemy as sa

from portal.actors import WORKER, Role
from portal.house import House
from portal.notifications.commands import note_failed
from portal.notifications.models import Notice
from portal.notifications.notices import Failure, NoticeKind
from portal.requests.commands.telling import notify_applicant
from portal.requests.models import FootageRequest
from tests.web.conftest import SignedIn
from tests.web.office_requests.conftest import Case

FLAG = "E-mail does not reach them"
TITLE = "Our e-mail does not reach them"


@pytest.fixture
def unreached(case: Case, sqlite_house: House) -> Case:
    """A request whose acknowledgement and whose message came back."""
    with sqlite_house.db.writing() as session:
        footage_request = session.get_one(FootageRequest, case.request_id)
        at = sqlite_house.now()
        notify_applicant(session, footage_request, NoticeKind.MESSAGE, key="news", at=at)
    with sqlite_house.db.writing() as session:
        found = session.scalars(sa.select(Notice).where(Notice.about == case.reference)).all()
        for notice in found:
            notice.subject = f"{notice.kind.value} of {case.reference}"
            note_failed(session, notice.id, failure=Failure.ADDRESS, by=WORKER, at=at)
    assert len(found) == 2
    return case


def test_nothing_is_said_while_every_e_mail_arrives(case: Case, signed_in: SignedIn) -> None:
    handler = signed_in(Role.INTAKE)
    page = handler.get(case.address).text
    assert FLAG not in page and TITLE not in page
    assert "Every e-mail arrived, as far as anybody told us." in handler.get("/office/").text


def test_the_request_and_my_work_say_so_until_they_are_told(
    unreached: Case, signed_in: SignedIn
) -> None:
    handler = signed_in(Role.INTAKE)
    page = handler.get(unreached.address).text
    assert FLAG in page
    assert page.count("there is no such e-mail address") == 2
    assert f"message of {unreached.reference}" in page
    assert "Phone them or write to them" in page
    assert FLAG in handler.get(f"{unreached.address}/messages").text
    waiting = handler.get("/office/").text.partition(TITLE)[2].partition("<h2")[0]
    assert unreached.reference in waiting

    said = handler.post(f"{unreached.address}/told-another-way", follow_redirects=True)

    assert "Noted: they were told by another way." in said.text
    assert FLAG not in said.text and TITLE not in said.text
    waiting = handler.get("/office/").text.partition(TITLE)[2].partition("<h2")[0]
    assert unreached.reference not in waiting


def test_a_handler_who_writes_to_them_hears_that_no_e_mail_will_reach_them(
    unreached: Case, signed_in: SignedIn
) -> None:
    handler = signed_in(Role.INTAKE)
    words = {"body": "We found three recordings.", "what": "information"}
    said = handler.post(f"{unreached.address}/messages", data=words, follow_redirects=True)
    assert "Our e-mail does not reach them: phone them or write to them" in said.text


def test_who_only_reads_sees_it_and_has_no_button(unreached: Case, signed_in: SignedIn) -> None:
    reader = signed_in(Role.AUDITOR)
    page = reader.get(unreached.address).text
    assert TITLE in page
    assert "I told them another way" not in page
    assert reader.post(f"{unreached.address}/told-another-way").status_code == 403
