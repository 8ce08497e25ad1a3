"""A handler checks whether somebody may act, asks for what is missing, and accepts it."""

import io
from datetime import date, timedelta
from uuid import UUID

import pytest

from portal.actors import PUBLIC, Role
from portal.house import House
from portal.identity.authority import Acting
from portal.identity.files import FileType
from portal.identity.proof import ProofKind
from portal.identity.viewing import SealedFile
from portal.ids import new_id
from portal.requests.commands.proving import proof_received
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, RepresentativeDetails
from portal.requests.lifecycle import Status
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id
from tests.conftest import Clock
from tests.factories.applicants import intake, received
from tests.factories.previews import read_and_issue
from tests.web.conftest import SignedIn

CHECKED = {
    "signed_by_subject": "yes",
    "names_us": "yes",
    "covers_footage": "yes",
    "firm_found": "yes",
    "signed_on-day": "1",
    "signed_on-month": "10",
    "signed_on-year": "2026",
    "known": "proofs",
}


class Acted:
    """A solicitor's request of the second of November."""

    def __init__(self, house: House, acting: Acting = Acting.SOLICITOR) -> None:
        self.house = house
        asked = Intake(
            AboutWhom.SOMEONE_I_ACT_FOR,
            ApplicantDetails("Amina Example", "a@example.org", date_of_birth=date(2012, 3, 1)),
            intake().sighting,
            representative=RepresentativeDetails(
                "Cas Example", "solicitor", "Example LLP", acting, "123456"
            ),
        )
        at = house.now()
        with house.db.writing() as session:
            made = receive(
                session, request_id=new_id(), intake=asked, received_at=at, by=PUBLIC, at=at
            )
        self.id: UUID = made.id
        self.tab = f"/office/requests/{made.reference}/identity"
        self.address = f"{self.tab}/authority"

    def sends(self, kind: ProofKind = ProofKind.AUTHORITY) -> str:
        kept = self.house.vault.keep("proofs", io.BytesIO(b"%PDF-1.7 sealed"))
        file = SealedFile(FileType.PDF, 1, kept)
        with self.house.db.writing() as session:
            proof = proof_received(
                session,
                request_id=self.id,
                kind=kind,
                file=file,
                by=PUBLIC,
                at=self.house.now(),
            )
        return str(proof.id)

    def now(self) -> FootageRequest:
        with self.house.db.reading() as session:
            return by_id(session, self.id)


@pytest.fixture
def acted(sqlite_house: House) -> Acted:
    return Acted(sqlite_house)


def test_the_tab_leads_to_what_is_needed_and_what_was_typed(
    acted: Acted, signed_in: SignedIn
) -> None:
    client = signed_in(Role.INTAKE)
    tab = client.get(acted.tab).text
    assert "Solicitor or other legal representative" in tab
    assert "Not accepted yet" in tab
    assert acted.address in tab
    page = client.get(acted.address).text
    for words in ("Example LLP", "123456", "A note they have signed", "Is the firm on its"):
        assert words in page


