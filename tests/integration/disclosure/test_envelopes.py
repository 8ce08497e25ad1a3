"""Whose name goes on what is posted, when somebody acts for the person in the video."""

from portal.disclosure.queries.posting import to_post
from portal.house import House
from portal.identity.authority import Acting
from portal.ids import new_id
from portal.requests.commands.messaging import write_to_applicant
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake, RepresentativeDetails
from portal.requests.models import Representative
from portal.requests.untold_queries import untold
from tests.factories.applicants import intake, intake_handler
from tests.factories.disclosure import answered, ready_to_decide


def test_letters_and_messages_name_who_acts_and_for_whom(house: House) -> None:
    with house.db.writing() as session:
        by = intake_handler(session, at=house.now())
        made = receive(
            session,
            request_id=new_id(),
            intake=Intake(
                AboutWhom.SOMEONE_I_ACT_FOR,
                ApplicantDetails("Amina Example", address="1 Elm Row"),
                intake().sighting,
                representative=RepresentativeDetails("Sam Law", "solicitor", acting=Acting.OTHER),
            ),
            received_at=house.now(),
            by=by,
            at=house.now(),
        )
        write_to_applicant(session, request_id=made.id, body="Hello", by=by, at=house.now())

    with house.db.reading() as session:
        names = [letter.name for letter in to_post(session)]
        names += [message.name for message in untold(session)]
    assert names == ["Sam Law, for Amina Example"] * 2


def test_an_answer_names_who_acts_and_for_whom(house: House) -> None:
    ready = ready_to_decide(house, email="")
    answered(house, ready)
    with house.db.writing() as session:
        session.add(
            Representative(
                request_id=ready.request_id, name="Sam Law", relationship_to_applicant="Friend"
            )
        )

    with house.db.reading() as session:
        (name,) = [each.name for each in to_post(session) if each.is_answer]
    assert name.startswith("Sam Law, for ")
