"""Registering what came by telephone, by post or over a counter."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portal.actors import COMMAND_LINE, Role
from portal.house import House
from portal.identity.authority import Acting
from portal.recordings.gazetteer import import_places
from portal.recordings.models import Place
from portal.requests.intake import AboutWhom, Channel
from portal.requests.lifecycle import Regime
from portal.requests.models import Applicant, FootageRequest, Representative, SightingRow
from tests.web.conftest import SignedIn

ADDRESS = "/office/requests/new"
RIGHT = {
    "channel": "phone",
    "received_on-day": "30",
    "received_on-month": "October",
    "received_on-year": "2026",
    "received_time": "4:10pm",
    "about": "me",
    "name": "Amina Example",
    "phone": "020 7946 0000",
    "happened_on-day": "24",
    "happened_on-month": "10",
    "happened_on-year": "2026",
    "since": "11pm",
    "until": "1am",
    "place": "By the old bakery",
    "borough": "",
    "metres": "150",
    "occasion": "other",
    "what_happened": "They were searched.",
    "delivery": "post",
}


def _made(house: House) -> FootageRequest:
    with house.db.reading() as session:
        return session.scalars(sa.select(FootageRequest)).one()


def _sighting(house: House) -> SightingRow:
    with house.db.reading() as session:
        return session.scalars(sa.select(SightingRow)).one()


def test_the_day_it_came_starts_the_clock(sqlite_house: House, signed_in: SignedIn) -> None:
    answer = signed_in(Role.INTAKE).post(ADDRESS, data=RIGHT)

    made = _made(sqlite_house)
    assert answer.status_code == 303
    assert answer.location == f"/office/requests/{made.reference}"
    assert made.received_at == datetime(2026, 10, 30, 16, 10, tzinfo=UTC)
    assert made.received_on == date(2026, 10, 30)
    assert made.channel is Channel.PHONE
    assert made.regime is Regime.SAR_PART3
    assert made.target_due_on == date(2026, 11, 30)


def test_a_night_is_searched_across_midnight(sqlite_house: House, signed_in: SignedIn) -> None:
    """24 to 25 October 2026, when the clocks go back: 11pm BST to 1am, which comes twice, and
    the later one is meant too."""
    signed_in(Role.INTAKE).post(ADDRESS, data=RIGHT)

    sighting = _sighting(sqlite_house)
    assert sighting.earliest_at == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert sighting.latest_at == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_the_same_form_twice_is_one_request(sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.INTAKE)

    first, second = client.post(ADDRESS, data=RIGHT), client.post(ADDRESS, data=RIGHT)

    made = _made(sqlite_house)
    assert first.location == second.location == f"/office/requests/{made.reference}"


def test_a_place_with_a_name_is_asked_and_kept(sqlite_house: House, signed_in: SignedIn) -> None:
    places = [
        {
            "name": "Marlow Street",
            "kind": "street",
            "borough": borough,
            "line": [[51.46, lon], [51.461, lon]],
        }
        for borough, lon in (("Lambeth", -0.11), ("Ealing", -0.30))
    ]
    with sqlite_house.db.writing() as session:
        import_places(session, places, by=COMMAND_LINE, at=sqlite_house.now())
    client = signed_in(Role.INTAKE)
    typed = {**RIGHT, "place": "Marlow Street"}

    asked = client.post(ADDRESS, data=typed)
    assert asked.status_code == 422
    assert "Select the closest place" in asked.text
    assert "Marlow Street, Lambeth" in asked.text

    with sqlite_house.db.reading() as session:
        lambeth = session.scalars(sa.select(Place).where(Place.borough == "Lambeth")).one()
    client.post(ADDRESS, data={**typed, "which_place": str(lambeth.id)})

    sighting = _sighting(sqlite_house)
    assert sighting.borough == "Lambeth"
    assert sighting.longitude == pytest.approx(-0.11)
    assert len(sighting.line) == 2


def test_general_information_needs_no_moment(sqlite_house: House, signed_in: SignedIn) -> None:
    typed = {name: text for name, text in RIGHT.items() if not name.startswith("happened_on")}

    signed_in(Role.INTAKE).post(ADDRESS, data={**typed, "about": "general", "since": ""})

    made = _made(sqlite_house)
    assert made.regime is Regime.FOI
    assert _sighting(sqlite_house).latest_at.year == 1970


ACTING = {"acting": "solicitor", "acting_name": "Sol Icitor"}
FIRM = {"organisation": "Example LLP", "organisation_number": "123456"}


def test_somebody_who_acts_for_them_is_named(sqlite_house: House, signed_in: SignedIn) -> None:
    client = signed_in(Role.INTAKE)
    typed = {**RIGHT, "about": AboutWhom.SOMEONE_I_ACT_FOR.value}

    nobody = client.post(ADDRESS, data=typed)
    assert nobody.status_code == 422
    assert "Select by what right they act" in nobody.text
    no_firm = client.post(ADDRESS, data={**typed, **ACTING})
    assert no_firm.status_code == 422
    assert "Enter the firm’s number" in no_firm.text
    assert 'value="Sol Icitor"' in no_firm.text
    assert client.post(ADDRESS, data={**typed, **ACTING, **FIRM}).status_code == 303

    with sqlite_house.db.reading() as session:
        acting = session.scalars(sa.select(Representative)).one()
        assert (acting.name, acting.acting) == ("Sol Icitor", Acting.SOLICITOR)
        assert (acting.organisation, acting.organisation_number) == ("Example LLP", "123456")
        assert session.scalars(sa.select(Applicant.name)).one() == "Amina Example"


def test_a_parent_by_telephone_for_a_child(sqlite_house: House, signed_in: SignedIn) -> None:
    typed = {
        **RIGHT,
        "about": AboutWhom.SOMEONE_I_ACT_FOR.value,
        "acting": "parent",
        "acting_name": "Par Ent",
        "acting_as": "mother",
        "born_on-day": "1",
        "born_on-month": "3",
        "born_on-year": "2016",
    }
    client = signed_in(Role.INTAKE)
    assert client.post(ADDRESS, data=typed).status_code == 303
    page = client.get(f"/office/requests/{_made(sqlite_house).reference}/identity/authority").text
    assert "Parent or guardian of a child" in page
    assert "10 years old" in page
    assert "Have you seen proof of parental responsibility?" in page


def test_two_things_by_telephone_are_two_requests(sqlite_house: House, signed_in: SignedIn) -> None:
    client, typed = signed_in(Role.INTAKE), {**RIGHT, "about": "both"}
    missing = client.post(ADDRESS, data=typed)
    assert missing.status_code == 422
    assert "Enter the general information they also ask for" in missing.text
    typed["other_information"] = "How many cameras?"
    first, second = (client.post(ADDRESS, data=typed) for _ in range(2))
    assert first.location == second.location
    with sqlite_house.db.reading() as session:
        made = session.scalars(sa.select(FootageRequest)).all()
    assert {one.regime for one in made} == {Regime.SAR_PART3, Regime.FOI}
    assert {one.linked_to for one in made} == {one.id for one in made}
    assert {one.received_on for one in made} == {date(2026, 10, 30)}
    assert {one.channel for one in made} == {Channel.PHONE}
    for one, other in (made, reversed(made)):
        assert other.reference in client.get(f"/office/requests/{one.reference}/law").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"received_on-day": "3", "received_on-month": "11"}, "must be today or in the past"),
        ({"received_on-day": "2", "received_on-month": "11"}, "must be in the past"),
        ({"phone": ""}, "Enter an e-mail address, a telephone number or an address"),
        ({"email": "amina@"}, "Enter an e-mail address, like name@example.com"),
        ({"name": ""}, "Enter the full name"),
        ({"happened_on-day": ""}, "Date it happened must include a day"),
        ({"happened_on-year": "2027"}, "Date it happened must be today or in the past"),
        ({"since": ""}, "Enter the time from which to look"),
        ({"since": "9am", "until": "8am"}, "The time to look to must be after"),
        ({"place": ""}, "Enter a street, a place or a postcode, or select a borough"),
        ({"channel": "online"}, "Select how it came"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    sqlite_house: House, signed_in: SignedIn, wrong: dict[str, str], words: str
) -> None:
    answer = signed_in(Role.INTAKE).post(ADDRESS, data={**RIGHT, **wrong})

    assert answer.status_code == 422
    assert words in answer.text
    assert "They were searched." in answer.text
    with sqlite_house.db.reading() as session:
        assert session.scalars(sa.select(FootageRequest)).all() == []


def test_several_days_are_searched_whole(sqlite_house: House, signed_in: SignedIn) -> None:
    days = {
        "since": "",
        "until": "",
        "happened_until-day": "25",
        "happened_until-month": "10",
        "happened_until-year": "2026",
    }
    assert signed_in(Role.INTAKE).post(ADDRESS, data=RIGHT | days).status_code == 303
    seen = _sighting(sqlite_house)
    # From Saturday's midnight in summer time to that after Sunday, which had 25 hours.
    assert seen.earliest_at == datetime(2026, 10, 23, 23, tzinfo=UTC)
    assert seen.latest_at == datetime(2026, 10, 26, 0, tzinfo=UTC)
    assert seen.said_time == "Time not known"


@pytest.mark.parametrize(
    ("day", "times", "words"),
    [
        ("23", {"since": "", "until": ""}, "Last date must be the same as or after the date"),
        ("25", {}, "Leave the times empty when it can have been on several days"),
        ("99", {"since": "", "until": ""}, "Last date it can have been must be a real date"),
    ],
)
def test_several_days_that_cannot_be_searched(
    signed_in: SignedIn, day: str, times: dict[str, str], words: str
) -> None:
    last = {
        "happened_until-day": day,
        "happened_until-month": "10",
        "happened_until-year": "2026",
    }
    answer = signed_in(Role.INTAKE).post(ADDRESS, data=RIGHT | last | times)
    assert answer.status_code == 422
    assert words in answer.text