def test_nothing_is_accepted_while_a_check_is_open(acted: Acted, signed_in: SignedIn) -> None:
    acted.sends()
    client = signed_in(Role.INTAKE)
    left_out = {name: value for name, value in CHECKED.items() if name != "firm_found"}
    for wrong, words in (
        (
            left_out,
            "Select an answer to “Is the firm on its regulator’s list, with the number they gave?”",
        ),
        ({**CHECKED, "signed_on-day": ""}, "Date of the note must include a day"),
        ({**CHECKED, "covers_footage": "no"}, "Authority cannot be accepted"),
        ({**CHECKED, "signed_on-month": "3"}, "at most 6 months old"),
        ({**CHECKED, "known": ""}, "Select how you know that they may act"),
        (
            {**CHECKED, "firm_found": "perhaps"},
            "Select an answer to “Is the firm on its regulator’s list, with the number they gave?”",
        ),
    ):
        answer = client.post(f"{acted.address}/accept", data=wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'name="names_us" type="radio" value="yes" checked' in answer.text
    assert acted.now().authority_accepted_at is None


def test_what_was_checked_stays_on_record(acted: Acted, signed_in: SignedIn) -> None:
    acted.sends()
    client = signed_in(Role.INTAKE)
    assert client.post(f"{acted.address}/accept", data=CHECKED).status_code == 303
    known = acted.now()
    assert known.authority_accepted_at is not None
    assert known.representative is not None
    assert known.representative.checks["firm_found"] == "yes"
    page = client.get(acted.address).text
    assert "What was checked" in page
    assert "Accept authority to act" not in page
    assert "Accepted on" in client.get(acted.tab).text


def test_asking_shows_the_letter_first_and_starts_the_time_when_it_comes(
    acted: Acted, signed_in: SignedIn, clock: Clock
) -> None:
    client = signed_in(Role.INTAKE)
    assert client.post(f"{acted.address}/ask", data={"note": "x"}).status_code == 422
    asked = read_and_issue(
        client, f"{acted.address}/ask", {"lacks": ["nothing_sent"], "note": "By post will do."}
    )
    assert asked.status_code == 303
    assert acted.now().status is Status.AWAITING_AUTHORITY
    clock.forward(days=3)
    acted.sends()
    answer = signed_in(Role.INTAKE).post(f"{acted.address}/accept", data=CHECKED)
    assert answer.status_code == 303
    assert acted.now().start_on == date(2026, 11, 5)


def test_the_paper_that_was_enough_can_be_chosen(
    acted: Acted, signed_in: SignedIn, clock: Clock
) -> None:
    acted.sends()
    clock.forward(days=1)
    second = acted.sends()
    page = signed_in(Role.INTAKE).get(acted.address).text
    assert "Which paper was enough?" in page
    assert f'value="{second}"' in page


def test_a_parent_is_asked_the_childs_view_and_a_warning_needs_a_specialist(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    acted = Acted(sqlite_house, Acting.PARENT)
    acted.sends(ProofKind.BIRTH_CERTIFICATE)
    client = signed_in(Role.INTAKE)
    page = client.get(acted.address).text
    assert "14 years old" in page
    assert "Was the child asked what they think" in page
    assert "Which date is on the signed note?" not in page
    found = {
        "responsibility_seen": "yes",
        "best_interests": "yes",
        "child_asked": "yes",
        "contact_order": "yes",
        "coercion": "no",
        "specialist": "not_needed",
        "known": "proofs",
    }
    refused = client.post(f"{acted.address}/accept", data=found)
    assert refused.status_code == 422
    assert "A specialist must look at it" in refused.text
    answer = client.post(f"{acted.address}/accept", data={**found, "specialist": "yes"})
    assert answer.status_code == 303


def test_where_nobody_acts_there_is_no_such_page(sqlite_house: House, signed_in: SignedIn) -> None:
    with sqlite_house.db.writing() as session:
        made = received(session, at=sqlite_house.now())
    address = f"/office/requests/{made.reference}/identity/authority"
    client = signed_in(Role.INTAKE)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/accept", data=CHECKED).status_code == 404


def test_a_child_alone_is_never_refused_for_their_age(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    child = ApplicantDetails("Amina Example", "a@example.org", date_of_birth=date(2014, 3, 1))
    asked = Intake(AboutWhom.ME, child, intake().sighting)
    at = sqlite_house.now()
    with sqlite_house.db.writing() as session:
        made = receive(session, request_id=new_id(), intake=asked, received_at=at, by=PUBLIC, at=at)
        grown = received(session, at=at)
    client = signed_in(Role.INTAKE)
    words = "They are 12 and ask for themselves. Nobody is refused for their age."
    assert words in client.get(f"/office/requests/{made.reference}/identity").text
    page = client.get(f"/office/requests/{grown.reference}/identity").text
    assert "ask for themselves" not in page


def test_an_auditor_reads_and_judges_nothing(acted: Acted, signed_in: SignedIn) -> None:
    client = signed_in(Role.AUDITOR)
    page = client.get(acted.address)
    assert page.status_code == 200
    assert "Accept authority to act" not in page.text
    assert client.post(f"{acted.address}/accept", data=CHECKED).status_code == 403
    assert client.post(f"{acted.address}/ask", data={}).status_code == 403


def test_papers_run_out_by_the_day_they_came(
    acted: Acted, signed_in: SignedIn, clock: Clock
) -> None:
    acted.sends()
    clock.at += timedelta(days=200)
    answer = signed_in(Role.INTAKE).post(f"{acted.address}/accept", data=CHECKED)
    assert answer.status_code == 303
