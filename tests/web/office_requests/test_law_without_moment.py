"""Video of themselves, asked for as information that has no time and place."""

from portal.actors import PUBLIC, Role
from portal.house import House
from portal.ids import new_id
from portal.requests.answers import no_sighting
from portal.requests.commands.receiving import receive
from portal.requests.intake import AboutWhom, ApplicantDetails, Intake
from portal.requests.lifecycle import Regime
from portal.requests.queries import by_id
from tests.web.conftest import SignedIn


def test_a_question_without_a_moment_becomes_no_request_for_video(
    sqlite_house: House, signed_in: SignedIn
) -> None:
    at = sqlite_house.now()
    asked = no_sighting("Send me the video of my arrest in May.")
    applicant = ApplicantDetails("Amina Example", "amina@example.org")
    with sqlite_house.db.writing() as session:
        made = receive(
            session,
            request_id=new_id(),
            intake=Intake(AboutWhom.GENERAL, applicant, asked),
            received_at=at,
            by=PUBLIC,
            at=at,
        )
    client, address = signed_in(Role.INTAKE), f"/office/requests/{made.reference}/law"

    changed = client.post(address, data={"because": "own_video"})
    split = client.post(f"{address}/split", data={"asked": "The video of my arrest"})

    assert (changed.status_code, split.status_code) == (409, 422)
    for page in (changed.text, split.text):
        assert "They told us no time and place" in page
        assert "register a subject access request" in page
    with sqlite_house.db.reading() as session:
        after = by_id(session, made.id)
    assert after.regime is Regime.FOI
    assert after.linked_to is None
