"""Who acts for another, who asks as a child, for somebody who died, or for two things at once."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from portal.house import House
from portal.identity.authority import Acting
from portal.identity.commands.codes import end_visits
from portal.identity.proof import CodePurpose
from portal.requests.intake import AboutWhom
from portal.requests.lifecycle import Regime
from portal.requests.models import FootageRequest
from portal.requests.queries import by_id, by_reference
from tests.factories.public_journey import SAR, Visitor, token_on

BORN = {"born_on__day": "1", "born_on__month": "3"}


def send(visitor: Visitor) -> TestResponse:
    page = visitor.get("/check-answers").text
    action = page.split('action="')[1].split('"')[0]
    return visitor.client.post(action, data={"csrf_token": token_on(page)})


def made(house: House, sent: TestResponse) -> FootageRequest:
    with house.db.reading() as session:
        return by_reference(session, sent.location.rsplit("/", 1)[1])


def acting_as(right: str, born: int = 1990, **told: str) -> dict[str, dict[str, Any]]:
    """The whole journey of somebody who acts for another."""
    answers: dict[str, dict[str, Any]] = {
        "about-you-or-someone": {"who": "someone_i_act_for"},
        "by-what-right": {"right": right},
    }
    for slug, answer in SAR.items():
        if slug == "date-of-birth":
            answers[slug] = {**BORN, "born_on__year": str(born)}
        elif slug == "proof":
            answers["representative"] = {"name": "Cas Example", **told}
            answers[slug] = answer
        elif slug not in answers:
            answers[slug] = answer
    return answers


@pytest.mark.parametrize(
    ("right", "told", "asked"),
    [
        (
            "solicitor",
            {"organisation": "Example LLP", "organisation_number": "123456"},
            ("a note they have signed", "You do not have to prove who you are yourself"),
        ),
        (
            "family_or_friend",
            {"relationship": "friend"},
            ("a note they have signed", "your own photo", "your own name and address"),
        ),
        (
            "attorney",
            {},
            ("the registered power of attorney",),
        ),
        ("other", {"relationship": "advocate"}, ("a note they have signed", "your own photo")),
    ],
)
def test_each_kind_says_who_they_are_and_is_told_what_to_send(
    visitor: Visitor, small_house: House, right: str, told: dict[str, Any], asked: tuple[str, ...]
) -> None:
    answers = acting_as(right, **told)
    before_proof = list(answers)[: list(answers).index("proof")]
    assert visitor.walk({slug: answers[slug] for slug in before_proof}) == "/ask/proof"
    page = visitor.get("/ask/proof").text
    for words in asked:
        assert words in page
    visitor.answer("proof", when="later")
    assert visitor.answer("delivery", delivery="download").location == "/ask/passphrase"
    assert visitor.answer("passphrase", **SAR["passphrase"]).location == "/check-answers"
    representative = made(small_house, send(visitor)).representative
    assert representative is not None
    assert representative.acting is Acting(right)
    assert representative.name == "Cas Example"
    for name, words in told.items():
        column = "relationship_to_applicant" if name == "relationship" else name
        assert getattr(representative, column) == words


def test_a_solicitor_must_name_the_firm_and_its_number(visitor: Visitor) -> None:
    answers = acting_as("solicitor")
    slugs = list(answers)
    visitor.walk({slug: answers[slug] for slug in slugs[: slugs.index("representative")]})
    answered = visitor.answer("representative", name="Cas Example")
    assert answered.status_code == 422
    assert "Enter the name of your firm" in answered.text
    assert "Enter your firm’s number" in answered.text
    assert 'value="Cas Example"' in answered.text
    assert "What you are to them" not in answered.text


@pytest.mark.parametrize(("born", "is_told"), [(2010, True), (2011, False), (2020, False)])
def test_a_parent_is_told_that_it_is_a_choice_of_their_own_from_sixteen(
    visitor: Visitor, born: int, is_told: bool
) -> None:
    answers = acting_as("parent", born=born)
    slugs = list(answers)
    led = visitor.walk({slug: answers[slug] for slug in slugs[: slugs.index("email")]})
    assert (led == "/ask/sixteen-or-over") is is_told
    if is_told:
        assert "it is their own choice" in visitor.get(led).text
        assert visitor.answer("sixteen-or-over").location == "/ask/email"


def test_a_child_is_never_turned_away(visitor: Visitor, small_house: House) -> None:
    answers = {**SAR, "date-of-birth": {**BORN, "born_on__year": "2015"}}
    slugs = list(answers)
    after = slugs.index("email")
    led = visitor.walk({slug: answers[slug] for slug in slugs[:after]})
    assert led == "/ask/asking-on-your-own"
    page = visitor.get(led).text
    assert "you have the right to ask for it" in page
    assert "someone else you trust" in page
    assert visitor.answer("asking-on-your-own").location == "/ask/email"
    for slug in slugs[after:]:
        led = visitor.answer(slug, **answers[slug]).location
    assert led == "/check-answers"
    assert made(small_house, send(visitor)).regime is Regime.SAR_PART3


def test_for_somebody_who_died_there_is_another_law(visitor: Visitor, small_house: House) -> None:
    walk: dict[str, dict[str, Any]] = {
        "about-you-or-someone": {"who": "someone_i_act_for"},
        "by-what-right": {"right": "died"},
    }
    assert visitor.walk(walk) == "/ask/someone-who-died"
    page = visitor.get("/ask/someone-who-died").text
    assert "We are sorry for your loss." in page
    assert "coroner" in page
    rest: dict[str, dict[str, Any]] = {
        "someone-who-died": {},
        "what-information": {"what": "information"},
        "what-happened": {"text": "The last video of my brother."},
        "name": {"name": "Ben Example"},
        "email": {"email": "ben@example.com"},
        "phone": {},
        "delivery": {"delivery": "download"},
    }
    led = [visitor.answer(slug, **data).location for slug, data in rest.items()][-1]
    assert led == "/check-answers"
    assert "They have died" in visitor.get(led).text
    footage_request = made(small_house, send(visitor))
    assert footage_request.regime is Regime.FOI
    assert footage_request.about is AboutWhom.GENERAL
    assert footage_request.representative is None


def both() -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {"about-you-or-someone": {"who": "both"}}
    for slug, answer in SAR.items():
        answers.setdefault(slug, answer)
        if slug == "looks":
            answers["other-information"] = {"text": "How often are people stopped there?"}
    return answers


def test_who_asks_for_two_things_has_two_requests(
    visitor: Visitor, new_visitor: Callable[[], Visitor], small_house: House
) -> None:
    assert visitor.walk(both()) == "/check-answers"
    page = visitor.get("/check-answers").text
    assert "How often are people stopped there?" in page
    action, data = page.split('action="')[1].split('"')[0], {"csrf_token": token_on(page)}
    first, second = (visitor.client.post(action, data=data) for _ in range(2))
    assert first.location == second.location
    one = made(small_house, first)
    with small_house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FootageRequest)) == 2
        assert one.linked_to is not None
        other = by_id(session, one.linked_to)
    assert other.linked_to == one.id
    assert (one.regime, other.regime) == (Regime.SAR_PART3, Regime.FOI)
    assert one.received_at == other.received_at
    assert other.applicant.date_of_birth is None
    assert other.applicant.address == ""
    assert other.sighting.what_happened == "How often are people stopped there?"
    assert one.sighting.what_happened == "I was searched."
    sent = visitor.get(first.location).text
    assert "We made two requests, because two laws apply." in sent
    assert one.reference in sent
    assert other.reference in sent
    # Each page leads to the other, for a browser that may see both.
    for here, there in ((one, other), (other, one)):
        assert (
            f"/your-request/{there.reference}"
            in visitor.get(f"/your-request/{here.reference}").text
        )
    stranger = new_visitor()
    assert other.reference not in stranger.get(f"/your-request/{one.reference}").text


def test_a_visit_to_one_tells_nothing_of_the_other(visitor: Visitor, small_house: House) -> None:
    visitor.walk(both())
    one = made(small_house, send(visitor))
    with small_house.db.writing() as session:
        assert one.linked_to is not None
        other = by_id(session, one.linked_to)
        end_visits(session, purpose=CodePurpose.REQUEST, subject_id=other.id, at=small_house.now())
    for path in (f"/your-request/{one.reference}", f"/sent/{one.reference}"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert other.reference not in page.text
